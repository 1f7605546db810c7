import { describe, expect, it, onTestFinished } from 'vitest';
import { createOutward } from '../../src/outward/outward.ts';
import { presenter } from '../../src/slack/blocks/outcome.ts';
import type { Rotation } from '../../src/domain/rotation.ts';
import { DEFAULT_ROTATION_SCHEDULE, type RotationSchedule } from '../../src/domain/rotation-schedule.ts';
import { CAPABILITIES } from '../../src/domain/verification.ts';
import { holdOf } from '../../src/handlers/rotations/hold.ts';
import type { Services } from '../../src/handlers/services.ts';
import { assessAll } from '../../src/pollers/reminders.ts';
import { goThroughSchedules } from '../../src/pollers/scheduled-rotations.ts';
import { binding, destination, rotation } from '../db/rotation-samples.ts';
import { DAY_MS, ENGINES, InventoryWorld, PATIENT } from './world.ts';

/** The whole day, every day. */
const ALWAYS = { timeZone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', until: '00:00' };
const MINUTE_MS = 60_000;

interface Plant {
  readonly name: string;
  readonly ageDays: number;
}

const FOUR: readonly Plant[] = [
  { name: 'young', ageDays: 20 },
  { name: 'first', ageDays: 300 },
  { name: 'second', ageDays: 200 },
  { name: 'third', ageDays: 95 },
];

/** An account with users whose keys are delivered to parameters of their own, and a schedule. */
async function scene(
  engine: (typeof ENGINES)[number],
  changes: Partial<RotationSchedule> = {},
  plants: readonly Plant[] = FOUR,
) {
  const world = await InventoryWorld.open({ engine, capabilities: CAPABILITIES });
  onTestFinished(() => world[Symbol.asyncDispose]());
  const { account, clock, stores } = world;
  const now = clock.now();
  for (const { name, ageDays } of plants) {
    const user = account.addUser(name, { createdAt: now - ageDays * DAY_MS });
    user.addKey({
      createdAt: now - ageDays * DAY_MS,
      lastUsed: { at: now - 3_600_000, service: 's3', region: 'us-east-1' },
    });
  }
  const connection = await world.connect();
  await world.sweep();
  const more = {
    presenter,
    admins: ['U0ADMIN'],
    defaultAlertChannel: 'C0ALERTS',
    outward: createOutward({ privateHosts: [] }),
  };
  const services: Services = { ...world.services, ...more };
  await assessAll(services, PATIENT);
  for (const { name } of plants) {
    const user = await stores.inventory.users.byName(account.id, name);
    const target = {
      shape: 'pair',
      region: 'us-east-1',
      name: `/rekey/${name}`,
      fields: { accessKeyId: 'AccessKeyId', secretAccessKey: 'SecretAccessKey' },
      kmsKeyId: null,
    };
    await stores.atomically([
      stores.rotation.destinations.insert(
        destination({
          id: `d-${name}`,
          name: `Parameter of ${name}`,
          kind: 'ssm-parameter',
          connectionId: connection.id,
          target,
        }),
      ),
      stores.rotation.bindings.insert(
        binding({
          id: `b-${name}`,
          destinationId: `d-${name}`,
          accountId: account.id,
          userId: user?.userId ?? '',
        }),
      ),
    ]);
  }
  await schedule(services, connection.id, changes);
  return { world, services, connection, accountId: account.id };
}

async function schedule(
  { stores, clock }: Services,
  connectionId: string,
  changes: Partial<RotationSchedule>,
): Promise<void> {
  const set = {
    ...DEFAULT_ROTATION_SCHEDULE,
    on: true,
    window: ALWAYS,
    mostAtOnce: 3,
    apartMinutes: 30,
    ...changes,
  };
  const kept = { schedule: set, by: 'U0ADMIN', at: clock.now(), version: 1 };
  await stores.atomically([
    stores.settings.set(`rotation_schedule:${connectionId}`, JSON.stringify(kept), clock.now()),
  ]);
}

async function begun({ stores }: Services, accountId: string): Promise<Rotation[]> {
  const found = await stores.rotation.rotations.page({ state: null, accountId, open: null }, null, 50);
  return found.toReversed();
}

/** What waits for the outbox, taking each as sent. */
async function notices(services: Services): Promise<string[]> {
  const { stores, clock } = services;
  const texts: string[] = [];
  for (;;) {
    const ready = await stores.notices.ready(clock.now() + DAY_MS, 50);
    if (ready.length === 0) return texts;
    texts.push(...ready.map(({ text }) => text));
    for (const { id } of ready) await stores.atomically([stores.notices.sent(id)]);
  }
}

describe.each(ENGINES)('rotation by schedule on %s', (engine) => {
  it('does not begin anew what a person took back', async () => {
    const { world, services, accountId } = await scene(engine, { mostAtOnce: 1 });
    expect(await goThroughSchedules(services, PATIENT)).toBe(1);
    const [first] = await begun(services, accountId);
    if (first === undefined) throw new Error('Nothing was begun');
    const at = services.clock.now();
    const undone = { state: 'undone', stateAt: at, endedAt: at, nextAt: null } as const;
    await services.stores.atomically([
      services.stores.rotation.rotations.update({ ...first, ...undone, version: first.version + 1 }),
    ]);
    world.forward(31 * MINUTE_MS);
    expect(await goThroughSchedules(services, PATIENT)).toBe(1);
    const rotations = await begun(services, accountId);
    expect(rotations.map(({ snapshot }) => snapshot.userName)).toEqual(['first', 'second']);
  });

  it('begins with the oldest, one after the other, and no more than it may', async () => {
    const { world, services, accountId } = await scene(engine, { mostAtOnce: 2 });
    expect(await goThroughSchedules(services, PATIENT)).toBe(1);
    expect(await goThroughSchedules(services, PATIENT)).toBe(0);
    world.forward(29 * MINUTE_MS);
    expect(await goThroughSchedules(services, PATIENT)).toBe(0);
    world.forward(2 * MINUTE_MS);
    expect(await goThroughSchedules(services, PATIENT)).toBe(1);
    world.forward(DAY_MS);
    expect(await goThroughSchedules(services, PATIENT)).toBe(0);
    const rotations = await begun(services, accountId);
    expect(rotations.map(({ snapshot }) => snapshot.userName)).toEqual(['first', 'second']);
    for (const each of rotations) {
      expect(each).toMatchObject({ trigger: 'policy', requestedBy: null, state: 'planned' });
      expect(each.deliveries.map(({ destinationId }) => destinationId)).toEqual([
        `d-${each.snapshot.userName}`,
      ]);
      expect(each.reason).toMatch(/by schedule: the key is \d+ days old/);
    }
    expect(await notices(services)).toEqual(expect.arrayContaining([expect.stringContaining('of first')]));
    const acts = (await services.stores.audit.newest(50)).filter(({ verb }) => verb === 'rotation.run');
    expect(acts).toHaveLength(2);
    expect(acts[0]?.doer).toEqual({ kind: 'rekey' });
  });

  it('counts those that are open however many came after them', async () => {
    const { world, services, accountId } = await scene(engine, { mostAtOnce: 1 });
    const { rotations } = services.stores.rotation;
    const now = world.clock.now();
    const of = { accountId, trigger: 'policy' } as const;
    await services.stores.atomically([
      rotations.insert(
        rotation({ ...of, id: 'waits', state: 'blocked', nextAt: null, createdAt: now - 90 * DAY_MS }),
      ),
    ]);
    for (let count = 0; count < 250; count += 1) {
      const ended = { state: 'done', nextAt: null, endedAt: now, createdAt: now - DAY_MS - count } as const;
      await services.stores.atomically([
        rotations.insert(rotation({ ...of, id: `ended${count}`, ...ended })),
      ]);
    }
    expect(await goThroughSchedules(services, PATIENT)).toBe(0);
  });

  it('begins nothing outside its window, while it is off, paused or stopped', async () => {
    const { world, services, connection, accountId } = await scene(engine);
    const hour = new Date(world.clock.now()).getUTCHours();
    const at = (shift: number): string => `${String((hour + shift) % 24).padStart(2, '0')}:00`;
    await schedule(services, connection.id, { window: { ...ALWAYS, from: at(2), until: at(3) } });
    expect(await goThroughSchedules(services, PATIENT)).toBe(0);
    await schedule(services, connection.id, { on: false });
    expect(await goThroughSchedules(services, PATIENT)).toBe(0);
    await schedule(services, connection.id, {});
    const { settings } = services.stores;
    const set = JSON.stringify({ by: 'U0ADMIN', why: 'freeze', at: 1 });
    for (const name of ['pause', 'rotation_stop']) {
      await services.stores.atomically([settings.set(name, set, 1)]);
      expect(await goThroughSchedules(services, PATIENT)).toBe(0);
      await services.stores.atomically([settings.remove(name)]);
    }
    expect(await begun(services, accountId)).toEqual([]);
    expect(await goThroughSchedules(services, PATIENT)).toBe(1);
  });

  it('is one of two instances that begins in the same moment', async () => {
    const { services, accountId } = await scene(engine);
    const counts = await Promise.all([1, 2, 3].map(() => goThroughSchedules(services, PATIENT)));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
    expect(await begun(services, accountId)).toHaveLength(1);
    // That somebody was first speaks against no key.
    expect(await services.stores.settings.get(`rotation_refusals:${accountId}`)).toBeNull();
  });

  it('spares a key of which AWS now says more, tells it once, and goes on with the next', async () => {
    const { world, services, accountId } = await scene(engine);
    // Made since the last sweep: AWS allows no third key.
    world.account.users.get('first')?.addKey({ createdAt: world.clock.now() });
    expect(await goThroughSchedules(services, PATIENT)).toBe(1);
    expect((await begun(services, accountId)).map(({ snapshot }) => snapshot.userName)).toEqual(['second']);
    const spared = async () => (await notices(services)).filter((text) => text.includes('Not rotated'));
    expect(await spared()).toEqual([expect.stringMatching(/of first\. .*two keys/)]);
    world.forward(31 * MINUTE_MS);
    expect(await goThroughSchedules(services, PATIENT)).toBe(1);
    world.forward(25 * 3_600_000);
    await goThroughSchedules(services, PATIENT);
    expect(await spared()).toEqual([]);
  });

  it('waits when AWS cannot be asked, and touches nothing', async () => {
    const { world, services, accountId } = await scene(engine);
    world.standIn.faults.add({ probability: 1, effect: { kind: 'service-failure' } });
    expect(await goThroughSchedules(services, PATIENT)).toBe(0);
    world.standIn.faults.clear();
    expect(await begun(services, accountId)).toEqual([]);
    expect(await services.stores.settings.get(`rotation_refusals:${accountId}`)).toBeNull();
    expect(await goThroughSchedules(services, PATIENT)).toBe(1);
  });

  it('holds up, while stopped, what it began, and nothing that people began', async () => {
    const { services } = await scene(engine);
    const stopped = JSON.stringify({ by: 'U0ADMIN', why: 'freeze', at: 1 });
    await services.stores.atomically([services.stores.settings.set('rotation_stop', stopped, 1)]);
    expect(await holdOf(services, { trigger: 'policy' })).toContain('freeze');
    expect(await holdOf(services, { trigger: 'person' })).toBeNull();
  });
});
