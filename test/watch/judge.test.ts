import { gzipSync } from 'node:zlib';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  ALICE,
  call,
  madeSession,
  ordinary,
  roleSession,
  type ExampleCall,
} from '../../src/detections/example.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { OwnAct } from '../../src/domain/own-act.ts';
import { ThreadEnded } from '../../src/ports/judges.ts';
import type { Batch, Judged, Judges, Knowledge } from '../../src/ports/judges.ts';
import type { KeptProfile, SeenBucket } from '../../src/ports/watch.ts';
import { createJudges, MOST_MS, threadMegabytes } from '../../src/watch-thread.ts';
import { judgesHere } from '../pollers/services.ts';
import { recordingLog } from '../support/system-world.ts';

const ACCOUNT = '111122223333';
const NOBODY = { accessKeyIds: [], changing: [], roleArns: [], rotations: [] };

/** What a database would hold between batches. */
class Kept implements Knowledge {
  readonly profilesKept = new Map<string, KeptProfile>();
  readonly memoryKept = new Map<string, { kind: string; id: string; value: string }>();
  readonly seen = new Map<number, SeenBucket>();
  readonly actsKept = new Map<string, OwnAct>();
  reads = 0;

  memory(): ReturnType<Knowledge['memory']> {
    this.reads += 1;
    return Promise.resolve([...this.memoryKept.values()]);
  }

  profiles(subjects: readonly string[]): ReturnType<Knowledge['profiles']> {
    return Promise.resolve(subjects.flatMap((subject) => this.profilesKept.get(subject) ?? []));
  }

  acts(ids: readonly string[]): ReturnType<Knowledge['acts']> {
    return Promise.resolve(ids.flatMap((id) => this.actsKept.get(id) ?? []));
  }

  write(judged: Judged): void {
    for (const profile of judged.profiles) this.profilesKept.set(profile.subject, profile);
    for (const entry of judged.memory) this.memoryKept.set(`${entry.kind} ${entry.id}`, entry);
    for (const bucket of judged.seen) this.seen.set(bucket.bucket, bucket);
  }
}

let basis = 0;

function batchOf(records: readonly (RawRecord | string)[], kept: Kept, more: Partial<Batch> = {}): Batch {
  basis += 1;
  return {
    accountId: ACCOUNT,
    basis: `b${basis - 1}`,
    nextBasis: `b${basis}`,
    learn: false,
    events: records.map((record) =>
      typeof record === 'string'
        ? { at: 0, text: record }
        : { at: Date.parse(String(record['eventTime'])), text: JSON.stringify(record) },
    ),
    seen: [...kept.seen.values()],
    completeTo: 0,
    noted: [],
    own: NOBODY,
    keyless: [],
    ...more,
  };
}

const inProcess = judgesHere;
const inThread = (): Judges => {
  const judges = createJudges(recordingLog());
  onTestFinished(() => judges.close());
  return judges;
};

const rulesOf = ({ signals }: Judged): string[] => signals.map(({ rule }) => rule);
const stranger = { from: '192.0.2.44' };

