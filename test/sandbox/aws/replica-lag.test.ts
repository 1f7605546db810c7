import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { failure, iamClient, stsClient } from './clients.ts';
import type { Keys } from './clients.ts';
import { allowing, stage } from './world.ts';
import type { Stage } from './world.ts';

async function works(set: Stage, keys: Keys): Promise<boolean> {
  const call = stsClient(set.where, keys).send(new GetCallerIdentityCommand({}));
  return call.then(
    () => true,
    () => false,
  );
}

async function createKey(iam: IAMClient): Promise<Keys> {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

async function listed(iam: IAMClient): Promise<(string | undefined)[]> {
  const { AccessKeyMetadata } = await iam.send(new ListAccessKeysCommand({ UserName: 'bob' }));
  return AccessKeyMetadata?.map((key) => `${key.AccessKeyId} ${key.Status}`) ?? [];
}

test('without lag everything holds at once', async () => {
  await using set = await stage();
  set.account.addUser('bob');
  const keys = await createKey(iamClient(set.where, set.admin));
  expect([await works(set, keys), await works(set, keys)]).toEqual([true, true]);
});

test('a new key flaps until it has spread; a seeded one never does', async () => {
  await using set = await stage();
  set.standIn.world.lag.newKeyMs = 8000;
  const seeded = set.account.addUser('bob').addKey();
  const keys = await createKey(iamClient(set.where, set.admin));
  const answers = [];
  for (let attempt = 0; attempt < 6; attempt += 1) answers.push(await works(set, keys));
  expect(answers).toEqual([false, true, false, true, false, true]);
  expect([await works(set, seeded), await works(set, seeded)]).toEqual([true, true]);
  set.time.advance(8000);
  expect([await works(set, keys), await works(set, keys), await works(set, keys)]).toEqual([
    true,
    true,
    true,
  ]);
});

test('a deactivated or deleted key goes on working for a while, and a reactivated one goes on failing', async () => {
  await using set = await stage();
  set.standIn.world.lag.keyStatusMs = 4000;
  const bob = set.account.addUser('bob');
  const [first, second] = [bob.addKey(), bob.addKey()];
  const iam = iamClient(set.where, set.admin);
  const change = { UserName: 'bob', AccessKeyId: first.accessKeyId };
  await iam.send(new UpdateAccessKeyCommand({ ...change, Status: 'Inactive' }));
  await iam.send(new DeleteAccessKeyCommand({ UserName: 'bob', AccessKeyId: second.accessKeyId }));
  expect(await listed(iam)).toEqual([`${first.accessKeyId} Inactive`]);
  set.time.advance(3999);
  expect([await works(set, first), await works(set, second)]).toEqual([true, true]);
  set.time.advance(1);
  expect([await works(set, first), await works(set, second)]).toEqual([false, false]);
  await iam.send(new UpdateAccessKeyCommand({ ...change, Status: 'Active' }));
  expect(await works(set, first)).toBe(false);
  set.time.advance(4000);
  expect(await works(set, first)).toBe(true);
});

test('lists show the past', async () => {
  await using set = await stage();
  set.standIn.world.lag.listMs = 3000;
  const old = set.account.addUser('bob').addKey();
  const iam = iamClient(set.where, set.admin);
  const attached = async (): Promise<unknown[]> =>
    (await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'bob' }))).AttachedPolicies ?? [];
  set.time.advance(10_000);
  const created = await createKey(iam);
  await iam.send(
    new UpdateAccessKeyCommand({ UserName: 'bob', AccessKeyId: old.accessKeyId, Status: 'Inactive' }),
  );
  const PolicyArn = 'arn:aws:iam::aws:policy/AWSDenyAll';
  await iam.send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn }));
  expect(await listed(iam)).toEqual([`${old.accessKeyId} Active`]);
  expect(await attached()).toEqual([]);
  set.time.advance(3000);
  expect(new Set(await listed(iam))).toEqual(
    new Set([`${old.accessKeyId} Inactive`, `${created.accessKeyId} Active`]),
  );
  expect(await attached()).toEqual([{ PolicyName: 'AWSDenyAll', PolicyArn }]);
});

test('a changed policy takes effect late', async () => {
  await using set = await stage();
  set.standIn.world.lag.policyMs = 5000;
  const keys = set.account.addUser('bob').addKey();
  const PolicyDocument = JSON.stringify(allowing('iam:ListUsers'));
  const put = new PutUserPolicyCommand({ UserName: 'bob', PolicyName: 'reads', PolicyDocument });
  await iamClient(set.where, set.admin).send(put);
  const bob = iamClient(set.where, keys);
  expect(await failure(bob.send(new ListUsersCommand({})))).toMatchObject({ name: 'AccessDenied' });
  set.time.advance(5000);
  expect((await bob.send(new ListUsersCommand({}))).Users).toHaveLength(2);
});
