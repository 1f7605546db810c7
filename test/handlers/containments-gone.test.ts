import { describe, expect, it } from 'vitest';
import { standingWords } from '../../src/domain/containment-words.ts';
import { HOLD_MS } from '../../src/domain/containment.ts';
import { beginContainment } from '../../src/handlers/containments/begin.ts';
import { endGone } from '../../src/handlers/containments/gone.ts';
import { sweep } from '../../src/handlers/sweep.ts';
import type { Services } from '../../src/handlers/services.ts';
import { ENGINES, InventoryWorld, PATIENT } from '../pollers/world.ts';
import {
  contain,
  holdFor,
  read,
  request,
  saidSince,
  servicesFor,
  settled,
  stolen,
  victim,
} from './containment-world.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;

async function opened(engine: (typeof ENGINES)[number] = 'sqlite') {
  const world = await InventoryWorld.open({ engine, capabilities: ['contain', 'inventory'] });
  await world.connect();
  return world;
}

/** Contained, and held for its time: it stands. */
async function standing(world: InventoryWorld, kind: 'stolen' | 'planned' = 'stolen') {
  const services = servicesFor(world);
  const { user, key } = victim(world.account, 'alice');
  await world.sweep();
  const { id } = await contain(services, stolen(key, { kind }));
  await holdFor(world, services, HOLD_MS + MINUTE);
  expect((await read(services, id)).state).toBe('standing');
  await saidSince(world);
  return { services, user, key, id };
}

async function swept(world: InventoryWorld, services: Services): Promise<number> {
  // What was made a moment ago may not be on every list yet.
  world.forward(DAY);
  await world.sweep();
  return endGone(services, PATIENT);
}

describe.each(ENGINES)('a containment whose key and user are gone, on %s', (engine) => {
  it('ends, says so once, and goes after its time', async () => {
    await using world = await opened(engine);
    const { services, user, key, id } = await standing(world);
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    // The user is denied still: that is nothing to let go of.
    expect(await swept(world, services)).toBe(0);
    expect((await read(services, id)).state).toBe('standing');
    world.account.removeUser('alice');
    // Before a complete list of the account's users lacks it, nobody knows.
    expect(await endGone(services, PATIENT)).toBe(0);
    await saidSince(world);
    expect(await swept(world, services)).toBe(1);
    const over = await read(services, id);
    expect(over).toMatchObject({ state: 'ended', nextAt: null, deny: null });
    expect(standingWords(over, world.clock.now())).toBe('Over: its key and its user are gone from AWS');
    const said = await saidSince(world);
    expect(said).toContain('Over: its key and its user are gone from AWS');
    expect(said).toContain('by its unique ID');
    expect(said).not.toContain('Recover');
    expect(await endGone(services, PATIENT)).toBe(0);
    expect(await saidSince(world)).toBe('[]');
    const ends = (await services.stores.audit.newest(100)).filter(({ verb }) => verb === 'containment.end');
    expect(ends).toHaveLength(1);
    // Somebody new by that name is contained by itself.
    const { key: other } = victim(world.account, 'alice');
    expect((await contain(services, stolen(other))).id).not.toBe(id);

    world.forward(399 * DAY);
    await sweep(services);
    expect(await services.stores.containments.byId(id)).not.toBeNull();
    world.forward(2 * DAY);
    await sweep(services);
    expect(await services.stores.containments.byId(id)).toBeNull();
  });
});

describe('a containment that stands', () => {
  it('ends with its key alone where nothing else was shut off', async () => {
    await using world = await opened();
    const { services, user, key, id } = await standing(world, 'planned');
    expect(await swept(world, services)).toBe(0);
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    expect(await swept(world, services)).toBe(1);
    expect(standingWords(await read(services, id), 0)).toBe('Over: its key is gone from AWS');
  });

  it.each(['renamed', 'refused', 'throttled', 'listed'] as const)(
    'stays where it is not known that its user is gone: %s',
    async (how) => {
      await using world = await opened();
      const { services, user, key, id } = await standing(world);
      user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
      if (how === 'renamed') world.account.renameUser('alice', 'mallory');
      else world.account.removeUser('alice');
      world.forward(DAY);
      await world.sweep();
      if (how === 'listed') {
        // The inventory says so, and IAM does not.
        Object.defineProperty(world.account.addUser('alice'), 'userId', { value: user.userId });
      }
      const effect =
        how === 'throttled'
          ? ({ kind: 'throttle' } as const)
          : ({ kind: 'error', code: 'AccessDenied', status: 403, message: 'not authorized' } as const);
      if (how === 'refused' || how === 'throttled') world.standIn.faults.add({ action: 'GetUser', effect });
      expect(await endGone(services, PATIENT)).toBe(0);
      expect((await read(services, id)).state).toBe('standing');
      world.standIn.faults.clear();
      expect(await endGone(services, PATIENT)).toBe(how === 'renamed' || how === 'listed' ? 0 : 1);
    },
  );

  it('is left to whoever contains it again while it is asked', async () => {
    await using world = await opened();
    const { services, user, key, id } = await standing(world);
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    world.account.removeUser('alice');
    world.forward(DAY);
    await world.sweep();
    let asked = false;
    const { clock } = services;
    const racing = {
      ...services,
      clock: {
        ...clock,
        now: () => clock.now(),
        sleep: async (ms: number, signal?: AbortSignal) => {
          if (!asked) {
            asked = true;
            await beginContainment(services, request(services), stolen(key, { reason: 'seen again' }));
          }
          await clock.sleep(ms, signal);
        },
      },
    };
    expect(await endGone(racing, PATIENT)).toBe(0);
    expect(asked).toBe(true);
    expect((await settled(services, id)).state).not.toBe('ended');
  });
});
