// A key that makes a call each day, and one day asks something of it that it never asked: the call is a habit, what it
// asks is not. And the other way round: what a key always asked stays quiet.
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import {
  ALICE_KEY,
  FOREIGN,
  OWN,
  call,
  history,
  policy,
  type ExampleCall,
} from '../../src/detections/example.ts';
import { Profile } from '../../src/detections/profile.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { Signal } from '../../src/detections/signal.ts';
import { isAtLeast } from '../../src/domain/notice.ts';

const SISTER = '555566667777';
const LIBRARY = 'Boto3/1.38.0 md/Botocore#1.38.0 ua/2.1 os/linux';
const TOOL = 'APN/1.0 HashiCorp/1.0 Terraform/1.11.4 (+https://www.terraform.io)';

const letIn = (account: string) =>
  policy({ Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: '*' });
const port = (cidrIp: string) => ({
  groupId: 'sg-1',
  ipPermissions: { items: [{ fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp }] } }] },
});
const machines = (instanceType: string, maxCount: number) => ({
  instanceType,
  instancesSet: { items: [{ minCount: maxCount, maxCount }] },
});
const image = (account: string) => ({
  functionName: 'f',
  imageUri: `${account}.dkr.ecr.eu-west-1.amazonaws.com/f:1`,
});
const ownedBy = (accountId: string): ExampleCall => ({
  asked: { bucketName: 'b', key: 'k' },
  more: { resources: [{ type: 'AWS::S3::Object' }, { type: 'AWS::S3::Bucket', accountId }] },
});
const asked = (parameters: unknown): ExampleCall => ({ asked: parameters });

