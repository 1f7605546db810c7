import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Finding } from '../../src/doctor/finding.ts';
import { checkTrailQueues } from '../../src/doctor/trail-queues.ts';
import { NEW_QUEUE } from '../../src/domain/trail-queue.ts';
import { RekeyError } from '../../src/errors.ts';
import type { Services } from '../../src/handlers/services.ts';
import { lookQueues } from '../../src/handlers/trail-queues/look.ts';
import { hearQueue } from '../../src/pollers/trail-queue/hear.ts';
import { goTrailRounds } from '../../src/pollers/trail-queue-jobs.ts';
import { watchAccount } from '../../src/pollers/watch.ts';
import { trailFile } from '../db/trail-samples.ts';
import { dying } from './dying.ts';
import {
  BUCKET,
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
import { found, KEY, region, servicesFor, told } from './watch-world.ts';
import { ENGINES, PATIENT } from './world.ts';

async function open(options: QueueWorldOptions = {}): Promise<QueueWorld> {
  const set = await openQueueWorld(options);
  onTestFinished(() => set.world[Symbol.asyncDispose]());
  return set;
}

const texts = (notices: readonly { readonly text: string }[]): string[] => notices.map(({ text }) => text);
const ADMIN = { teamId: 'T1', userId: 'U0ADMIN', roles: ['admin'], rolesUnsure: null } as const;
const keyOf = (number: number): string => `AKIA${String(number).padStart(16, '0')}`;
describe.each(ENGINES)('a trail queue on %s', (engine) => {
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

describe('an account whose events may not be looked up', () => {
  it('is judged by its files alone, says so, counts nothing as complete, and is looked up once that is allowed', async () => {
    const answer = { answer: 'no', missing: ['cloudtrail:LookupEvents'] } as const;
    const set = await open({ answer });
    const { world, queue, trail, stranger } = set;
    await listen(world);
    expect(await world.stores.watch.accounts.list()).toEqual([]);
    await setQueue(set);
    const write = (action: string): void => {
      const now = world.clock.now();
      trail.write(world.accountId, 'eu-west-1', [recordOf(set, action, { region: 'eu-west-1' })], now);
      const accountId = stranger.id;
      trail.write(accountId, 'eu-west-1', [recordOf(set, action, { accountId })], now);
    };
    write('cloudtrail:StopLogging');
    world.standIn.requests.clear();
    await passing(world, 45 * MINUTE);
    expect(await found(world)).toEqual({ [KEY]: ['trail-stopped'] });
    expect([...world.standIn.requests].filter(({ action }) => action === 'LookupEvents')).toEqual([]);
    const watched = await region(world, 'eu-west-1');
    expect(watched.feed).toMatchObject({ leads: false });
    expect(watched.completeTo).toBeLessThan(world.clock.now() - 80 * 24 * 60 * MINUTE);
    const blind = texts((await told(world)).heads);
    expect(blind).toContainEqual(expect.stringContaining('only what the files of its trail bring'));
    expect(blind).not.toContainEqual(expect.stringContaining('does not see what happens'));
    expect((await lookQueues(world.services, ADMIN)).map(({ accounts }) => accounts)).toEqual([
      [expect.objectContaining({ leads: expect.any(Number) as number, both: 0 })],
    ]);
    expect((await kept(world)).state).toMatchObject({ strangers: 1, trouble: null });

    const [connection] = await world.stores.connections.list();
    if (connection === undefined) throw new Error('There is no connection');
    const { lastCheck } = connection;
    if (lastCheck?.status !== 'verified') throw new Error('It was never checked');
    const capabilities = { ...lastCheck.report.capabilities, watch: { answer: 'yes' } as const };
    const version = connection.version + 1;
    const allowed = { ...lastCheck, report: { ...lastCheck.report, capabilities } };
    await world.stores.atomically([
      world.stores.connections.update({ ...connection, lastCheck: allowed, version }),
    ]);
    write('cloudtrail:DeleteTrail');
    await passing(world, 10 * MINUTE);
    expect([...world.standIn.requests].some(({ action }) => action === 'LookupEvents')).toBe(true);
    expect((await found(world))[KEY]?.toSorted()).toEqual(['trail-stopped', 'trail-stopped']);
    expect((await world.stores.watch.accounts.list())[0]?.trouble).toBeNull();
    expect(queue.counts(world.clock.now())).toMatchObject({ visible: 0 });
  });
});

describe('the doctor of a queue', () => {
  it('says whether it can be read, and what is known to be wrong with it', async () => {
    const set = await open();
    const { world } = set;
    const asideTrouble = { why: '2 things could not be read.', since: 7, toldAt: null };
    await setQueue(set, { state: { ...NEW_QUEUE, asideTrouble } });
    await setQueue(set, { name: 'gone' });
    await setQueue(set, { name: 'third', connectionId: 'gone' });
    const findings: Finding[] = [];
    for await (const each of checkTrailQueues({ ...world.services, stores: world.stores }, world.clock.now()))
      findings.push(each);
    const said = (name: string): string => {
      const finding = findings.find(({ what }) => what.includes(`“${name}”`));
      return `${finding?.verdict ?? ''}: ${finding?.found ?? ''}`;
    };
    expect(said('trail-events')).toMatch(
      /^warning: It can be read, and announces files of acme-trail; 0 files wait.\nSince 1970-01-01T00:00:00.007Z: 2 things/,
    );
    expect(said('gone')).toMatch(/^failed: /);
    expect(said('third')).toBe('failed: The connection that read it is gone.');
    expect(findings).toHaveLength(3);
  });
});

describe('a queue of somebody else', () => {
  it('keeps its messages, and people are told whose files it announces; its own file mends it', async () => {
    const set = await open();
    const { world, queue, trail } = set;
    await listen(world);
    await setQueue(set);
    // Rekey's own look-ups come by file, too.
    trail.isLogging = false;
    const file = { bucket: { name: 'somebody-elses' }, object: { key: 'AWSLogs/1/CloudTrail/a.json.gz' } };
    const records = [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: file }];
    queue.send(JSON.stringify({ Records: records }), world.clock.now());
    queue.send(JSON.stringify({ orderId: 7 }), world.clock.now());
    queue.send('an order in words', world.clock.now());
    await passing(world, 60 * MINUTE);
    const { visible, inFlight } = queue.counts(world.clock.now());
    expect(visible + inFlight).toBe(3);
    const { state } = await kept(world);
    expect(state).toMatchObject({ heardAt: null, drainedAt: null, aside: 0, files: 0, ignored: 0 });
    expect(state.trouble?.why).toContain('the bucket “somebody-elses”, not of “acme-trail”');
    expect(JSON.stringify((await told(world)).heads)).toContain('somebody-elses');
    trail.write(world.accountId, 'us-east-1', [recordOf(set, 'cloudtrail:StopLogging')], world.clock.now());
    await passing(world, 60 * MINUTE);
    expect(Object.values(await found(world)).flat()).toEqual(['trail-stopped']);
    expect((await kept(world)).state).toMatchObject({ trouble: null, files: 1, aside: 2 });
    expect(queue.counts(world.clock.now())).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

describe('a region whose event history is refused', () => {
  it('is judged by its files alone, and holds up no other region of its account', async () => {
    const set = await open();
    const { world, trail } = set;
    const effect = { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' } as const;
    world.standIn.faults.add({ action: 'LookupEvents', region: 'eu-west-1', effect });
    await listen(world);
    const { id } = await setQueue(set);
    const record = recordOf(set, 'cloudtrail:StopLogging');
    trail.write(world.accountId, 'eu-west-1', [record], world.clock.now());
    await passing(world, 15 * MINUTE);
    expect(await found(world)).toEqual({});
    expect(await world.stores.watch.files.oldest(id, world.accountId, 'us-east-1', 0)).toBeNull();
    await passing(world, 25 * MINUTE);
    expect(Object.values(await found(world)).flat()).toEqual(['trail-stopped']);
    expect(await world.stores.watch.files.left(id, world.clock.now())).toMatchObject({ waiting: 0 });
  });
});

describe('several instances', () => {
  it('share a queue: nothing is skipped, and nothing told twice', async () => {
    const set = await open({ engine: 'postgres' });
    const { world, trail, queue } = set;
    await listen(world);
    const { id } = await setQueue(set);
    const two = ['one', 'two'].map((instanceId) => servicesFor(world, { instanceId, onlyInstance: false }));
    queue.duplicates = 0.3;
    for (let number = 1; number <= 8; number += 1) {
      const by = { type: 'IAMUser', accessKeyId: keyOf(number), accountId: world.accountId };
      const record = recordOf(set, 'cloudtrail:StopLogging', { by });
      trail.write(world.accountId, number % 2 === 0 ? 'us-east-1' : 'eu-west-1', [record], world.clock.now());
    }
    const run = async (services: Services): Promise<void> => {
      await hearQueue(services, id, PATIENT);
      await watchAccount(services, world.accountId, PATIENT);
    };
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(two.map(run));
      world.forward(4 * MINUTE);
    }
    const all = await found(world);
    expect(Object.keys(all)).toHaveLength(8);
    expect(Object.values(all).flat()).toHaveLength(8);
    expect((await told(world)).heads).toHaveLength(8);
  });
});

describe('what cannot be read', () => {
  it('is the file’s own fault when others can be read, and the connection’s when it is gone', async () => {
    const set = await open();
    const { world, bucket, trail } = set;
    await listen(world);
    const { id } = await setQueue(set);
    // Whoever may not list the bucket is told “denied” of what is not there.
    const key = trail.write(
      world.accountId,
      'us-east-1',
      [recordOf(set, 's3:ListBuckets')],
      world.clock.now(),
    );
    bucket.objects.delete(key);
    await listen(world);
    expect((await world.stores.watch.files.left(id, world.clock.now())).failing?.reason).toContain(
      's3:GetObject',
    );
    for (let step = 0; step < 10; step += 1) {
      trail.write(world.accountId, 'us-east-1', [recordOf(set, 's3:ListBuckets')], world.clock.now());
      await passing(world, 10 * MINUTE);
    }
    expect(await world.stores.watch.files.aside(id, 9)).toMatchObject([{ key }]);
    expect(await world.stores.watch.files.left(id, world.clock.now())).toMatchObject({ waiting: 0 });

    const queue = await kept(world);
    const lost = { ...queue, connectionId: 'gone', version: queue.version + 1 };
    await world.stores.atomically([world.stores.watch.queues.update(lost)]);
    await told(world);
    await passing(world, 45 * MINUTE);
    const { heads } = await told(world);
    expect(texts(heads)).toContainEqual(expect.stringContaining('cannot read the trail queue'));
    expect(JSON.stringify(heads)).toContain('connection that read this queue is gone');
  }, 60_000);

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
    const key = `AWSLogs/${world.accountId}/CloudTrail/us-east-1/2026/01/01/a.json.gz`;
    const file = { bucket: { name: BUCKET }, object: { key } };
    set.bucket.put(key, gzipSync('{"Records":[]}'));
    queue.send(
      JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: file }] }),
      world.clock.now(),
    );
    await listen(world);
    queue.send('{}', world.clock.now());
    await passing(world, 30 * MINUTE);
    expect(dead.counts(world.clock.now()).visible).toBe(1);
    expect((await kept(world)).state).toMatchObject({ aside: 0, redriveAfter: 3 });
  });
});

