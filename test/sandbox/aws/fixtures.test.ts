import {
  GenerateCredentialReportCommand,
  GetLoginProfileCommand,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListUsersCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountOfKeyId } from '../../../sandbox/aws/accounts/identifiers.ts';
import { seedSampleWorld } from '../../../sandbox/aws/fixtures.ts';
import type { SampleKey, SampleWorld } from '../../../sandbox/aws/fixtures.ts';
import { AwsStandIn } from '../../../sandbox/aws/stand-in.ts';
import { failure, iamClient, sessionKeys, stsClient } from './clients.ts';

let standIn: AwsStandIn;
let sample: SampleWorld;

beforeAll(async () => {
  standIn = await AwsStandIn.start();
  sample = seedSampleWorld(standIn);
});

afterAll(async () => {
  await standIn.stop();
});

function sts(key: SampleKey): ReturnType<typeof stsClient> {
  return stsClient({ endpoint: standIn.url }, key);
}

function iam(key: SampleKey): ReturnType<typeof iamClient> {
  return iamClient({ endpoint: standIn.url }, key);
}

test('every key names its account and says what it is for', () => {
  for (const key of Object.values(sample.keys)) {
    expect(accountOfKeyId(key.accessKeyId)).toBe(key.accountId);
    expect(key.label.length * key.about.length).toBeGreaterThan(0);
  }
  const ids = Object.values(sample.keys).map((key) => key.accessKeyId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('the keys prove who they are, or fail, each in its own way', async () => {
  const identify = async (key: SampleKey): Promise<string> =>
    sts(key)
      .send(new GetCallerIdentityCommand({}))
      .then(
        (identity) => identity.Arn?.split(':').at(-1) ?? '',
        (error: Error) => error.name,
      );
  const answers = await Promise.all(
    Object.entries(sample.keys).map(async ([name, key]) => [name, await identify(key)] as const),
  );
  expect(Object.fromEntries(answers)).toEqual({
    good: 'user/rekey-reader',
    admin: 'user/alice',
    inactive: 'InvalidClientTokenId',
    root: 'root',
    quarantined: 'user/build-server',
    wrongSecret: 'SignatureDoesNotMatch',
    noPermissions: 'user/dave',
    console: 'user/erin',
    old: 'user/legacy-backup',
    denyBySourceIp: 'user/frank',
    otherAccount: 'user/rekey-reader',
    canary: 'InvalidClientTokenId',
  });
});

test('the good key reads the account and can change nothing; one without rights reads nothing', async () => {
  const good = iam(sample.keys.good);
  expect((await good.send(new ListUsersCommand({}))).Users?.length).toBeGreaterThan(5);
  expect(await good.send(new GenerateCredentialReportCommand({}))).toHaveProperty('State');
  expect(await failure(iam(sample.keys.noPermissions).send(new ListUsersCommand({})))).toMatchObject({
    name: 'AccessDenied',
  });
});

test('the oddities are there to be found', async () => {
  const quarantined = await iam(sample.keys.quarantined).send(
    new ListAttachedUserPoliciesCommand({ UserName: 'build-server' }),
  );
  expect(quarantined.AttachedPolicies?.map((policy) => policy.PolicyName)).toContain(
    'AWSCompromisedKeyQuarantineV3',
  );
  expect(
    await iam(sample.keys.console).send(new GetLoginProfileCommand({ UserName: 'erin' })),
  ).toHaveProperty('LoginProfile');
  const { AccessKeyMetadata } = await iam(sample.keys.old).send(new ListAccessKeysCommand({}));
  const age = Date.now() - (AccessKeyMetadata?.[0]?.CreateDate?.getTime() ?? 0);
  expect(Math.floor(age / 86_400_000)).toBe(400);
  const denied = await failure(iam(sample.keys.denyBySourceIp).send(new ListAccessKeysCommand({})));
  expect(denied.message).toContain('with an explicit deny in an identity-based policy');
});

describe('the role method', () => {
  function assume(RoleArn: string, ExternalId?: string): Promise<object> {
    return sts(sample.host).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'rekey', ExternalId }));
  }

  test('a role made for an external id opens to the host identity with it alone, and may take stock', async () => {
    const role = sample.createRoleFor('visitor-1');
    const other = sample.createRoleFor('visitor-2');
    expect(await failure(assume(role.arn))).toMatchObject({ name: 'AccessDenied' });
    expect(await failure(assume(role.arn, 'visitor-2'))).toMatchObject({ name: 'AccessDenied' });
    expect(await assume(other.arn, 'visitor-2')).toHaveProperty('Credentials');
    const assumed = new AssumeRoleCommand({
      RoleArn: role.arn,
      RoleSessionName: 'rekey',
      ExternalId: 'visitor-1',
    });
    const session = sessionKeys((await sts(sample.host).send(assumed)).Credentials);
    const { Users } = await iamClient({ endpoint: standIn.url }, session).send(new ListUsersCommand({}));
    expect(Users?.map((user) => user.UserName)).toEqual(['deploy']);
  });

  test('nobody else may assume it', async () => {
    const role = sample.createRoleFor('visitor-3');
    const command = new AssumeRoleCommand({
      RoleArn: role.arn,
      RoleSessionName: 'other',
      ExternalId: 'visitor-3',
    });
    expect(await failure(sts(sample.keys.admin).send(command))).toMatchObject({ name: 'AccessDenied' });
  });

  test('the open role asks for no external id', async () => {
    expect(await assume(sample.openRole.arn)).toHaveProperty('Credentials');
  });
});