describe.each([
  ['in process', inProcess],
  ['in a thread', inThread],
])('judging %s', (_, judges) => {
  it('learns without a word, then says what is new, with what was normal beside it', async () => {
    const kept = new Kept();
    const judge = judges();
    const learned = await judge.judge(batchOf(ordinary(9), kept, { learn: true }), kept);
    kept.write(learned);
    expect(learned).toMatchObject({ signals: [], seen: [], fresh: 360, unreadable: 0 });
    const judged = await judge.judge(batchOf([call('s3:GetObject', stranger)], kept), kept);
    expect(rulesOf(judged)).toContain('network-new');
    expect(Object.values(judged.about)).toEqual([
      {
        userName: 'alice',
        normal: expect.objectContaining({ settled: true, networks: ['198.51.100.0/24'], services: ['s3'] }),
      },
    ]);
    expect(kept.reads).toBe(1);
  });

  it('goes on from what was kept, as if it had never stopped', async () => {
    const kept = new Kept();
    kept.write(await judges().judge(batchOf(ordinary(9), kept, { learn: true }), kept));
    const made = call('sts:AssumeRole', { answered: madeSession('ASIAFIRSTSESSION0001') });
    const first = judges();
    kept.write(await first.judge(batchOf([made], kept), kept));
    const used = call('cloudtrail:StopLogging', {
      by: roleSession('r', 's', 'ASIAFIRSTSESSION0001'),
      minute: 2,
    });
    const later = batchOf([used], kept);
    const [stopped] = (await judges().judge(later, kept)).signals;
    expect(stopped).toMatchObject({ rule: 'trail-stopped', accessKeyId: ALICE['accessKeyId'] });
  });

  it('reads again what somebody else wrote meanwhile', async () => {
    const kept = new Kept();
    const judge = judges();
    kept.write(await judge.judge(batchOf([call('s3:GetObject')], kept), kept));
    await judge.judge(batchOf([call('s3:GetObject', { minute: 1 })], kept, { basis: 'of another' }), kept);
    expect(kept.reads).toBe(2);
  });

  it('takes an event once, however often it comes', async () => {
    const kept = new Kept();
    const judge = judges();
    const events = [call('cloudtrail:StopLogging'), call('s3:GetObject', { minute: 3 })];
    const first = await judge.judge(batchOf([...events, ...events], kept), kept);
    expect(first.fresh).toBe(2);
    expect(rulesOf(first)).toEqual(['trail-stopped']);
    kept.write(first);
    const again = await judge.judge(batchOf(events, kept), kept);
    expect(again).toMatchObject({ signals: [], fresh: 0, lateFrom: null });
  });

  it('takes a file apart, and judges its records where they are', async () => {
    const kept = new Kept();
    const judge = judges();
    const learned = await judge.judge(batchOf(ordinary(9), kept, { learn: true }), kept);
    kept.write(learned);
    const stop: RawRecord = {
      ...call('cloudtrail:StopLogging', stranger),
      recipientAccountId: ACCOUNT,
    };
    const bytes = new Uint8Array(gzipSync(JSON.stringify({ Records: [stop, 'none'] })));
    const at = Date.parse(String(stop['eventTime'])) + 60_000;
    const file = judge.open(bytes, { accountId: ACCOUNT, region: 'us-east-1', at });
    const part = await file.next();
    expect(part).toMatchObject({ isLast: true, others: {} });
    const of = { file: file.id, region: 'us-east-1' };
    const judged = await judge.judge({ ...batchOf([], kept), events: of }, kept);
    expect(rulesOf(judged)).toContain('trail-stopped');
    expect(judged).toMatchObject({ fresh: 1, unreadable: 1 });
    const again = await judge.judge({ ...batchOf([], kept), events: of, seenElsewhere: judged.seen }, kept);
    expect(again).toMatchObject({ fresh: 0, signals: [] });
    expect(await file.next()).toBeNull();
    file.close();
    const broken = judge.open(new Uint8Array([0x1f, 0x8b, 1]), {
      accountId: ACCOUNT,
      region: 'us-east-1',
      at,
    });
    await expect(broken.next()).rejects.toMatchObject({ name: 'UnreadableFile' });
  });

  it('says which events came late', async () => {
    const kept = new Kept();
    const late = call('s3:GetObject', { minute: 5 });
    const at = Date.parse(String(late['eventTime']));
    const judge = judges();
    const judged = await judge.judge(batchOf([late], kept, { completeTo: at + 60_000 }), kept);
    expect(judged.lateFrom).toBe(at);
  });

  it('is stopped by nothing in a record', async () => {
    const kept = new Kept();
    const odd: (RawRecord | string)[] = [
      '',
      'null',
      '[]',
      '{"eventName":7}',
      '{"eventSource":"iam.amazonaws.com","eventName":"CreateUser"',
      { ...call('iam:CreateUser'), eventID: '\ud800\0aaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa' },
      { ...call('iam:AttachUserPolicy'), requestParameters: { __proto__: null, policyArn: { a: [1] } } },
      { ...call('iam:PutUserPolicy', { asked: { policyDocument: '{"Statement":[[[[[' } }) },
      { ...call('sts:AssumeRole'), userIdentity: { type: 5, arn: ['x'], accessKeyId: '' } },
    ];
    const judged = await judges().judge(batchOf(odd, kept), kept);
    expect(judged.unreadable).toBeGreaterThanOrEqual(5);
    for (const { id } of judged.signals) expect(id).toMatch(/^[^\p{Cc}]+$/u);
    expect(JSON.stringify(judged).isWellFormed()).toBe(true);
  });

  it('keeps quiet about what Rekey looks up itself, and about nothing else of its key', async () => {
    const kept = new Kept();
    const own = { ...NOBODY, accessKeyIds: [String(ALICE['accessKeyId'])] };
    const reads = ['iam:ListUsers', 'iam:ListAccessKeys', 'iam:GetAccountSummary', 'iam:ListGroups'];
    const looks = ['sts:GetCallerIdentity', ...reads, 'iam:ListRoles', 'iam:ListPolicies', 's3:ListBuckets'];
    const agent = 'aws-sdk-js/3.1169.0 ua/2.1 os/linux lang/js rekey/0.1.0';
    const calls = looks.map((action, minute) => call(action, { agent, minute }));
    const quiet = await judges().judge(batchOf(calls, kept, { own }), kept);
    expect(rulesOf(quiet)).toEqual([]);
    const others = looks.map((action, minute) => call(action, { minute }));
    expect(rulesOf(await judges().judge(batchOf(others, kept, { own }), kept))).not.toEqual([]);
    const changes = [call('iam:CreateUser', { agent, asked: { userName: 'x' } })];
    expect(rulesOf(await judges().judge(batchOf(changes, kept, { own }), kept))).toContain('user-made');
  });

  it('keeps quiet about what the journal of a rotation has, by role or by key, and about nothing beside it', async () => {
    const made = 'AKIAMADEBYREKEY00001';
    const at = Date.parse(String(call('iam:CreateAccessKey')['eventTime']));
    const own = {
      ...NOBODY,
      roleArns: [`arn:aws:iam::${ACCOUNT}:role/rekey`],
      rotations: [
        {
          userName: 'deploy',
          made: [made],
          tries: [{ nonce: 'n0nce0f0ne7ry', from: at, to: at + 300_000 }],
          triedTo: at + 60_000,
        },
      ],
    };
    const agent = 'aws-sdk-js/3.1169.0 ua/2.1 lang/js rekey/0.1.0';
    const by = roleSession('rekey');
    const create = (userName: string, accessKeyId: string, more: ExampleCall = {}) =>
      call('iam:CreateAccessKey', {
        by,
        agent,
        asked: { userName },
        answered: { accessKey: { accessKeyId, userName } },
        ...more,
      });
    const lost = { agent: `${agent} n0nce0f0ne7ry`, answered: null };
    const rules = async (...records: RawRecord[]) =>
      rulesOf(await judges().judge(batchOf(records, new Kept(), { own }), new Kept()));
    expect(await rules(create('deploy', made), create('deploy', '', lost))).toEqual([]);
    // Another key, another user, another program, and the number of that call an hour later.
    for (const other of [
      create('deploy', 'AKIASOMEBODYELSES001'),
      create('admin', made),
      create('deploy', made, { agent: 'aws-cli/2.15.0' }),
      create('deploy', '', { ...lost, minute: 60 }),
    ]) {
      expect(await rules(other)).toContain('access-key-made-for-another-user');
    }
  });

  it('keeps quiet about the calls that the audit log has, by role or by key, and about nothing beside them', async () => {
    const at = Date.parse(String(call('iam:DeleteAccessKey')['eventTime']));
    const names = ['ann', 'bob', 'cy'];
    const own = { ...NOBODY, roleArns: [`arn:aws:iam::${ACCOUNT}:role/rekey`] };
    const kept = new Kept();
    const idOf = (name: string) => `01${name.padEnd(24, '0')}`;
    for (const userName of names) {
      const asked = { userName, accessKeyId: `AKIAOF${userName.toUpperCase()}` };
      const id = idOf(userName);
      kept.actsKept.set(id, { id, accountId: ACCOUNT, at, action: 'iam:DeleteAccessKey', asked });
    }
    const agent = (act: string) => `aws-sdk-js/3.1169.0 ua/2.1 lang/js act/${act} rekey/0.1.0`;
    const remove = (userName: string, minute: number, more: ExampleCall = {}) =>
      call('iam:DeleteAccessKey', {
        by: roleSession('rekey'),
        agent: agent(idOf(userName)),
        asked: { userName, accessKeyId: `AKIAOF${userName.toUpperCase()}` },
        minute,
        ...more,
      });
    const rules = async (...records: RawRecord[]) =>
      rulesOf(await judges().judge(batchOf(records, kept, { own }), kept));
    expect(await rules(...names.map((name, minute) => remove(name, minute)))).toEqual([]);
    const refused = { asked: null, error: 'AccessDenied' };
    expect(await rules(...names.map((name, minute) => remove(name, minute, refused)))).toEqual([]);

    // Other keys, another's id, another signer, another hour, another call by the same id, or no id at all.
    const variants: ((name: string, minute: number) => RawRecord)[] = [
      (userName, minute) => remove(userName, minute, { asked: { userName, accessKeyId: 'AKIAOTHER' } }),
      (name, minute) => remove(name, minute, { agent: agent(idOf(name === 'ann' ? 'bob' : 'ann')) }),
      (name, minute) => remove(name, minute, { by: roleSession('deploy') }),
      (name, minute) => remove(name, minute + 60),
      (userName, minute) =>
        call('iam:DeleteLoginProfile', {
          by: roleSession('rekey'),
          agent: agent(idOf(userName)),
          asked: { userName },
          minute,
        }),
      (name, minute) => remove(name, minute, { agent: 'aws-sdk-js/3.1169.0 lang/js rekey/0.1.0' }),
      (name, minute) => remove(name, minute, { agent: agent(idOf(name)).replace('rekey/', 'other/') }),
    ];
    for (const variant of variants) expect(await rules(...names.map(variant))).toContain('others-locked-out');
  });

  it('keeps quiet about a key that signed for Rekey until another took its place, and not afterwards', async () => {
    const keyId = String(ALICE['accessKeyId']);
    const until = Date.parse(String(call('iam:ListUsers')['eventTime']));
    const own = { ...NOBODY, changing: [{ accessKeyId: keyId, until }] };
    const agent = 'aws-sdk-js/3.1169.0 lang/js rekey/0.1.0';
    const looks = ['iam:ListUsers', 'iam:ListAccessKeys', 'iam:GetAccountSummary', 'iam:ListGroups'];
    const more = ['sts:GetCallerIdentity', 'iam:ListRoles', 'iam:ListPolicies', 's3:ListBuckets'];
    const rules = async (from: number) => {
      const records = [...more, ...looks].map((action) => call(action, { agent, minute: from }));
      return rulesOf(await judges().judge(batchOf(records, new Kept(), { own }), new Kept()));
    };
    expect(await rules(1)).toEqual([]);
    expect(await rules(10)).not.toEqual([]);
  });

  it('finds what somebody does with the same key right after Rekey did the like', async () => {
    const kept = new Kept();
    const own = { ...NOBODY, accessKeyIds: [String(ALICE['accessKeyId'])] };
    const agent = 'aws-sdk-js/3.1169.0 lang/js rekey/0.1.0';
    const read = (name: string, minute: number, more: ExampleCall) =>
      call('secretsmanager:GetSecretValue', { asked: { secretId: name }, minute, ...more });
    const ours = ['rekey/a', 'rekey/b', 'rekey/c', 'rekey/d'].map((name, at) => read(name, at, { agent }));
    const judge = judges();
    const first = await judge.judge(batchOf(ours, kept, { own }), kept);
    expect(rulesOf(first)).toEqual([]);
    kept.write(first);
    const theirs = ['db', 'mail', 'pay', 'signing'].map((name, at) => read(name, 30 + at, stranger));
    expect(rulesOf(await judge.judge(batchOf(theirs, kept, { own }), kept))).toContain(
      'secrets-read-in-bulk',
    );
  });
});

