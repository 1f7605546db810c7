import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hearQueue } from '../../src/pollers/trail-queue/hear.ts';
import { watchAccount } from '../../src/pollers/watch.ts';
import { dying } from './dying.ts';
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
} from './trail-queue-world.ts';
import { found, happen, KEY, region, servicesFor, told } from './watch-world.ts';
import { ENGINES, HOUR_MS, PATIENT } from './world.ts';

async function open(options: QueueWorldOptions = {}): Promise<QueueWorld> {
  const set = await openQueueWorld(options);
  onTestFinished(() => set.world[Symbol.asyncDispose]());
  return set;
}

const texts = (notices: readonly { readonly text: string }[]): string[] => notices.map(({ text }) => text);
const keyOf = (number: number): string => `AKIA${String(number).padStart(16, '0')}`;
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
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 0 });
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

  it('waits for nobody who dies: at every batch, before or after it, skipping nothing and telling nothing twice', async () => {
    const set = await open({ engine });
    const { world } = set;
    await listen(world);
    const queue = await setQueue(set);
    let number = 0;
    for (const when of ['before', 'after'] as const) {
      for (let nth = 1; nth <= 6; nth += 1) {
        number += 1;
        const by = { type: 'IAMUser', accessKeyId: keyOf(number), accountId: world.accountId };
        set.trail.write(
          world.accountId,
          'us-east-1',
          [recordOf(set, 'cloudtrail:StopLogging', { by })],
          world.clock.now(),
        );
        const life = dying(servicesFor(world, { instanceId: `life-${number}` }), nth, when);
        await hearQueue(life, queue.id, PATIENT).catch(() => undefined);
        await watchAccount(life, world.accountId, PATIENT).catch(() => undefined);
        // Messages in hand come back, and so does the account.
        world.forward(10 * MINUTE);
        await listen(world, servicesFor(world, { instanceId: `after-${number}` }));
      }
    }
    const all = await found(world);
    expect(Object.keys(all).sort()).toEqual(Array.from({ length: number }, (_, at) => keyOf(at + 1)));
    expect(Object.values(all)).toEqual(Array.from({ length: number }, () => ['trail-stopped']));
    expect((await told(world)).heads).toHaveLength(number);
    expect(await world.stores.watch.files.left(queue.id, world.clock.now())).toMatchObject({
      waiting: 0,
      aside: 0,
    });
    expect(set.queue.counts(world.clock.now())).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  }, 120_000);
});

describe('what a queue brings', () => {
  it.each(['sns', 'sns-raw', 'eventbridge', 'cloudtrail', 'cloudtrail-raw'] as const)(
    'is understood when it is announced by %s',
    async (announcedBy) => {
      const set = await open({ announcedBy });
      const { world, trail } = set;
      await listen(world);
      await setQueue(set);
      trail.write(world.accountId, 'us-east-1', [recordOf(set, 'cloudtrail:StopLogging')], world.clock.now());
      await listen(world);
      expect(Object.values(await found(world)).flat()).toEqual(['trail-stopped']);
    },
  );

  it('counts once, however often and in whatever order it comes, by whichever way', async () => {
    const set = await open();
    const { world, queue, trail } = set;
    await listen(world);
    await setQueue(set);
    queue.duplicates = 0.5;
    queue.disorder = true;
    const record = recordOf(set, 'cloudtrail:StopLogging');
    const other = recordOf(set, 'cloudtrail:DeleteTrail', { minutesAgo: 40 });
    for (let copy = 0; copy < 3; copy += 1) {
      trail.write(world.accountId, 'us-east-1', [other, record], world.clock.now());
      trail.write(world.accountId, 'eu-west-1', [record], world.clock.now());
    }
    // The history has it too.
    const at = Date.parse(String(record['eventTime']));
    world.account.in('us-east-1').history.add({
      eventId: String(record['eventID']),
      at,
      visibleAt: at,
      name: 'StopLogging',
      source: 'cloudtrail.amazonaws.com',
      userName: 'alice',
      accessKeyId: KEY,
      readOnly: false,
      resources: [],
      record,
    });
    await passing(world, 20 * MINUTE);
    queue.duplicates = 0;
    await passing(world, 20 * MINUTE);
    expect(Object.values(await found(world)).flat()).toEqual(['trail-stopped', 'trail-stopped']);
    expect((await region(world)).feed).not.toBeNull();
  });

  it('is of whom the records say, if they are watched, wherever the file lies', async () => {
    const set = await open();
    const { world, bucket, trail, stranger } = set;
    await listen(world);
    await setQueue(set);
    const now = world.clock.now();
    trail.write(
      stranger.id,
      'us-east-1',
      [recordOf(set, 'cloudtrail:StopLogging', { accountId: stranger.id })],
      now,
    );
    bucket.put('AWSLogs/digest_CloudTrail-Digest_.json.gz', gzipSync('{}'));
    for (const key of [
      `AWSLogs/${world.accountId}/CloudTrail-Digest/us-east-1/2026/01/01/a.json.gz`,
      `AWSLogs/${world.accountId}/CloudTrail-Insight/us-east-1/2026/01/01/a.json.gz`,
      `AWSLogs/${world.accountId}/Config/us-east-1/a.json.gz`,
    ]) {
      trail.announce(key, now);
    }
    // Copied together by somebody, under a name with a space that does not say whose it is.
    const key = 'copied/AWSLogs/mixed/CloudTrail/all events.json.gz';
    const mixed = [
      recordOf(set, 'cloudtrail:StopLogging', { accountId: stranger.id }),
      recordOf(set, 'cloudtrail:DeleteTrail', {}),
    ];
    bucket.put(key, gzipSync(JSON.stringify({ Records: mixed })));
    trail.announce(key, now);
    await listen(world);
    expect(await found(world)).toEqual({ [KEY]: ['trail-stopped'] });
    const { state } = await kept(world);
    expect(state).toMatchObject({ strangers: 1, ignored: 3, files: 1, trouble: null });
  });

  it('is read under exactly the policy that is printed, encrypted and in another region, too', async () => {
    const kmsKeyArn = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000';
    const set = await open({
      region: 'eu-central-1',
      bucketRegion: 'eu-west-1',
      kmsKeyArn,
      announcedBy: 'cloudtrail',
    });
    const { world, trail } = set;
    await listen(world);
    await setQueue(set);
    trail.write(world.accountId, 'us-east-1', [recordOf(set, 'cloudtrail:StopLogging')], world.clock.now());
    await listen(world);
    expect(Object.values(await found(world)).flat()).toEqual(['trail-stopped']);
  });
});

