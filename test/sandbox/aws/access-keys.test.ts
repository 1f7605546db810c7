import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetAccessKeyInfoCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { AwsStandIn } from '../../../sandbox/aws/stand-in.ts';
import { failure, iamClient, stsClient } from './clients.ts';
import type { Keys } from './clients.ts';
import { allowing, stage } from './world.ts';
import type { Stage } from './world.ts';

const invalid = {
  name: 'InvalidClientTokenId',
  status: 403,
  message: 'The security token included in the request is invalid.',
};

function identity(set: Stage, keys: Keys, region = 'us-east-1'): Promise<{ Arn?: string | undefined }> {
  return stsClient({ ...set.where, region }, keys).send(new GetCallerIdentityCommand({}));
}

test('inactive, deleted and unknown keys look the same from outside', async () => {
  await using set = await stage();
  const user = set.account.addUser('bob');
  const inactive = user.addKey({ status: 'Inactive' });
  const deleted = user.addKey();
  const iam = iamClient(set.where, set.admin);
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'bob', AccessKeyId: deleted.accessKeyId }));
  const unknown = { accessKeyId: 'AKIAQNZGKIQY56JQ7WML', secretAccessKey: 'x'.repeat(40) };
  for (const keys of [inactive, deleted, unknown]) {
    expect(await failure(identity(set, keys))).toEqual(invalid);
    expect(await failure(iamClient(set.where, keys).send(new ListUsersCommand({})))).toEqual(invalid);
  }
});

test('a reactivated key works again', async () => {
  await using set = await stage();
  const keys = set.account.addUser('bob').addKey();
  const iam = iamClient(set.where, set.admin);
  const change = { UserName: 'bob', AccessKeyId: keys.accessKeyId };
  await iam.send(new UpdateAccessKeyCommand({ ...change, Status: 'Inactive' }));
  await iam.send(new UpdateAccessKeyCommand({ ...change, Status: 'Inactive' }));
  expect(await failure(identity(set, keys))).toEqual(invalid);
  await iam.send(new UpdateAccessKeyCommand({ ...change, Status: 'Active' }));
  expect(await identity(set, keys)).toMatchObject({ Arn: set.account.arn('user/bob') });
});

test('a status there is not is refused', async () => {
  await using set = await stage();
  const keys = set.account.addUser('bob').addKey();
  const command = new UpdateAccessKeyCommand({
    UserName: 'bob',
    AccessKeyId: keys.accessKeyId,
    Status: 'Expired',
  });
  expect(await failure(iamClient(set.where, set.admin).send(command))).toMatchObject({
    name: 'ValidationError',
    status: 400,
  });
});

test('a key works in its own partition only, and names it in its ARNs', async () => {
  await using set = await stage();
  const { world } = set.standIn;
  const cases = [
    { partition: 'aws', region: 'eu-west-1' },
    { partition: 'aws-cn', region: 'cn-northwest-1' },
    { partition: 'aws-us-gov', region: 'us-gov-east-1' },
  ] as const;
  for (const { partition, region } of cases) {
    const account = world.addAccount({ partition });
    const keys = account.addUser('bob').addKey();
    expect(await identity(set, keys, region)).toMatchObject({
      Arn: `arn:${partition}:iam::${account.id}:user/bob`,
    });
    for (const other of cases.filter((candidate) => candidate.partition !== partition)) {
      expect(await failure(identity(set, keys, other.region))).toEqual(invalid);
    }
  }
});

test('the quota of two counts Inactive keys', async () => {
  await using set = await stage();
  const bob = set.account.addUser('bob');
  bob.addKey({ status: 'Inactive' });
  const iam = iamClient(set.where, set.admin);
  await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
  expect(await failure(iam.send(new CreateAccessKeyCommand({ UserName: 'bob' })))).toEqual({
    name: 'LimitExceededException',
    status: 409,
    message: 'Cannot exceed quota for AccessKeysPerUser: 2',
  });
});

test('a user manages its own keys without naming itself', async () => {
  await using set = await stage();
  const own = ['arn:aws:iam::*:user/${aws:username}', 'arn:aws:iam::*:user/*/${aws:username}'];
  const inline = { own: allowing(['iam:*AccessKey*'], own) };
  const bob = set.account.addUser('bob', { path: '/ci/', inline });
  set.account.addUser('notbob').addKey();
  const keys = bob.addKey();
  const iam = iamClient(set.where, keys);
  const created = await iam.send(new CreateAccessKeyCommand({}));
  expect(created.AccessKey).toMatchObject({ UserName: 'bob', Status: 'Active' });
  const listed = await iam.send(new ListAccessKeysCommand({}));
  const ids = listed.AccessKeyMetadata?.map((key) => key.AccessKeyId);
  expect(new Set(ids)).toEqual(new Set([keys.accessKeyId, created.AccessKey?.AccessKeyId]));
  expect(await failure(iam.send(new ListAccessKeysCommand({ UserName: 'notbob' })))).toMatchObject({
    name: 'AccessDenied',
  });
});