it('a thread that ends takes nothing with it but its batch', async () => {
  const judges = createJudges(recordingLog());
  onTestFinished(() => judges.close());
  const kept = new Kept();
  const failing: Knowledge = {
    memory: () => Promise.reject(new Error('no database')),
    profiles: () => kept.profiles([]),
    acts: () => kept.acts([]),
  };
  await expect(judges.judge(batchOf([call('s3:GetObject')], kept), failing)).rejects.toThrow(
    'could not be read',
  );
  const under = judges.judge(batchOf([call('s3:GetObject')], kept), {
    ...failing,
    memory: () => new Promise(() => undefined),
  });
  const ended = under.catch((error: unknown) => String(error));
  await judges.close();
  expect(await ended).toContain('Rekey stops');
  const judged = await judges.judge(batchOf([call('cloudtrail:StopLogging')], kept), kept);
  expect(rulesOf(judged)).toEqual(['trail-stopped']);
});

it('a thread that does not answer is ended, and the next batch begins another', async () => {
  // Only the clock of the thread's keeper: a slow machine may take as long as it likes.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const judges = createJudges(recordingLog());
  onTestFinished(() => judges.close());
  const kept = new Kept();
  const stuck: Knowledge = {
    memory: () => new Promise(() => undefined),
    profiles: () => kept.profiles([]),
    acts: () => kept.acts([]),
  };
  const hangs = judges.judge(batchOf([call('s3:GetObject')], kept), stuck);
  const ended = hangs.catch((error: unknown) => error);
  vi.advanceTimersByTime(MOST_MS);
  expect(await ended).toBeInstanceOf(ThreadEnded);
  const judged = await judges.judge(batchOf([call('cloudtrail:StopLogging')], kept), kept);
  expect(rulesOf(judged)).toEqual(['trail-stopped']);
  expect(vi.getTimerCount()).toBe(0);
});

