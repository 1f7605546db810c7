import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import type { CloudTrailEvent } from '../../src/detections/event.ts';
import { ALICE, ALICE_KEY, call, madeSession, OWN, roleSession } from '../../src/detections/example.ts';
import { Lineage } from '../../src/detections/lineage.ts';
import type { MemoryEntry } from '../../src/detections/memory.ts';
import { attributed } from '../../src/detections/signal.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';

const reader = new RecordReader();

function read(raw: RawRecord): CloudTrailEvent {
  const event = reader.read(raw);
  if (event === null) throw new Error('Not a record');
  return event;
}

const FIRST = 'ASIAFIRSTSESSION0001';
const SECOND = 'ASIASECONDSESSION001';
const makesFirst = read(call('sts:AssumeRole', { answered: madeSession(FIRST) }));
const makesSecond = read(
  call('sts:AssumeRole', { by: roleSession('a', 's', FIRST), answered: madeSession(SECOND), minute: 1 }),
);

describe('lineage', () => {
  it('follows a chain of roles to the key and its user', () => {
    const lineage = new Lineage();
    expect(lineage.learn(makesFirst)).toBe(FIRST);
    expect(lineage.learn(makesSecond)).toBe(SECOND);
    expect(lineage.rootOf(SECOND)).toBe(ALICE_KEY);
    expect(lineage.userOf(ALICE_KEY)).toBe('alice');
  });

  it('does not mind in which order the links come', () => {
    const lineage = new Lineage();
    lineage.learn(makesSecond);
    expect(lineage.rootOf(SECOND)).toBeNull();
    lineage.learn(makesFirst);
    expect(lineage.rootOf(SECOND)).toBe(ALICE_KEY);
  });

  it.each(['sts:GetSessionToken', 'sts:GetFederationToken', 'sts:AssumeRoot'])('knows %s', (action) => {
    const lineage = new Lineage();
    lineage.learn(read(call(action, { answered: madeSession(FIRST) })));
    expect(lineage.rootOf(FIRST)).toBe(ALICE_KEY);
  });

  it('makes nothing of calls that failed, answered with nothing, or answer in circles', () => {
    const lineage = new Lineage();
    expect(
      lineage.learn(read(call('sts:AssumeRole', { error: 'AccessDenied', answered: madeSession(FIRST) }))),
    ).toBeNull();
    expect(lineage.learn(read(call('sts:AssumeRole')))).toBeNull();
    lineage.learn(
      read(call('sts:AssumeRole', { by: roleSession('a', 's', SECOND), answered: madeSession(FIRST) })),
    );
    lineage.learn(
      read(call('sts:AssumeRole', { by: roleSession('a', 's', FIRST), answered: madeSession(SECOND) })),
    );
    expect(lineage.rootOf(FIRST)).toBeNull();
  });

  it('stays bounded', () => {
    const lineage = new Lineage(10);
    for (let each = 0; each < 100; each += 1) {
      lineage.learn(
        read(call('sts:AssumeRole', { answered: madeSession(`ASIA${String(each).padStart(16, '0')}`) })),
      );
    }
    expect(lineage.rootOf('ASIA0000000000000000')).toBeNull();
    expect(lineage.rootOf('ASIA0000000000000099')).toBe(ALICE_KEY);
  });

  it('is the same after it was kept and taken up again', () => {
    const kept: MemoryEntry[] = [];
    const before = new Detector({ onMemory: (entry) => kept.push(entry) });
    before.judge(makesFirst);
    before.judge(makesSecond);
    const made = {
      accessKey: { accessKeyId: 'AKIAMADEBYALICE00001', userName: 'bob', status: 'Active' },
    };
    before.judge(
      read(call('iam:CreateAccessKey', { asked: { userName: 'bob' }, answered: made, minute: 3 })),
    );
    const after = new Detector();
    for (const entry of kept) after.recall(JSON.parse(JSON.stringify(entry)) as MemoryEntry);
    expect(after.lineage.rootOf(SECOND)).toBe(ALICE_KEY);
    expect(after.lineage.userOf(ALICE_KEY)).toBe('alice');
    const used = read(
      call('sts:GetCallerIdentity', {
        by: {
          ...ALICE,
          arn: `arn:aws:iam::${OWN}:user/bob`,
          userName: 'bob',
          accessKeyId: 'AKIAMADEBYALICE00001',
        },
        minute: 5,
      }),
    );
    const rules = after.judge(used).map(({ rule }) => rule);
    expect(rules).toEqual(before.judge(used).map(({ rule }) => rule));
    expect(rules).toContain('new-key-used-by-its-maker');
  });

  it('puts a signal down to its key afterwards, when the link came late', () => {
    const detector = new Detector();
    const [signal] = detector.judge(
      read(call('cloudtrail:StopLogging', { by: roleSession('a', 's', SECOND), minute: 2 })),
    );
    if (signal === undefined) throw new Error('Nothing was raised');
    const rootOf = (id: string): string | null => detector.lineage.rootOf(id);
    expect(signal.accessKeyId).toBeNull();
    expect(attributed(signal, rootOf)).toBeNull();
    detector.judge(makesSecond);
    detector.judge(makesFirst);
    const late = attributed(signal, rootOf);
    expect(late).toEqual({ ...signal, accessKeyId: ALICE_KEY });
    expect(late === null ? null : attributed(late, rootOf)).toBeNull();
  });

  it('puts what a session does down to its key', () => {
    const detector = new Detector();
    detector.judge(makesFirst);
    const stop = call('cloudtrail:StopLogging', { by: roleSession('a', 's', FIRST), minute: 2 });
    expect(detector.judge(read(stop))).toMatchObject([{ accessKeyId: ALICE_KEY, sessionKeyId: FIRST }]);
  });
});
