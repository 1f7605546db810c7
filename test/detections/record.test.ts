import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/detections/address.ts';
import { parseAgent } from '../../src/detections/agent.ts';
import { Detector } from '../../src/detections/detector.ts';
import {
  ALICE,
  ALICE_IN_CONSOLE,
  ALICE_KEY,
  call,
  ordinary,
  roleSession,
} from '../../src/detections/example.ts';
import { RecordReader, recordsIn } from '../../src/detections/record.ts';
import { parseTime } from '../../src/detections/time.ts';

const reader = new RecordReader();
const read = (raw: unknown) => {
  const event = reader.read(raw);
  if (event === null) throw new Error('Not a record');
  return event;
};

describe('a record', () => {
  it('is read with what rules use', () => {
    const event = read(call('lambda:UpdateFunctionCode20150331v2', { asked: { functionName: 'f' } }));
    expect(event).toMatchObject({
      call: {
        service: 'lambda',
        name: 'UpdateFunctionCode',
        action: 'lambda:UpdateFunctionCode',
        isRead: false,
      },
      caller: { longTermKeyId: ALICE_KEY, userName: 'alice', sessionKeyId: null },
      address: { text: '198.51.100.7', prefix: '198.51.100.0/24' },
      agent: { family: 'aws-cli' },
      asked: { functionName: 'f' },
      byService: false,
      fromConsole: false,
      denied: false,
    });
  });

  it.each([
    null,
    undefined,
    1,
    'text',
    [],
    {},
    { eventName: 'X' },
    { eventName: 1, eventSource: 2 },
    { eventName: '<b>', eventSource: 'iam.amazonaws.com' },
    { eventName: 'A'.repeat(200_000), eventSource: 'x' },
  ])('that is none is nothing: %#', (raw) => {
    expect(reader.read(raw)).toBeNull();
  });

  it('is of its own key, also where two keys of a user have one number in what is remembered', () => {
    const remembers = new RecordReader();
    const [one, two] = ['AKIAEXAMPLE00000AAAQ', 'AKIAEXAMPLE00000AAB2'];
    const callerOf = (accessKeyId: string | undefined) =>
      remembers.read(call('iam:ListUsers', { by: { ...ALICE, accessKeyId } }))?.caller;
    const first = callerOf(one);
    // The same is remembered, until the other comes: the two do meet.
    expect(callerOf(one)).toBe(first);
    const [other, again] = [callerOf(two), callerOf(one)];
    expect(again).not.toBe(first);
    expect([first, other, again].map((each) => each?.longTermKeyId)).toEqual([one, two, one]);
  });

  it('is judged by what its own key does, also where keys have one number', () => {
    const [one, two] = ['AKIAEXAMPLE00000AAAQ', 'AKIAEXAMPLE00000AAB2'];
    const records = ordinary(6).flatMap((raw) =>
      [one, two].map((accessKeyId) => ({ ...raw, userIdentity: { ...ALICE, accessKeyId } })),
    );
    const strange = call('s3:GetObject', { by: { ...ALICE, accessKeyId: two }, from: '192.0.2.44' });
    const detector = new Detector();
    const remembers = new RecordReader();
    remembers.approach(records);
    for (const event of records.flatMap((raw) => remembers.read(raw) ?? [])) detector.judge(event);
    expect([one, two].map((key) => detector.profileOf(key ?? '').events)).toEqual([240, 240]);
    const event = remembers.read(strange);
    const signals = event === null ? [] : detector.judge(event);
    expect(new Set(signals.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set([two]));
  });

  it('may lack its identity, or any part of it', () => {
    for (const by of [
      undefined,
      null,
      {},
      { type: 'IAMUser' },
      { accessKeyId: '' },
      { accessKeyId: '...' },
      'x',
      [],
    ]) {
      const { caller } = read({ ...call('iam:ListUsers'), userIdentity: by });
      expect(caller.longTermKeyId).toBeNull();
      expect(caller.userName).toBeNull();
    }
  });

  it.each([
    'AWS Internal',
    'lambda.amazonaws.com',
    '253.252.51.07',
    '1.2.3',
    '...',
    '',
    'x'.repeat(10_000),
    '::1::2',
  ])('has no address when %s is none', (from) => {
    expect(read(call('iam:ListUsers', { from })).address).toBeNull();
  });

  it('tells AWS and the console from programs', () => {
    const byService = call('kms:Decrypt', {
      by: { ...ALICE_IN_CONSOLE, invokedBy: 'secretsmanager.amazonaws.com' },
      from: 'secretsmanager.amazonaws.com',
    });
    expect(read(byService)).toMatchObject({ byService: true, fromConsole: false });
    expect(
      read(call('ec2:DescribeVpcs', { by: ALICE_IN_CONSOLE, agent: 'Mozilla/5.0 (X11)' })).fromConsole,
    ).toBe(true);
    expect(
      read(call('ec2:DescribeVpcs', { by: ALICE_IN_CONSOLE, more: { sessionCredentialFromConsole: 'true' } }))
        .fromConsole,
    ).toBe(true);
    // A long-term key is no browser, whatever it says.
    expect(read(call('ec2:DescribeVpcs', { agent: 'Mozilla/5.0 (X11)' })).fromConsole).toBe(false);
    // Nor is what an instance was handed.
    const by = roleSession('web', 'i-0123456789abcdef0');
    for (const more of [{}, { sessionCredentialFromConsole: 'true' }]) {
      expect(read(call('ec2:DescribeVpcs', { by, agent: 'Mozilla/5.0 (X11)', more })).fromConsole).toBe(
        false,
      );
    }
  });

  it('keeps texts that are hidden or blank to itself', () => {
    expect(
      read(
        call('signin:ConsoleLogin', { by: { type: 'IAMUser', userName: 'HIDDEN_DUE_TO_SECURITY_REASONS' } }),
      ).caller.userName,
    ).toBeNull();
    expect(read(call('iam:ListUsers', { region: '...' })).region).toBeNull();
  });

  it.each(['us-north-2r', 'apiso-northsouth-3r', 'us-nowhere-1', 'us-east-99', 'mars-north-1', 'aws-global'])(
    'knows that there is no region %s, so that it is not new for any key',
    (name) => {
      expect(read(call('ec2:RunInstances', { region: name })).region).toBeNull();
    },
  );

  it.each([
    'us-east-1',
    'ap-northeast-3',
    'mx-central-1',
    'us-gov-west-1',
    'us-isob-east-1',
    'eusc-de-east-1',
  ])('knows the region %s', (name) => {
    expect(read(call('ec2:RunInstances', { region: name })).region).toBe(name);
  });

  it('reads sessions of roles', () => {
    expect(read(call('iam:ListUsers', { by: roleSession('deploy', 'job-1') })).caller).toMatchObject({
      roleName: 'deploy',
      sessionName: 'job-1',
      userName: null,
    });
  });

  it('is one event for each recipient, and has an id when it says none', () => {
    const raw = call('iam:ListUsers');
    expect(read({ ...raw, recipientAccountId: '999988887777' }).id).not.toBe(read(raw).id);
    const { eventID: _, ...without } = raw;
    expect(read(without).id).toBe(read({ ...without }).id);
    expect(read(without).id).not.toBe(read({ ...without, awsRegion: 'eu-west-1' }).id);
  });

  it('does not trip over names of JavaScript', () => {
    const raw: unknown = JSON.parse(
      '{"eventName":"ListUsers","eventSource":"iam.amazonaws.com","__proto__":{"eventID":"x"},"constructor":1,"requestParameters":{"__proto__":{"userName":"root"}},"userIdentity":{"__proto__":{"type":"Root"}}}',
    );
    expect(read(raw).caller.type).toBeNull();
    expect(({} as Record<string, unknown>)['eventID']).toBeUndefined();
  });

  it('lets go of parameters that no rule reads', () => {
    expect(
      new RecordReader(() => false).read(call('iam:ListUsers', { asked: { big: 'x' } }))?.asked,
    ).toBeNull();
  });
});

describe('recordsIn', () => {
  const record = call('iam:ListUsers');

  it.each([
    ['a record', record],
    ['a trail', { Records: [record] }],
    [
      'LookupEvents',
      { Events: [{ EventId: 'x', ReadOnly: 'true', CloudTrailEvent: JSON.stringify(record) }] },
    ],
    ['a member of LookupEvents', { EventId: 'x', CloudTrailEvent: JSON.stringify(record) }],
    ['EventBridge', { 'detail-type': 'AWS API Call via CloudTrail', detail: record }],
    ['a list', [record]],
  ])('finds the record in %s', (_, value) => {
    expect([...recordsIn(value)]).toEqual([record]);
  });

  it('hands on what cannot be read, to be counted', () => {
    expect([...recordsIn({ Events: [{ CloudTrailEvent: '{"cut' }] })]).toEqual(['{"cut']);
    expect([...recordsIn(7)]).toEqual([7]);
  });
});

describe('the parts', () => {
  it.each([
    ['2026-03-02T09:00:00Z', Date.UTC(2026, 2, 2, 9)],
    ['2025-01-21 17:39:10.000000000', Date.UTC(2025, 0, 21, 17, 39, 10)],
    ['...', null],
    ['1970-01-01T00:00:00Z', null],
    ['Jul 10, 2023 12:24:29 PM', null],
  ])('time %s', (text, time) => {
    expect(parseTime(text)).toBe(time);
  });

  it.each([
    ['203.0.113.9', '203.0.113.0/24', true],
    ['10.1.2.3', '10.1.2.0/24', false],
    ['100.64.0.1', '100.64.0.0/24', false],
    ['2001:db8:1:2::5', '2001:db8:1::/48', true],
    ['fe80::1', 'fe80:0:0::/48', false],
  ])('address %s', (text, prefix, isPublic) => {
    expect(parseAddress(text)).toEqual({ text, prefix, isPublic });
  });

  it.each([
    ['aws-cli/2.13.5 Python/3.11.4 Darwin/22.5.0 exe/x86_64 prompt/off command/s3.sync', 'aws-cli', 'cli'],
    ['[Boto3/1.26.27 Python/3.11 Linux/6 Botocore/1.29.27]', 'SDK for Python', 'sdk'],
    [
      'APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) aws-sdk-go/1.44',
      'Terraform',
      'infrastructure',
    ],
    ['[S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.4]', 'console', 'console'],
    ['EC2ConsoleFrontend, aws-internal/3', 'console', 'console'],
    ['secretsmanager.amazonaws.com', 'AWS', 'aws'],
    ['our-tool_5c59eb79-6dac-4f6e-9bc5-0123456789ab', 'our-tool', 'other'],
    ['billing-export/3.2.1', 'billing-export', 'other'],
    ['', 'unknown', 'unknown'],
  ])('user agent %s', (text, family, kind) => {
    expect(parseAgent(text)).toMatchObject({ family, kind });
  });

  it('names attack tools', () => {
    expect(parseAgent('TruffleHog').attackTool).toBe('TruffleHog');
    expect(parseAgent('aws-cli/2.9 Linux/6.1.0-kali9-amd64').attackTool).toBe('Kali Linux');
    expect(parseAgent('aws-cli/2.9 Linux/6.1.0-generic').attackTool).toBeNull();
  });

  it('identity of an IAM user', () => {
    expect(
      read({ ...call('iam:ListUsers'), userIdentity: { ...ALICE, userName: undefined } }).caller.userName,
    ).toBe('alice');
  });
});
