import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import { CreateAccessKeyCommand, CreateUserCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import {
  cloudTrailClient,
  failure,
  iamClient,
  secretsManagerClient,
  ssmClient,
  stsClient,
} from './clients.ts';
import { stage } from './world.ts';
import type { Stage } from './world.ts';

async function lookUp(set: Stage, input: object = {}, region = 'us-east-1') {
  set.time.advance(1_001);
  const client = cloudTrailClient({ ...set.where, region }, set.admin);
  const answer = await client.send(new LookupEventsCommand(input));
  return { events: answer.Events ?? [], token: answer.NextToken };
}

const by = (AttributeKey: 'AccessKeyId' | 'EventName' | 'Username' | 'ReadOnly', AttributeValue: string) => ({
  LookupAttributes: [{ AttributeKey, AttributeValue }],
});

function recordOf(event: { CloudTrailEvent?: string | undefined } | undefined): Record<string, unknown> {
  return JSON.parse(event?.CloudTrailEvent ?? 'null') as Record<string, unknown>;
}

test('a new key is told with who asked, from where and what came of it, never with its secret', async () => {
  await using set = await stage();
  const admin = iamClient(set.where, set.admin);
  await admin.send(new CreateUserCommand({ UserName: 'bob' }));
  const { AccessKey } = await admin.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
  const { events } = await lookUp(set, by('EventName', 'CreateAccessKey'));
  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    AccessKeyId: set.admin.accessKeyId,
    Username: 'admin',
    ReadOnly: 'false',
    EventSource: 'iam.amazonaws.com',
  });
  expect(recordOf(events[0])).toMatchObject({
    userIdentity: { type: 'IAMUser', userName: 'admin', accessKeyId: set.admin.accessKeyId },
    userAgent: expect.stringContaining('aws-sdk-js') as string,
    sourceIPAddress: '127.0.0.1',
    awsRegion: 'us-east-1',
    requestParameters: { userName: 'bob' },
    responseElements: {
      accessKey: { userName: 'bob', accessKeyId: AccessKey?.AccessKeyId, status: 'Active' },
    },
    recipientAccountId: set.account.id,
  });
  expect(JSON.stringify(events)).not.toContain(AccessKey?.SecretAccessKey);
});

test('values written to secrets and parameters are not in their events', async () => {
  await using set = await stage();
  const value = 'value-that-must-not-leave';
  await secretsManagerClient(set.where, set.admin).send(
    new CreateSecretCommand({ Name: 'rekey/x', SecretString: value }),
  );
  await ssmClient(set.where, set.admin).send(
    new PutParameterCommand({ Name: '/rekey/x', Type: 'SecureString', Value: value }),
  );
  const { events } = await lookUp(set, by('ReadOnly', 'false'));
  expect(new Set(events.map(({ EventName }) => EventName))).toEqual(
    new Set(['CreateSecret', 'PutParameter']),
  );
  expect(JSON.stringify(events)).not.toContain(value);
});

test('a refused call is there with its error; an unproved caller is not', async () => {
  await using set = await stage();
  const bob = set.account.addUser('bob').addKey();
  await failure(iamClient(set.where, bob).send(new ListUsersCommand({})));
  const wrong = { ...set.account.addUser('eve').addKey(), secretAccessKey: 'x'.repeat(40) };
  await failure(stsClient(set.where, wrong).send(new GetCallerIdentityCommand({})));
  const { events } = await lookUp(set, by('AccessKeyId', bob.accessKeyId));
  expect(recordOf(events[0])).toMatchObject({ errorCode: 'AccessDenied', responseElements: null });
  expect((await lookUp(set, by('AccessKeyId', wrong.accessKeyId))).events).toEqual([]);
});

test('pages of fifty come newest first, and a token belongs to its question', async () => {
  await using set = await stage();
  const bob = set.account.addUser('bob').addKey();
  const sts = stsClient(set.where, bob);
  for (let call = 0; call < 60; call += 1) await sts.send(new GetCallerIdentityCommand({}));
  const question = by('AccessKeyId', bob.accessKeyId);
  const first = await lookUp(set, question);
  expect(first.events).toHaveLength(50);
  const second = await lookUp(set, { ...question, NextToken: first.token });
  expect(second.events).toHaveLength(10);
  expect(second.token).toBeUndefined();
  const ids = [...first.events, ...second.events].map(({ EventId }) => EventId);
  expect(new Set(ids).size).toBe(60);
  const times = [...first.events, ...second.events].map(({ EventTime }) => EventTime?.getTime() ?? 0);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  const other = lookUp(set, { ...by('Username', 'bob'), NextToken: first.token });
  expect(await failure(other)).toMatchObject({ name: 'InvalidNextTokenException' });
});

test('one attribute is allowed, two calls a second, ninety days, and events come late', async () => {
  await using set = await stage();
  set.standIn.world.eventDelayMs = 60_000;
  const [one] = by('Username', 'bob').LookupAttributes;
  expect(await failure(lookUp(set, { LookupAttributes: [one, one] }))).toMatchObject({
    name: 'InvalidLookupAttributesException',
  });
  const client = cloudTrailClient(set.where, set.admin);
  set.time.advance(2_000);
  for (let call = 0; call < 2; call += 1) await client.send(new LookupEventsCommand({}));
  expect(await failure(client.send(new LookupEventsCommand({})))).toMatchObject({
    name: 'ThrottlingException',
  });
  // Another region has its own limit.
  await cloudTrailClient({ ...set.where, region: 'eu-west-1' }, set.admin).send(new LookupEventsCommand({}));

  const bob = set.account.addUser('bob').addKey();
  await stsClient(set.where, bob).send(new GetCallerIdentityCommand({}));
  const question = by('AccessKeyId', bob.accessKeyId);
  expect((await lookUp(set, question)).events).toHaveLength(0);
  set.time.advance(60_000);
  expect((await lookUp(set, question)).events).toHaveLength(1);
  expect((await lookUp(set, question, 'eu-west-1')).events).toHaveLength(0);
  set.time.advance(91 * 24 * 60 * 60_000);
  expect((await lookUp(set, question)).events).toHaveLength(0);
});

test('events of the past can be put in from outside', async () => {
  await using set = await stage();
  const at = Math.floor(set.time.now / 1_000) * 1_000 - 3_600_000;
  set.account.in('us-east-1').history.add({
    eventId: 'e-1',
    at,
    visibleAt: at,
    name: 'ListBuckets',
    source: 's3.amazonaws.com',
    userName: 'bob',
    accessKeyId: 'AKIAQNZGKIQY56JQ7WML',
    readOnly: true,
    resources: [],
    record: { eventID: 'e-1' },
  });
  const from = { StartTime: new Date(at), EndTime: new Date(at) };
  expect((await lookUp(set, from)).events.map(({ EventId }) => EventId)).toEqual(['e-1']);
});