test('root signs, is named root, and manages its own keys', async () => {
  await using set = await stage();
  const root = set.account.addRootKey();
  expect(await stsClient(set.where, root).send(new GetCallerIdentityCommand({}))).toMatchObject({
    Arn: `arn:aws:iam::${set.account.id}:root`,
    UserId: set.account.id,
    Account: set.account.id,
  });
  const iam = iamClient(set.where, root);
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({}));
  expect(AccessKeyMetadata).toMatchObject([{ AccessKeyId: root.accessKeyId, Status: 'Active' }]);
});

test('last use is recorded for authenticated calls, allowed or not, once per quarter of an hour', async () => {
  await using set = await stage();
  const { time, where } = set;
  const keys = set.account.addUser('bob').addKey();
  const iam = iamClient(where, set.admin);
  const lastUsed = async (): Promise<object | undefined> =>
    (await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: keys.accessKeyId }))).AccessKeyLastUsed;
  expect(await lastUsed()).toEqual({ ServiceName: 'N/A', Region: 'N/A' });
  await failure(
    stsClient(where, { ...keys, secretAccessKey: 'x'.repeat(40) }).send(new GetCallerIdentityCommand({})),
  );
  expect(await lastUsed()).toEqual({ ServiceName: 'N/A', Region: 'N/A' });
  time.advance(6000);
  const first = Math.floor(time.now / 1000) * 1000;
  expect(await failure(iamClient(where, keys).send(new ListUsersCommand({})))).toMatchObject({
    name: 'AccessDenied',
  });
  const denied = { LastUsedDate: new Date(first), ServiceName: 'iam', Region: 'us-east-1' };
  expect(await lastUsed()).toEqual(denied);
  time.advance(4 * 60_000);
  const sts = stsClient({ ...where, region: 'eu-west-1' }, keys);
  await sts.send(new GetCallerIdentityCommand({}));
  expect(await lastUsed()).toEqual(denied);
  time.advance(12 * 60_000);
  await sts.send(new GetCallerIdentityCommand({}));
  expect(await lastUsed()).toMatchObject({ ServiceName: 'sts', Region: 'eu-west-1' });
});

test('the last use of a key of another account is not told, and that of a deleted one is gone', async () => {
  await using set = await stage();
  const iam = iamClient(set.where, set.admin);
  const foreign = set.standIn.world.addAccount().addUser('eve').addKey();
  const refused = await failure(
    iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: foreign.accessKeyId })),
  );
  expect(refused).toMatchObject({ name: 'AccessDenied', status: 403 });
  expect(refused.message).toMatch(new RegExp(`on resource: access key ${foreign.accessKeyId}$`));
  const own = set.account.addUser('bob').addKey();
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'bob', AccessKeyId: own.accessKeyId }));
  expect(await failure(iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: own.accessKeyId })))).toEqual({
    name: 'NoSuchEntityException',
    status: 404,
    message: `The Access Key with id ${own.accessKeyId} cannot be found.`,
  });
});

test('the account of a key is told, whatever became of it', async () => {
  await using set = await stage();
  const sts = stsClient(set.where, set.admin);
  const AccessKeyId = 'ASIAQNZGKIQY56JQ7WML';
  expect((await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId }))).Account).toBe('029608264753');
  const old = new GetAccessKeyInfoCommand({ AccessKeyId: 'AKIAIOSFODNN7EXAMPLE' });
  expect(await failure(sts.send(old))).toMatchObject({ name: 'ValidationError', status: 400 });
});

test('the same seed and the same steps make the same keys', async () => {
  const keys = async (seed: number): Promise<Keys> => {
    const standIn = await AwsStandIn.start({ seed });
    await standIn.stop();
    return { ...standIn.world.addAccount().addUser('bob').addKey() };
  };
  const { accessKeyId, secretAccessKey } = await keys(3);
  expect(await keys(3)).toMatchObject({ accessKeyId, secretAccessKey });
  expect((await keys(4)).secretAccessKey).not.toBe(secretAccessKey);
});
