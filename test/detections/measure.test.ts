// How grave the same call is, by what is asked and by whom: what a key has no part in, and what is its work.
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import {
  BOTO,
  FOREIGN,
  OWN,
  call,
  history,
  ordinary,
  type ExampleCall,
} from '../../src/detections/example.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';

const DAY = 1_440;
const reader = new RecordReader(isWanted);

/** How grave what a rule tells of each record is, after what was learned; null where it tells nothing. */
function told(
  rule: string,
  records: readonly RawRecord[],
  learned: readonly RawRecord[] = [],
): (string | null)[] {
  const detector = new Detector();
  for (const event of learned.flatMap((raw) => reader.read(raw) ?? [])) detector.judge(event);
  return records
    .flatMap((raw) => reader.read(raw) ?? [])
    .map((event) => detector.judge(event).find((signal) => signal.rule === rule)?.severity ?? null);
}

const one = (rule: string, action: string, example: ExampleCall, learned: readonly RawRecord[] = []) =>
  told(rule, [call(action, example)], learned)[0];

const acl = (action: string) =>
  one('bucket-opened', action, { asked: { bucketName: 'b', key: 'k', 'x-amz-acl': 'public-read' } });
const moved = (sourceParentId: string) =>
  one('organization-weakened', 'organizations:MoveAccount', { asked: { accountId: OWN, sourceParentId } });
const sent = (documentName: string) =>
  one('command-run-on-instance', 'ssm:SendCommand', { asked: { documentName, instanceIds: ['i-1'] } });
const length = (minimumPasswordLength: number) =>
  one('password-policy-weakened', 'iam:UpdateAccountPasswordPolicy', { asked: { minimumPasswordLength } });
const quota = (learned: readonly RawRecord[]) =>
  one(
    'quota-raise-asked',
    'servicequotas:RequestServiceQuotaIncrease',
    { ...BOTO, asked: { serviceCode: 'ec2', quotaCode: 'L-417A185B' } },
    learned,
  );
const snapshot = (snapshotId: string, userId: string, minute: number) =>
  call('ec2:ModifySnapshotAttribute', {
    asked: { snapshotId, createVolumePermission: { add: { items: [{ userId }] } } },
    minute,
  });

describe('the same call', () => {
  it('opens one file or a whole bucket', () => {
    expect([acl('s3:PutObjectAcl'), acl('s3:PutBucketAcl')]).toEqual(['medium', 'high']);
  });

  it('moves an account under more rules, or from under them', () => {
    expect([moved('r-1'), moved('ou-1')]).toEqual(['medium', 'high']);
  });

  it('keeps a machine in order, or runs what its caller brings', () => {
    expect(
      [
        'AWS-RunPatchBaseline',
        'AWS-RunPatchBaselineWithHooks',
        'AWS-RunShellScript',
        'MyRunPatchBaseline',
      ].map(sent),
    ).toEqual(['low', 'medium', 'medium', 'medium']);
  });

  it('asks for long passwords or for short ones', () => {
    expect([length(14), length(8)]).toEqual(['low', 'medium']);
  });

  it('says how long passwords are to be only where it was asked', () => {
    const event = reader.read(call('iam:DeleteAccountPasswordPolicy'));
    const signals = event === null ? [] : new Detector().judge(event);
    const found = signals.find(({ rule }) => rule === 'password-policy-weakened');
    expect(found?.facts).toEqual({ call: 'DeleteAccountPasswordPolicy' });
  });

  it('brings images of somebody else, also where it failed before', () => {
    const task = (image: string, more: ExampleCall = {}) =>
      call('ecs:RegisterTaskDefinition', {
        ...BOTO,
        asked: { family: 'web', containerDefinitions: [{ image }] },
        ...more,
      });
    const own = [-6, -5, -4, -3, -2, -1].map((day) =>
      task(`${OWN}.dkr.ecr.us-east-1.amazonaws.com/web:1`, { minute: day * DAY + 50 }),
    );
    const others = [
      task('docker.io/somebody/web:1', { error: 'ClientException' }),
      task('docker.io/somebody/web:1', { minute: 1 }),
    ];
    expect(told('function-code-changed', others, [...ordinary(6), ...own])).toEqual([null, 'medium']);
  });

  it('lets somebody do anything behind hundreds of statements that deny', () => {
    const deny = Array.from({ length: 201 }, () => ({ Effect: 'Deny', Action: 's3:x', Resource: '*' }));
    const policyDocument = JSON.stringify({
      Statement: [...deny, { Effect: 'Allow', Action: '*', Resource: '*' }],
    });
    expect(policyDocument.length).toBeLessThan(10_240);
    const asked = { roleName: 'app', policyName: 'p', policyDocument };
    expect(one('administrator-rights-given', 'iam:PutRolePolicy', { asked })).not.toBeNull();
    expect(one('policy-attached', 'iam:PutRolePolicy', { asked })).toBeNull();
  });

  it('asks for more machines by a key that has to do with quotas, or with files alone', () => {
    const asks = history(6, ['servicequotas:ListServiceQuotas'], { ...BOTO, minute: 50 });
    expect([quota([...ordinary(6), ...asks]), quota(ordinary(6))]).toEqual(['low', 'medium']);
  });

  it('takes away what was made today, or what was there', () => {
    const deleted = call('s3:DeleteBucket', { ...BOTO, asked: { bucketName: 'b' }, minute: 5 });
    const made = call('s3:CreateBucket', { ...BOTO, asked: { bucketName: 'b' } });
    expect(told('grave-call-new', [deleted], ordinary(6))).toEqual(['medium']);
    expect(told('grave-call-new', [made, deleted], ordinary(6))).toEqual(['medium', 'low']);
  });
});

