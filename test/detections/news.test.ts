// The same finding is no news for a while; but more than what was told is news at once, or a harmless call would hide the
// real one that comes after it.
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { ALICE_KEY, FOREIGN, OWN, call, policy, type ExampleCall } from '../../src/detections/example.ts';
import { Profile, type ProfileJson } from '../../src/detections/profile.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';

const SISTER = '555566667777';
const DAY = 1_440;

const opened = (account: string, more: ExampleCall = {}): RawRecord =>
  call('s3:PutBucketPolicy', {
    asked: {
      bucketName: 'b',
      bucketPolicy: policy({
        Principal: account === '*' ? '*' : { AWS: `arn:aws:iam::${account}:root` },
        Action: '*',
      }),
    },
    ...more,
  });
const administrator = (more: ExampleCall = {}): RawRecord =>
  call('iam:AttachUserPolicy', {
    asked: { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ...more,
  });
const image = (account: string, minute: number): RawRecord =>
  call('lambda:UpdateFunctionCode20150331v2', {
    asked: { functionName: 'f', imageUri: `${account}.dkr.ecr.us-east-1.amazonaws.com/f:1` },
    minute,
  });

const reader = new RecordReader(isWanted);

/** How grave what a rule tells of each record is; null where it tells nothing. */
function told(rule: string, records: readonly RawRecord[], detector = new Detector()): (string | null)[] {
  return records
    .flatMap((raw) => reader.read(raw) ?? [])
    .map((event) => detector.judge(event).find((signal) => signal.rule === rule)?.severity ?? null);
}

describe('more than what was told', () => {
  it('is what is graver', () => {
    const all = [opened(SISTER), opened('*', { minute: 5 })];
    expect(told('bucket-opened', all)).toEqual(['medium', 'high']);
  });

  it('is what was done and not only tried', () => {
    const refused = { error: 'AccessDenied' };
    expect(
      told('administrator-rights-given', [administrator(refused), administrator({ minute: 5 })]),
    ).toEqual(['medium', 'high']);
    expect(told('bucket-opened', [opened(FOREIGN, refused), opened(FOREIGN, { minute: 5 })])).toEqual([
      'medium',
      'medium',
    ]);
  });

  it('is what names others, in the first week of a key too', () => {
    expect(told('bucket-opened', [opened(SISTER), opened(FOREIGN, { minute: DAY })])).toEqual([
      'medium',
      'medium',
    ]);
    expect(told('function-code-changed', [image(OWN, 0), image(FOREIGN, DAY)])).toEqual(['medium', 'medium']);
  });
});

describe('the same as what was told', () => {
  it('is no news, however often it comes, refused and done, mild and grave by turns', () => {
    const turns = [SISTER, '*'].flatMap((account) => [
      opened(account, { error: 'AccessDenied' }),
      opened(account),
    ]);
    const all = [...turns, ...turns, ...turns].map((each, place) => ({ ...each, eventID: `turn-${place}` }));
    expect(told('bucket-opened', all).slice(turns.length)).toEqual(Array.from({ length: 8 }, () => null));
  });

  it('is no news to a key whose profile was kept before it was kept how grave it was', () => {
    const before = new Detector();
    told('administrator-rights-given', [administrator()], before);
    const json = before.profileOf(ALICE_KEY).toJSON();
    const kinds = Object.entries(json.recent).filter(([kind]) => !/^reported (?!there)/.test(kind));
    const kept = JSON.stringify({ ...json, recent: Object.fromEntries(kinds) });
    const after = new Detector();
    after.recallProfile(ALICE_KEY, Profile.from(JSON.parse(kept) as ProfileJson));
    expect(told('administrator-rights-given', [administrator({ minute: 5 })], after)).toEqual([null]);
  });
});