it('a batch that cannot be handed to the thread fails alone, and is not waited for', async () => {
  const judges = createJudges(recordingLog());
  const kept = new Kept();
  const odd = batchOf([], kept, { events: [{ at: 0, value: () => undefined }] });
  await expect(judges.judge(odd, kept)).rejects.toThrow('could not be cloned');
  const broken: unknown[] = [];
  const note = (reason: unknown): void => void broken.push(reason);
  const before = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection').on('unhandledRejection', note);
  onTestFinished(() => {
    process.removeListener('unhandledRejection', note);
    for (const each of before) process.on('unhandledRejection', each);
  });
  await judges.close();
  await sleep(1);
  expect(broken).toEqual([]);
});

it('a file that was open in a thread that ended fails like what the thread was about', async () => {
  const judges = createJudges(recordingLog());
  onTestFinished(() => judges.close());
  const file = judges.open(new Uint8Array(gzipSync('{"Records":[]}')), {
    accountId: ACCOUNT,
    region: 'us-east-1',
    at: 0,
  });
  await judges.close();
  await expect(file.next()).rejects.toBeInstanceOf(ThreadEnded);
});

it('a batch left behind does not lose what it learned to the next one', async () => {
  const judges = judgesHere();
  const kept = new Kept();
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow: Knowledge = {
    memory: () => kept.memory(),
    profiles: async (subjects) => {
      await promise;
      return kept.profiles(subjects);
    },
    acts: (ids) => kept.acts(ids),
  };
  const first = judges.judge(batchOf([call('sts:GetSessionToken', { answered: madeSession() })], kept), slow);
  const second = judges.judge(batchOf([call('s3:GetObject')], kept), kept);
  resolve();
  expect((await first).memory.map(({ kind }) => kind)).toContain('session');
  expect((await second).memory.map(({ kind }) => kind)).not.toContain('session');
});

it('the thread ends before the process does where that is held to little', () => {
  const GIGABYTE = 1024 ** 3;
  expect(threadMegabytes(GIGABYTE / 2)).toBe(256);
  expect(threadMegabytes(GIGABYTE)).toBe(512);
  expect(threadMegabytes(GIGABYTE / 16)).toBe(128);
  // Not held to anything, as systems say it.
  for (const bytes of [0, 8 * GIGABYTE, 2 ** 64]) expect(threadMegabytes(bytes)).toBe(1_024);
});
