// What a key does all the time is counted beside its tables, and entered when somebody reads them: nobody may tell.
import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Detector, subjectOf } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { ALICE, ALICE_KEY, call, ordinary, roleSession } from '../../src/detections/example.ts';
import { Profile, type ProfileJson } from '../../src/detections/profile.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import { exampleLookUp } from './look-up.ts';

const DAY = 24 * 60;

/** The profile as it is kept: what is counted, and in which order kinds of things were noted, does not show. */
function kept(detector: Detector, subject: string): unknown {
  return JSON.parse(JSON.stringify(detector.profileOf(subject)));
}

/** Judges the same twice: as it comes, and with a profile that was taken out of the database before each event. */
function judgedTwice(records: readonly RawRecord[]): void {
  const reader = new RecordReader(isWanted);
  const [plain, recalled] = [
    new Detector({ lookUp: exampleLookUp }),
    new Detector({ lookUp: exampleLookUp }),
  ];
  const subjects = new Set<string>();
  for (const raw of records) {
    const event = reader.read(raw);
    if (event === null) continue;
    const subject = subjectOf(event, plain.lineage);
    subjects.add(subject);
    const json = JSON.stringify(recalled.profileOf(subject));
    recalled.recallProfile(subject, Profile.from(JSON.parse(json) as ProfileJson));
    expect(plain.judge(event)).toEqual(recalled.judge(event));
  }
  for (const subject of subjects) expect(kept(plain, subject)).toEqual(kept(recalled, subject));
}

describe('a profile', () => {
  it('is the same whether an event was familiar or not', () => {
    // Few values of each kind, so that they come again; more networks and calls than it counts, so that some make room.
    const step = record({
      action: constantFrom(
        's3:GetObject',
        's3:PutObject',
        'ec2:DescribeInstances',
        'iam:ListUsers',
        'kms:Decrypt',
      ),
      other: integer({ min: 0, max: 400 }),
      isOther: boolean(),
      network: integer({ min: 0, max: 90 }),
      isRoaming: boolean(),
      agent: constantFrom('aws-cli/2.27.0', 'Boto3/1.38.0', 'Terraform/1.9', '...'),
      region: constantFrom('us-east-1', 'eu-central-1', 'ap-south-1'),
      error: constantFrom(undefined, undefined, 'AccessDenied', 'NoSuchKey'),
      by: constantFrom(ALICE, ALICE, { ...ALICE, userName: 'renamed' }, roleSession('deploy')),
      wait: constantFrom(0, 0, 1, 1, -30, 60, DAY, 40 * DAY, 95 * DAY),
      again: integer({ min: 1, max: 3 }),
    });
    assert(
      property(array(step, { minLength: 20, maxLength: 160 }), (steps) => {
        let minute = 0;
        const records = steps.flatMap((each) => {
          minute += each.wait;
          return Array.from({ length: each.again }, () =>
            call(each.isOther ? `s3:GetNumber${each.other}` : each.action, {
              minute: (minute += 1),
              from: each.isRoaming ? `52.30.${each.network}.7` : '198.51.100.7',
              agent: each.agent,
              region: each.region,
              by: each.by,
              ...(each.error === undefined ? {} : { error: each.error }),
            }),
          );
        });
        judgedTwice(records);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same when it has more of a kind than it remembers', () => {
    const from = (minute: number, address: string): RawRecord =>
      call('s3:GetObject', { minute, from: address });
    const atHome = Array.from({ length: 5 }, (_, minute) => from(minute, '52.30.1.7'));
    const roaming = Array.from({ length: 80 }, (_, place) => from(10 + place, `52.31.${place}.7`));
    const back = Array.from({ length: 5 }, (_, minute) => from(100 + minute, '52.30.1.7'));
    judgedTwice([...ordinary(4), ...atHome, ...roaming, ...back]);
  });

  it('is as old as its earliest event, whichever came first', () => {
    const detector = new Detector({ lookUp: exampleLookUp });
    const reader = new RecordReader(isWanted);
    const early = call('s3:PutObject', { minute: 0, from: '203.0.113.10' });
    for (const raw of [call('s3:GetObject', { minute: 3 * DAY, from: '198.51.100.7' }), early]) {
      const event = reader.read(raw);
      if (event !== null) detector.judge(event);
    }
    const profile = detector.profileOf(ALICE_KEY);
    expect(profile.span).toBe(3 * DAY * 60_000);
    expect(profile.isEstablished('actions', 's3:PutObject', profile.lastSeen)).toBe(true);
    expect(profile.isEstablished('actions', 's3:GetObject', profile.lastSeen)).toBe(false);
  });

  it('counts what is familiar', () => {
    const detector = new Detector({ lookUp: exampleLookUp });
    const reader = new RecordReader(isWanted);
    const records = ordinary(2, { from: '203.0.113.10' });
    for (const raw of records) {
      const event = reader.read(raw);
      if (event !== null) detector.judge(event);
    }
    const { tables, hours } = detector.profileOf(ALICE_KEY);
    expect(tables.actions.count('s3:GetObject')).toBe(records.length / 2);
    expect(tables.prefixes.count('203.0.113.0/24')).toBe(records.length);
    expect(hours.reduce((sum, calls) => sum + calls)).toBe(records.length);
  });
});
