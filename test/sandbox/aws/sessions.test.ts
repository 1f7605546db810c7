import {
  DeleteAccessKeyCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import {
  AssumeRoleCommand,
  GetAccessKeyInfoCommand,
  GetCallerIdentityCommand,
  GetFederationTokenCommand,
  GetSessionTokenCommand,
} from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { failure, iamClient, sessionKeys, stsClient } from './clients.ts';
import type { Keys } from './clients.ts';
import { allowing, stage } from './world.ts';
import type { Stage } from './world.ts';

const invalid = { name: 'InvalidClientTokenId', status: 403 };
const hour = 3_600_000;

function sts(set: Stage, keys: Keys): ReturnType<typeof stsClient> {
  return stsClient(set.where, keys);
}

function iam(set: Stage, keys: Keys): ReturnType<typeof iamClient> {
  return iamClient(set.where, keys);
}

async function sessionToken(set: Stage, keys: Keys, input: object = {}): Promise<Required<Keys>> {
  return sessionKeys((await sts(set, keys).send(new GetSessionTokenCommand(input))).Credentials);
}

test('a session is its user, outlives the key, and ends on time', async () => {
  await using set = await stage();
  const keys = set.account.addUser('bob').addKey();
  const session = await sessionToken(set, keys, { DurationSeconds: 7200 });
  expect(session.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
  const AccessKeyId = keys.accessKeyId;
  const admin = iam(set, set.admin);
  await admin.send(new UpdateAccessKeyCommand({ UserName: 'bob', AccessKeyId, Status: 'Inactive' }));
  const whoAmI = (): Promise<object> => sts(set, session).send(new GetCallerIdentityCommand({}));
  expect(await whoAmI()).toMatchObject({ Arn: set.account.arn('user/bob') });
  await admin.send(new DeleteAccessKeyCommand({ UserName: 'bob', AccessKeyId }));
  expect(await whoAmI()).toMatchObject({ Arn: set.account.arn('user/bob') });
  set.time.advance(2 * hour);
  expect(await failure(whoAmI())).toEqual({
    name: 'ExpiredToken',
    status: 403,
    message: 'The security token included in the request is expired',
  });
});

test('a session key without its token, or with another, is invalid', async () => {
  await using set = await stage();
  const session = await sessionToken(set, set.admin);
  const { accessKeyId, secretAccessKey } = session;
  const wrong = { accessKeyId, secretAccessKey, sessionToken: 'another' };
  for (const keys of [{ accessKeyId, secretAccessKey }, wrong, { ...set.admin, sessionToken: 'any' }]) {
    expect(await failure(sts(set, keys).send(new GetCallerIdentityCommand({})))).toMatchObject(invalid);
  }
});

test('IAM serves a GetSessionToken session only when it was made with MFA', async () => {
  await using set = await stage();
  const mfa = { serialNumber: set.account.arn('mfa/bob'), code: '123456' };
  const keys = set.account.addUser('bob', { attached: ['AdministratorAccess'], mfa }).addKey();
  const plain = await sessionToken(set, keys);
  expect(await failure(iam(set, plain).send(new ListUsersCommand({})))).toMatchObject(invalid);
  const SerialNumber = mfa.serialNumber;
  const wrong = new GetSessionTokenCommand({ SerialNumber, TokenCode: '000000' });
  expect(await failure(sts(set, keys).send(wrong))).toEqual({
    name: 'AccessDenied',
    status: 403,
    message: 'MultiFactorAuthentication failed with invalid MFA one time pass code.',
  });
  const proved = await sessionToken(set, keys, { SerialNumber, TokenCode: '123456' });
  expect((await iam(set, proved).send(new ListUsersCommand({}))).Users).toHaveLength(2);
});

test('sessions may ask little of STS', async () => {
  await using set = await stage();
  const session = await sessionToken(set, set.admin);
  const client = sts(set, session);
  expect(await failure(client.send(new GetSessionTokenCommand({})))).toEqual({
    name: 'AccessDenied',
    status: 403,
    message: 'Cannot call GetSessionToken with session credentials',
  });
  expect(await failure(client.send(new GetFederationTokenCommand({ Name: 'eve' })))).toMatchObject({
    name: 'AccessDenied',
  });
  const info = new GetAccessKeyInfoCommand({ AccessKeyId: session.accessKeyId });
  expect(await failure(client.send(info))).toMatchObject({ name: 'AccessDenied' });
});

test('durations have bounds, and root gets an hour at most', async () => {
  await using set = await stage();
  const client = sts(set, set.admin);
  for (const DurationSeconds of [899, 129_601]) {
    expect(await failure(client.send(new GetSessionTokenCommand({ DurationSeconds })))).toMatchObject({
      name: 'ValidationError',
      status: 400,
    });
  }
  const root = set.account.addRootKey();
  const { Credentials } = await sts(set, root).send(new GetSessionTokenCommand({ DurationSeconds: 43_200 }));
  expect(Credentials?.Expiration?.getTime()).toBe(Math.floor((set.time.now + hour) / 1000) * 1000);
});

test('a deny on tokens issued before now stops sessions, and the key goes on', async () => {
  await using set = await stage();
  const bob = set.account.addUser('bob', { inline: { all: allowing('*') } });
  const role = set.account.addRole('deploy', {
    trust: {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: set.account.id }, Action: 'sts:AssumeRole' },
    },
  });
  const keys = bob.addKey();
  const before = await sessionToken(set, keys);
  set.time.advance(10_000);
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Deny',
        Action: '*',
        Resource: '*',
        Condition: { DateLessThan: { 'aws:TokenIssueTime': new Date(set.time.now).toISOString() } },
      },
    ],
  });
  const put = new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'revoke', PolicyDocument });
  await iam(set, set.admin).send(put);
  set.time.advance(10_000);
  const after = await sessionToken(set, keys);
  const assume = (who: Keys): Promise<object> =>
    sts(set, who).send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'session' }));
  expect(await failure(assume(before))).toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('with an explicit deny in an identity-based policy') as string,
  });
  expect(await assume(after)).toHaveProperty('Credentials');
  expect(await assume(keys)).toHaveProperty('Credentials');
});