describe('a snapshot shared again', () => {
  it('is no news where the account was told of, for a week', () => {
    const all = [
      snapshot('snap-1', FOREIGN, 0),
      snapshot('snap-2', FOREIGN, 1),
      snapshot('snap-3', FOREIGN, 3 * DAY),
    ];
    expect(told('snapshot-or-image-shared', all)).toEqual(['high', null, null]);
  });

  it('is news where it goes to another', () => {
    const all = [snapshot('snap-1', FOREIGN, 0), snapshot('snap-1', '555566667777', 1)];
    expect(told('snapshot-or-image-shared', all)).toEqual(['high', 'high']);
  });
});

describe('many backups deleted at once by a key that deletes a few each night', () => {
  const nightly = history(9, [
    'ec2:CreateSnapshot',
    'ec2:CreateSnapshot',
    'ec2:DescribeSnapshots',
    'ec2:DeleteSnapshot',
    'ec2:DeleteSnapshot',
  ]);
  const deleted = (more: ExampleCall) =>
    told(
      'backups-destroyed',
      Array.from({ length: 12 }, (_, each) =>
        call('ec2:DeleteSnapshot', { ...more, asked: { snapshotId: `snap-${each}` }, minute: each }),
      ),
      nightly,
    ).filter((each) => each !== null);

  it('are told of once where it always works', () => {
    expect(deleted({})).toEqual(['medium']);
  });

  it('are grave from elsewhere', () => {
    expect(deleted({ from: '203.0.113.9' })).toContain('high');
  });
});

describe('secrets read at once', () => {
  const read = (names: readonly string[]) =>
    told(
      'secrets-read-in-bulk',
      names.map((secretId, minute) =>
        call('secretsmanager:GetSecretValue', { ...BOTO, asked: { secretId }, minute }),
      ),
      [
        ...ordinary(6),
        ...history(6, ['secretsmanager:GetSecretValue'], {
          ...BOTO,
          asked: { secretId: 'own' },
          minute: 50,
        }),
      ],
    );

  it('are told of once when they are many more than the key ever read', () => {
    expect(read(['a', 'b', 'c', 'd', 'e']).filter((each) => each !== null)).toEqual(['medium']);
  });

  it('are its work when they are the same', () => {
    expect(read(['own', 'own', 'own', 'own'])).toEqual([null, null, null, null]);
  });
});