/** What a key asks of a call each day, and what it asks then. */
const CASES: Readonly<Record<string, readonly [action: string, daily: ExampleCall, then: ExampleCall]>> = {
  'objects encrypted with a key of whoever writes': [
    's3:PutObject',
    asked({ bucketName: 'b', key: 'k' }),
    asked({ bucketName: 'b', key: 'k', 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }),
  ],
  'objects copied into a bucket of another account': ['s3:CopyObject', ownedBy(OWN), ownedBy(FOREIGN)],
  'a bucket opened to everybody': [
    's3:PutBucketPolicy',
    asked({ bucketName: 'b', bucketPolicy: letIn(OWN) }),
    asked({ bucketName: 'b', bucketPolicy: policy({ Principal: '*', Action: 's3:GetObject' }) }),
  ],
  'a bucket opened to another neighbour': [
    's3:PutBucketPolicy',
    asked({ bucketName: 'b', bucketPolicy: letIn(SISTER) }),
    asked({ bucketName: 'b', bucketPolicy: letIn(FOREIGN) }),
  ],
  'a snapshot shared with somebody else': [
    'ec2:ModifySnapshotAttribute',
    asked({ snapshotId: 's', createVolumePermission: { add: { items: [{ userId: SISTER }] } } }),
    asked({ snapshotId: 's', createVolumePermission: { add: { items: [{ userId: FOREIGN }] } } }),
  ],
  'a grant for a stranger': [
    'kms:CreateGrant',
    asked({ keyId: 'k', granteePrincipal: `arn:aws:iam::${OWN}:role/app` }),
    asked({ keyId: 'k', granteePrincipal: `arn:aws:iam::${FOREIGN}:root` }),
  ],
  'code from a registry of another account': [
    'lambda:UpdateFunctionCode20150331v2',
    asked(image(OWN)),
    asked(image(FOREIGN)),
  ],
  'code from a bucket it never came from': [
    'lambda:UpdateFunctionCode20150331v2',
    asked({ functionName: 'f', s3Bucket: 'builds' }),
    asked({ functionName: 'f', s3Bucket: 'elsewhere' }),
  ],
  'machines of another kind': [
    'ec2:RunInstances',
    asked(machines('t3.small', 1)),
    asked(machines('p4d.24xlarge', 1)),
  ],
  'many machines': ['ec2:RunInstances', asked(machines('t3.small', 1)), asked(machines('t3.small', 40))],
  'a port for everybody': [
    'ec2:AuthorizeSecurityGroupIngress',
    asked(port('203.0.113.9/32')),
    asked(port('0.0.0.0/0')),
  ],
  'a function with another role': [
    'lambda:CreateFunction20150331',
    asked({ functionName: 'f', role: `arn:aws:iam::${OWN}:role/app` }),
    asked({ functionName: 'f', role: `arn:aws:iam::${OWN}:role/admin` }),
  ],
  'the rights of an administrator': [
    'iam:AttachRolePolicy',
    asked({ roleName: 'r', policyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' }),
    asked({ roleName: 'r', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }),
  ],
  'a database in public': [
    'rds:ModifyDBInstance',
    asked({ dBInstanceIdentifier: 'd', allocatedStorage: 20 }),
    asked({ dBInstanceIdentifier: 'd', publiclyAccessible: true }),
  ],
  'answers for somebody outside': [
    'athena:StartQueryExecution',
    asked({ resultConfiguration: { expectedBucketOwner: OWN } }),
    asked({ resultConfiguration: { expectedBucketOwner: FOREIGN } }),
  ],
  'a role for an outsider': [
    'iam:UpdateAssumeRolePolicy',
    asked({ roleName: 'r', policyDocument: policy({ Principal: { Service: 'ec2.amazonaws.com' } }) }),
    asked({ roleName: 'r', policyDocument: letIn(FOREIGN) }),
  ],
};

const reader = new RecordReader(isWanted);
const read = (raw: RawRecord) => reader.read(raw) ?? [];
/** A fortnight: three such calls each day, and another beside them. */
const fortnight = (action: string, example: ExampleCall, agent = LIBRARY): readonly RawRecord[] => [
  ...history(14, [action, action, action], { ...example, agent }),
  ...history(14, ['s3:GetObject'], { agent, minute: 9 }),
];

function taught(records: readonly RawRecord[]): Detector {
  const detector = new Detector();
  for (const event of records.flatMap(read)) detector.learn(event);
  return detector;
}

function told(detector: Detector, records: readonly RawRecord[]): readonly Signal[] {
  return records
    .flatMap(read)
    .flatMap((event) => detector.judge(event))
    .filter(({ severity, accessKeyId }) => isAtLeast(severity, 'medium') && accessKeyId === ALICE_KEY);
}

describe('what a key never asked for, by a call that is its habit', () => {
  it.each(Object.entries(CASES))('%s', (_, [action, daily, then]) => {
    const detector = taught(fortnight(action, daily));
    expect(told(detector, [call(action, { ...daily, agent: LIBRARY })])).toEqual([]);
    const day = { agent: LIBRARY, minute: 5 };
    expect(told(detector, [call(action, { ...then, ...day })]).length).toBeGreaterThan(0);
    // It was told of; the next day it is no news.
    expect(told(detector, [call(action, { ...then, ...day, minute: 1_500 })])).toEqual([]);
  });

  it.each(Object.entries(CASES))('%s, though it does so each day: quiet', (_, [action, , then]) => {
    expect(told(taught(fortnight(action, then)), [call(action, { ...then, agent: LIBRARY })])).toEqual([]);
  });

  it.each(Object.entries(CASES))(
    '%s, by a tool for infrastructure at home: quiet',
    (_, [action, daily, then]) => {
      const detector = taught(fortnight(action, daily, TOOL));
      expect(told(detector, [call(action, { ...then, agent: TOOL })])).toEqual([]);
    },
  );

  it.each([
    'ecs:ExecuteCommand',
    'ssm:StartSession',
    'sts:GetFederationToken',
    'organizations:LeaveOrganization',
  ])('and what no such tool does, %s, is told of', (action) => {
    const detector = taught(fortnight('ec2:DescribeInstances', {}, TOOL));
    expect(told(detector, [call(action, { agent: TOOL })]).length).toBeGreaterThan(0);
  });
});

describe('a key that names more than anybody keeps', () => {
  const accounts = Array.from({ length: 150 }, (_, each) => String(300_000_000_000 + each));
  const shared = (day: number): readonly RawRecord[] =>
    accounts.map((userId, place) =>
      call('ec2:ModifySnapshotAttribute', {
        asked: { snapshotId: userId, createVolumePermission: { add: { items: [{ userId }] } } },
        agent: LIBRARY,
        minute: day * 1_440 + place,
      }),
    );

  it('has the habit of naming others, and loses none of its other habits', () => {
    const [action, daily] = CASES['a bucket opened to another neighbour'] ?? ['', {}];
    const days = Array.from({ length: 14 }, (_, each) => each - 14);
    const bucket = days.map((day) => call(action, { ...daily, agent: LIBRARY, minute: day * 1_440 - 60 }));
    const detector = taught(days.flatMap((day, place) => [bucket[place] ?? {}, ...shared(day)]));
    expect(told(detector, [call(action, { ...daily, agent: LIBRARY, minute: -60 })])).toEqual([]);
    expect(told(detector, shared(0))).toEqual([]);
    const everybody = { snapshotId: 's', createVolumePermission: { add: { items: [{ group: 'all' }] } } };
    const all = call('ec2:ModifySnapshotAttribute', { asked: everybody, agent: LIBRARY, minute: 200 });
    expect(told(detector, [all])).toHaveLength(1);
  });
});

describe('what was found', () => {
  const [action, daily, then] = CASES['a bucket opened to another neighbour'] ?? ['', {}, {}];

  it('is kept with the profile, and beyond what somebody says is normal', () => {
    const before = taught(fortnight(action, daily));
    before.accept();
    const kept = JSON.stringify(before.profileOf(ALICE_KEY).toJSON());
    const after = new Detector();
    after.recallProfile(ALICE_KEY, Profile.from(JSON.parse(kept) as ReturnType<Profile['toJSON']>));
    expect(told(after, [call(action, { ...daily, agent: LIBRARY })])).toEqual([]);
    expect(told(after, [call(action, { ...then, agent: LIBRARY, minute: 5 })])).toHaveLength(1);
  });

  it('counts only where it was done: in vain, it is no habit', () => {
    const detector = taught(fortnight(action, daily));
    told(detector, [call(action, { ...then, agent: LIBRARY, error: 'MalformedPolicy' })]);
    expect(told(detector, [call(action, { ...then, agent: LIBRARY, minute: 90 })])).toHaveLength(1);
  });
});
