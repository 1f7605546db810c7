import { describe, expect, it } from 'vitest';
import { standingWords } from '../../src/domain/containment-words.ts';
import { isOutOfReach } from '../../src/domain/containment-unread.ts';
import { HOLD_MS } from '../../src/domain/containment.ts';
import { beginContainment } from '../../src/handlers/containments/begin.ts';
import { endGone } from '../../src/handlers/containments/gone.ts';
import { closeAsItIs, undoContainment } from '../../src/handlers/containments/take-back.ts';
import { cardOf } from '../../src/handlers/containments/tell.ts';
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

/** Contained, and held for its time: it stands. `swept`: the inventory saw it before. */
async function standing(world: InventoryWorld, kind: 'stolen' | 'planned' = 'stolen', swept = true) {
  const services = servicesFor(world);
  const { user, key } = victim(world.account, 'alice');
  if (swept) await world.sweep();
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

const REFUSED = { kind: 'error', code: 'AccessDenied', status: 403, message: 'not authorized' } as const;
const never = (world: InventoryWorld, kind: 'stolen' | 'planned' = 'stolen') => standing(world, kind, false);

describe.each(ENGINES)('a containment of a user that no sweep ever saw, on %s', (engine) => {
  it('ends once a list of the account’s users, read now, does not have it', async () => {
    await using world = await opened(engine);
    const { services, user, key, id } = await never(world);
    expect(await endGone(services, PATIENT)).toBe(0);
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    expect(await endGone(services, PATIENT)).toBe(0);
    world.account.removeUser('alice');
    // Later sweeps lack it, too, which says nothing of what they never had.
    world.forward(DAY);
    await world.sweep();
    expect(await endGone(services, PATIENT)).toBe(1);
    expect(await read(services, id)).toMatchObject({ state: 'ended', nextAt: null, deny: null });
    expect(await saidSince(world)).toContain('Over: its key and its user are gone from AWS');
    expect(await endGone(services, PATIENT)).toBe(0);
  });
});

describe('a containment of a user that no sweep ever saw', () => {
  it.each(['renamed', 'throttled', 'unread list'] as const)(
    'stands where it is not known: %s',
    async (how) => {
      await using world = await opened();
      const { services, user, key, id } = await never(world);
      user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
      if (how === 'renamed') world.account.renameUser('alice', 'mallory');
      else world.account.removeUser('alice');
      const action = how === 'throttled' ? 'GetUser' : 'ListUsers';
      if (how !== 'renamed') world.standIn.faults.add({ action, effect: { kind: 'throttle' } });
      expect(await endGone(services, PATIENT)).toBe(0);
      expect(await read(services, id)).toMatchObject({ state: 'standing', absent: 0 });
      expect(await saidSince(world)).toBe('[]');
      world.standIn.faults.clear();
      expect(await endGone(services, PATIENT)).toBe(how === 'renamed' ? 0 : 1);
    },
  );

  it.each(['nobody may list users', 'its unique ID was never read'] as const)(
    'says that it is gone, and is ended by Undo, where %s',
    async (why) => {
      const isListless = why === 'nobody may list users';
      await using world = await InventoryWorld.open({
        capabilities: isListless ? ['contain'] : ['contain', 'inventory'],
      });
      await world.connect();
      if (!isListless) world.standIn.faults.add({ action: 'GetUser', effect: REFUSED });
      const { services, user, key, id } = await never(world);
      world.standIn.faults.clear();
      expect((await read(services, id)).userId === null).toBe(!isListless);
      user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
      world.account.removeUser('alice');
      expect(await endGone(services, PATIENT)).toBe(0);
      const row = await read(services, id);
      expect(row.state).toBe('standing');
      expect(standingWords(row, world.clock.now())).toBe('Its user is gone: not confirmed any more');
      const said = await saidSince(world);
      expect(said).toContain('There is no user alice any more');
      expect(said).toContain('If it was deleted, Undo ends this');
      expect(await endGone(services, PATIENT)).toBe(0);
      expect(await saidSince(world)).toBe('[]');
      const [holder] = row.holders;
      const input = { containmentId: id, holderId: holder?.id ?? '', reason: 'it was deleted' };
      await undoContainment(services, request(services), input);
      expect((await settled(services, id)).state).toBe('undone');
      expect(await saidSince(world)).toContain('nothing could be given back');
      const card = await cardOf(services, await read(services, id));
      const owners = JSON.stringify(services.presenter.keyTakenBack(card, [key.accessKeyId]));
      expect(owners).toContain('nothing could be given back');
      expect(owners).not.toMatch(/works as before|Works again/);
    },
  );

  it('takes back that it is gone when it shows again', async () => {
    await using world = await InventoryWorld.open({ capabilities: ['contain'] });
    await world.connect();
    const { services, id } = await never(world);
    world.account.renameUser('alice', 'mallory');
    const refused = world.standIn.faults.add({ action: 'GetAccessKeyLastUsed', effect: REFUSED });
    expect(await endGone(services, PATIENT)).toBe(0);
    expect((await read(services, id)).absent).toBeGreaterThan(0);
    refused.remove();
    expect(await endGone(services, PATIENT)).toBe(0);
    const row = await read(services, id);
    expect(row).toMatchObject({ state: 'standing', absent: 0 });
    expect(standingWords(row, world.clock.now())).toBe('Contained, not held any more');
  });

  it.each(['Undo', 'a sweep'] as const)(
    'is not gone for good once users may be listed, and %s comes upon its new name',
    async (which) => {
      await using world = await opened();
      const unlisted = world.standIn.faults.add({ action: 'ListUsers', effect: REFUSED });
      const { services, user, key, id } = await never(world);
      user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
      world.account.renameUser('alice', 'mallory');
      expect(await endGone(services, PATIENT)).toBe(0);
      const told = await read(services, id);
      expect(standingWords(told, world.clock.now())).toBe('Its user is gone: not confirmed any more');
      unlisted.remove();
      const isSwept = which === 'a sweep';
      expect(isSwept ? await swept(world, services) : 0).toBe(0);
      expect(await read(services, id)).toMatchObject({ state: 'standing', absent: isSwept ? 0 : 3 });
      const [holder] = told.holders;
      const input = { containmentId: id, holderId: holder?.id ?? '', reason: 'a false alarm' };
      await undoContainment(services, request(services), input);
      expect(await settled(services, id)).toMatchObject({ state: 'undone', userName: 'mallory', absent: 0 });
      expect(user.policies.attachedArns().some((arn) => arn.endsWith('/AWSDenyAll'))).toBe(false);
    },
  );

  it('ends with its key alone where nothing else was shut off, and not by a refusal', async () => {
    await using world = await InventoryWorld.open({ capabilities: ['contain'] });
    await world.connect();
    const { services, user, key, id } = await never(world, 'planned');
    const refused = world.standIn.faults.add({ action: 'GetAccessKeyLastUsed', effect: REFUSED });
    world.account.renameUser('alice', 'mallory');
    expect(await endGone(services, PATIENT)).toBe(0);
    expect((await read(services, id)).state).toBe('standing');
    refused.remove();
    expect(await endGone(services, PATIENT)).toBe(0);
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    expect(await endGone(services, PATIENT)).toBe(1);
    expect(standingWords(await read(services, id), 0)).toBe('Over: its key is gone from AWS');
  });
});

describe('an Undo of what is gone', () => {
  it('ends where AWS does not tell whose its keys are, once a list of users lacks it', async () => {
    await using world = await opened();
    const { services, user, key, id } = await standing(world);
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    world.account.removeUser('alice');
    // AWS may say this of a key that is nobody's, whoever asks.
    world.standIn.faults.add({ action: 'GetAccessKeyLastUsed', effect: REFUSED });
    const unlisted = world.standIn.faults.add({ action: 'ListUsers', effect: REFUSED });
    const [holder] = (await read(services, id)).holders;
    const input = { containmentId: id, holderId: holder?.id ?? '', reason: 'it was deleted' };
    await undoContainment(services, request(services), input);
    const row = await settled(services, id);
    expect(row.state).toBe('undoing');
    expect(row.trouble).toMatchObject({ action: 'iam:GetAccessKeyLastUsed', code: 'denied_by_policy' });
    unlisted.remove();
    world.forward(MINUTE);
    expect((await settled(services, id)).state).toBe('undone');
  });
});

describe('a containment whose account was disconnected', () => {
  it('is not closed as it is once somebody connects it again, also before its message says so', async () => {
    await using world = await opened();
    const { services, id } = await standing(world);
    const { stores } = services;
    const [connection] = await stores.connections.list();
    if (connection === undefined) throw new Error('no connection');
    await stores.atomically([stores.connections.remove(connection.id, connection.version)]);
    await endGone(services, PATIENT);
    expect(isOutOfReach(await read(services, id))).toBe(true);
    const input = { containmentId: id, reason: 'the account was closed' };
    await world.connect({ name: 'again' });
    await expect(closeAsItIs(services, request(services), input)).rejects.toMatchObject({ code: 'conflict' });
    expect((await read(services, id)).state).toBe('standing');
    const [again] = await stores.connections.list();
    if (again === undefined) throw new Error('no connection');
    await stores.atomically([stores.connections.remove(again.id, again.version)]);
    expect(await closeAsItIs(services, request(services), input)).toMatchObject({ state: 'ended' });
  });

  it('says nothing while it is only being disconnected, which may fail', async () => {
    await using world = await opened();
    const { services, id } = await standing(world);
    const { stores } = services;
    const [before] = await stores.connections.list();
    if (before === undefined) throw new Error('no connection');
    const going = { ...before, state: 'disconnecting', version: before.version + 1 } as const;
    await stores.atomically([stores.connections.update(going)]);
    expect(await endGone(services, PATIENT)).toBe(0);
    expect(isOutOfReach(await read(services, id))).toBe(false);
    expect(await saidSince(world)).toBe('[]');
  });
});