test('a federated session has what both the user and its own policy allow, and never IAM', async () => {
  await using set = await stage();
  const inline = { some: allowing(['sts:GetFederationToken', 'sts:GetAccessKeyInfo']) };
  const keys = set.account.addUser('bob', { inline }).addKey();
  const Policy = JSON.stringify(allowing('*'));
  const issued = await sts(set, keys).send(new GetFederationTokenCommand({ Name: 'eve', Policy }));
  expect(issued.FederatedUser).toEqual({
    FederatedUserId: `${set.account.id}:eve`,
    Arn: `arn:aws:sts::${set.account.id}:federated-user/eve`,
  });
  const session = sessionKeys(issued.Credentials);
  expect(await sts(set, session).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Arn: `arn:aws:sts::${set.account.id}:federated-user/eve`,
    UserId: `${set.account.id}:eve`,
  });
  expect(await failure(iam(set, session).send(new ListUsersCommand({})))).toMatchObject(invalid);
});

test('the quarantine policy stops GetSessionToken and leaves AssumeRole alone', async () => {
  await using set = await stage();
  const attached = ['AWSCompromisedKeyQuarantineV3'];
  const keys = set.account.addUser('bob', { attached, inline: { all: allowing('*') } }).addKey();
  expect(await failure(sts(set, keys).send(new GetSessionTokenCommand({})))).toMatchObject({
    name: 'AccessDenied',
    message: expect.stringContaining('with an explicit deny in an identity-based policy') as string,
  });
  const principal = { AWS: set.account.arn('user/bob') };
  const role = set.account.addRole('deploy', {
    trust: { Statement: { Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' } },
  });
  const assumed = await sts(set, keys).send(
    new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'session' }),
  );
  expect(assumed.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${set.account.id}:assumed-role/deploy/session`);
});