describe('what cannot be read', () => {
  it('is set aside after its tries, told, and can be read again; the others are not held up', async () => {
    const set = await open();
    const { world, bucket, queue, trail } = set;
    await listen(world);
    const { id } = await setQueue(set);
    const now = world.clock.now();
    const good = [recordOf(set, 'cloudtrail:StopLogging')];
    const [gone, torn, words] = ['gone', 'torn', 'words'].map((name, at) => {
      const key = trail.write(world.accountId, 'us-east-1', [recordOf(set, 's3:ListBuckets')], now + at);
      return { name, key };
    });
    bucket.objects.delete(gone?.key ?? '');
    bucket.put(torn?.key ?? '', gzipSync(JSON.stringify({ Records: good })).subarray(0, 60));
    bucket.put(words?.key ?? '', gzipSync('these are only words'));
    queue.send('no JSON <!channel>', now);
    trail.write(world.accountId, 'us-east-1', good, now + 9);
    await listen(world);
    expect(Object.values(await found(world)).flat()).toEqual(['trail-stopped']);
    await told(world);
    await passing(world, 90 * MINUTE);
    const aside = await world.stores.watch.files.aside(id, 10);
    expect(aside.map(({ key }) => key).filter((key) => !key.startsWith('message '))).toHaveLength(3);
    expect(aside).toHaveLength(4);
    expect(JSON.stringify(aside)).not.toContain('channel');
    expect(aside.map(({ reason }) => reason).join()).toContain('unpacked');
    const { heads } = await told(world);
    expect(texts(heads)).toEqual([expect.stringContaining('Something in the trail queue')]);
    expect(queue.counts(world.clock.now())).toEqual({ visible: 0, inFlight: 0, delayed: 0 });

    bucket.put(
      torn?.key ?? '',
      gzipSync(JSON.stringify({ Records: [recordOf(set, 'cloudtrail:DeleteTrail')] })),
    );
    bucket.put(words?.key ?? '', gzipSync(JSON.stringify({ Records: [] })));
    bucket.put(gone?.key ?? '', gzipSync(JSON.stringify({ Records: [] })));
    await world.stores.atomically([world.stores.watch.files.again(id, world.clock.now())]);
    await passing(world, 10 * MINUTE);
    expect(Object.values(await found(world)).flat()).toEqual(['trail-stopped', 'trail-stopped']);
    expect(await world.stores.watch.files.left(id, world.clock.now())).toMatchObject({
      aside: 0,
      waiting: 0,
    });
  }, 60_000);

  it('is left to the redrive policy of the queue when it has one', async () => {
    const set = await open();
    const { world } = set;
    const dead = world.standIn.world.addQueue(world.account, 'us-east-1', 'dead');
    const queue = world.standIn.world.addQueue(world.account, 'us-east-1', set.queue.name, {
      redrive: { to: dead, most: 3 },
    });
    await listen(world);
    await setQueue(set);
    queue.send('{}', world.clock.now());
    await passing(world, 30 * MINUTE);
    expect(dead.counts(world.clock.now()).visible).toBe(1);
    expect((await kept(world)).state).toMatchObject({ aside: 0, redriveAfter: 3 });
  });

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
