import { describe, expect, it, onTestFinished } from 'vitest';
import {
  kept,
  listen,
  MINUTE,
  openQueueWorld,
  passing,
  recordOf,
  setQueue,
  type QueueWorld,
  type QueueWorldOptions,
} from '../pollers/trail-queue-world.ts';
import { found, happen, region, told } from '../pollers/watch-world.ts';
import { ENGINES, HOUR_MS } from '../pollers/world.ts';

async function open(options: QueueWorldOptions = {}): Promise<QueueWorld> {
  const set = await openQueueWorld(options);
  onTestFinished(() => set.world[Symbol.asyncDispose]());
  return set;
}

const texts = (notices: readonly { readonly text: string }[]): string[] => notices.map(({ text }) => text);
const lookUps = ({ world }: QueueWorld): number =>
  [...world.standIn.requests].filter(
    ({ action, region: name }) => action === 'LookupEvents' && name === 'us-east-1',
  ).length;
const NO = { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' } as const;

/** Somebody works all the time, and what he does comes by file. */
async function work(set: QueueWorld, ms: number, step = 10 * MINUTE): Promise<void> {
  const { world } = set;
  for (let passed = 0; passed < ms; passed += step) {
    happen(world, 's3:ListBuckets', { minutesAgo: 0 });
    world.forward(step);
    await listen(world);
  }
}

/** A queue that leads. */
async function leading(options: QueueWorldOptions = {}): Promise<QueueWorld> {
  const set = await open(options);
  await listen(set.world);
  await setQueue(set);
  await work(set, 2 * HOUR_MS);
  expect((await region(set.world)).feed).toMatchObject({ leads: true, missing: 0 });
  return set;
}

describe.each(ENGINES)('a trail queue on %s', (engine) => {
  it('takes the place of looking up, tells what happens once, and leaves it when it is removed', async () => {
    const set = await leading({ engine });
    const { world } = set;
    expect((await kept(world)).state).toMatchObject({ trouble: null, behind: null, gaps: null, depth: 0 });
    expect((await kept(world)).state.strangers).toBe(0);
    world.standIn.requests.clear();
    happen(world, 'cloudtrail:DeleteEventDataStore', { minutesAgo: 0 });
    await passing(world, 10 * MINUTE);
    expect(Object.values(await found(world)).flat()).toContain('trail-stopped');
    expect((await told(world)).heads).toHaveLength(1);
    await work(set, HOUR_MS);
    const watched = await region(world);
    expect(world.clock.now() - watched.completeTo).toBeLessThan(35 * MINUTE);
    expect(world.clock.now() - watched.completeTo).toBeGreaterThanOrEqual(20 * MINUTE);
    // A comparison an hour, of three pages at the most, and not twelve readings.
    expect(lookUps(set)).toBeLessThanOrEqual(6);
    expect((await told(world)).all).toEqual([]);

    const queue = await kept(world);
    await world.stores.atomically(world.stores.watch.queues.remove(queue.id, queue.version));
    happen(world, 'cloudtrail:DeleteTrail', { minutesAgo: 0 });
    world.standIn.requests.clear();
    await passing(world, 10 * MINUTE);
    expect(lookUps(set)).toBeGreaterThan(0);
    expect((await region(world)).feed).toBeNull();
    const rules = Object.values(await found(world)).flat();
    expect(rules.filter((rule) => rule === 'trail-stopped')).toHaveLength(2);
  }, 120_000);
});

describe('what cannot be read', () => {
  it.each([
    ['the queue', 'ReceiveMessage', 'sqs:ReceiveMessage'],
    ['its files', 'GetObject', 's3:GetObject'],
  ])(
    'is told of %s when it lasts, sets nothing aside, and goes on when it is over',
    async (_, action, named) => {
      const set = await open();
      const { world, trail } = set;
      await listen(world);
      const { id } = await setQueue(set);
      world.standIn.faults.add({ action, effect: NO });
      const write = (): string =>
        trail.write(
          world.accountId,
          'us-east-1',
          [recordOf(set, 'cloudtrail:StopLogging')],
          world.clock.now(),
        );
      for (let each = 0; each < 5; each += 1) write();
      await passing(world, 45 * MINUTE);
      const blind = (await told(world)).heads;
      expect(texts(blind)).toEqual([expect.stringContaining('cannot read the trail queue')]);
      expect(JSON.stringify(blind[0]?.blocks)).toContain(named);
      expect(await world.stores.watch.files.left(id, world.clock.now())).toMatchObject({ aside: 0 });
      world.standIn.faults.clear();
      await passing(world, 15 * MINUTE);
      const { heads } = await told(world);
      expect(texts(heads)).toContainEqual(expect.stringContaining('reads the trail queue'));
      expect(await world.stores.watch.files.left(id, world.clock.now())).toMatchObject({
        waiting: 0,
        aside: 0,
      });
      expect(Object.values(await found(world)).flat()).toContain('trail-stopped');
    },
    60_000,
  );
});

describe('a queue that leads', () => {
  it('is left when it brings no longer everything, told, without a gap, and led again when it does', async () => {
    const set = await leading();
    const { world, trail } = set;
    trail.isLogging = false;
    const before = await region(world);
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 0 });
    await work(set, 150 * MINUTE);
    expect(Object.values(await found(world)).flat()).toEqual(['trail-stopped']);
    const watched = await region(world);
    expect(watched.feed).toMatchObject({ leads: false });
    expect(watched.readTo).toBeGreaterThan(before.readTo);
    const { heads } = await told(world);
    expect(texts(heads)).toContainEqual(expect.stringContaining('Not everything comes through'));
    trail.isLogging = true;
    await work(set, 3 * HOUR_MS);
    expect((await region(world)).feed).toMatchObject({ leads: true });
    expect(texts((await told(world)).heads)).toContainEqual(
      expect.stringContaining('Everything comes through'),
    );
  }, 120_000);

  it('is left when it grows, and what waits is read when it shrinks', async () => {
    const set = await leading();
    const { world, queue } = set;
    // Somebody holds messages in hand and never gives them back in time.
    const held = world.standIn.faults.add({ action: 'DeleteMessageBatch', effect: NO });
    await work(set, 70 * MINUTE);
    expect((await region(world)).feed).toMatchObject({ leads: false });
    expect(texts((await told(world)).heads).join()).toMatch(/cannot read|falls behind/);
    expect(
      queue.counts(world.clock.now()).visible + queue.counts(world.clock.now()).inFlight,
    ).toBeGreaterThan(0);
    held.remove();
    await work(set, 30 * MINUTE);
    expect(texts((await told(world)).heads).join()).toMatch(/again|caught up/);
    expect((await kept(world)).state.depth).toBe(0);
  }, 60_000);
});