describe('at night', () => {
  it('receives nothing while the database takes nothing: each receive counts for the redrive policy', async () => {
    const set = await open();
    const { world } = set;
    const cloud = world.standIn.world;
    const dead = cloud.addQueue(world.account, 'us-east-1', 'dead');
    const queue = cloud.addQueue(world.account, 'us-east-1', set.queue.name, {
      redrive: { to: dead, most: 3 },
    });
    await listen(world);
    const { id } = await setQueue(set);
    const key = `AWSLogs/${world.accountId}/CloudTrail/us-east-1/2026/01/01/a.json.gz`;
    set.bucket.put(key, gzipSync(JSON.stringify({ Records: [recordOf(set, 'cloudtrail:StopLogging')] })));
    const s3 = { bucket: { name: BUCKET }, object: { key } };
    queue.send(JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3 }] }), world.clock.now());
    const full = Object.create(world.stores) as Services['stores'];
    Object.defineProperty(full, 'atomically', {
      value: () => Promise.reject(new RekeyError('unreachable', 'The database is full.')),
    });
    for (let round = 0; round < 5; round += 1) {
      await expect(hearQueue(servicesFor(world, { stores: full }), id, PATIENT)).rejects.toThrow('full');
      world.forward(5 * MINUTE);
    }
    expect(dead.counts(world.clock.now()).visible).toBe(0);
    await listen(world);
    expect(Object.values(await found(world)).flat()).toEqual(['trail-stopped']);
  });

  it('keeps no file of an account that is gone, which nobody would ever read', async () => {
    const set = await open();
    const { world } = set;
    await listen(world);
    const { id } = await setQueue(set);
    const now = world.clock.now();
    const gone = { ...trailFile({ queueId: id, bucket: BUCKET }), accountId: '999999999999', nextAt: now };
    await world.stores.atomically([world.stores.watch.files.put([gone])]);
    await goTrailRounds(servicesFor(world));
    expect(await world.stores.watch.files.left(id, now)).toMatchObject({ waiting: 0, oldestDueAt: null });
    expect(world.jobs.enqueued.filter(({ key }) => key === '999999999999')).toEqual([]);
  });

  it('asks for few of many files that are denied, and leaves the others to the next round', async () => {
    const set = await open();
    const { world } = set;
    await listen(world);
    const { id } = await setQueue(set);
    const now = world.clock.now();
    const files = Array.from({ length: 30 }, (_, place) => ({
      ...trailFile({ queueId: id, bucket: BUCKET }),
      key: `AWSLogs/copied/CloudTrail/${place}.json.gz`,
      accountId: '',
      nextAt: now,
    }));
    await world.stores.atomically([world.stores.watch.files.put(files)]);
    world.standIn.faults.add({
      action: 'GetObject',
      effect: { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' },
    });
    world.standIn.requests.clear();
    await hearQueue(servicesFor(world), id, PATIENT);
    expect(world.calls()['GetObject']).toBe(3);
    world.standIn.faults.clear();
    for (const { key } of files) set.bucket.put(key, gzipSync(JSON.stringify({ Records: [] })));
    await passing(world, 10 * MINUTE);
    expect(await world.stores.watch.files.left(id, world.clock.now())).toMatchObject({ waiting: 0 });
  });
});
