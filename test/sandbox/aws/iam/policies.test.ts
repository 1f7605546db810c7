import {
  AttachUserPolicyCommand,
  DeleteRolePolicyCommand,
  DeleteRoleCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  DetachUserPolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  GetUserPolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListAttachedUserPoliciesCommand,
  ListRolePoliciesCommand,
  ListUserPoliciesCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { failure, iamClient } from '../clients.ts';
import { allowing, stage } from '../world.ts';

const text = JSON.stringify(allowing('iam:Get*'));

test('inline policies are put, read as written, replaced and deleted', async () => {
  await using set = await stage();
  set.account.addUser('bob');
  const iam = iamClient(set.where, set.admin);
  const one = { UserName: 'bob', PolicyName: 'one' };
  const read = async (): Promise<string> =>
    decodeURIComponent((await iam.send(new GetUserPolicyCommand(one))).PolicyDocument ?? '');
  const spaced = JSON.stringify(allowing('iam:List*'), null, 2);
  await iam.send(new PutUserPolicyCommand({ ...one, PolicyDocument: spaced }));
  expect(await read()).toBe(spaced);
  await iam.send(new PutUserPolicyCommand({ ...one, PolicyDocument: text }));
  expect(await read()).toBe(text);
  expect((await iam.send(new ListUserPoliciesCommand({ UserName: 'bob' }))).PolicyNames).toEqual(['one']);
  await iam.send(new DeleteUserPolicyCommand(one));
  const gone = {
    name: 'NoSuchEntityException',
    status: 404,
    message: 'The user policy with name one cannot be found.',
  };
  expect(await failure(read())).toEqual(gone);
  expect(await failure(iam.send(new DeleteUserPolicyCommand(one)))).toEqual(gone);
});

test('a malformed policy changes nothing', async () => {
  await using set = await stage();
  const bob = set.account.addUser('bob');
  const put = new PutUserPolicyCommand({
    UserName: 'bob',
    PolicyName: 'one',
    PolicyDocument: '{"Version":"x"}',
  });
  expect(await failure(iamClient(set.where, set.admin).send(put))).toMatchObject({
    name: 'MalformedPolicyDocumentException',
    status: 400,
  });
  expect(bob.policies.inlineNames()).toEqual([]);
});

test('inline policies of a user hold 2,048 characters in all, white space not counted', async () => {
  await using set = await stage();
  set.account.addUser('bob');
  const iam = iamClient(set.where, set.admin);
  const sized = (characters: number): string => {
    const document = (note: string): string =>
      JSON.stringify(allowing('iam:Get*', `arn:aws:iam::*:user/${note}`));
    return document('x'.repeat(characters - document('').length));
  };
  const put = (PolicyName: string, PolicyDocument: string): Promise<unknown> =>
    iam.send(new PutUserPolicyCommand({ UserName: 'bob', PolicyName, PolicyDocument }));
  await put('one', sized(1000));
  await put('two', `${' '.repeat(500)}${sized(1048)}`);
  expect(await failure(put('two', sized(1049)))).toEqual({
    name: 'LimitExceededException',
    status: 409,
    message: 'Maximum policy size of 2048 bytes exceeded for user bob',
  });
});

test('managed policies are attached twice without harm, detached once, ten at most', async () => {
  await using set = await stage();
  const bob = set.account.addUser('bob');
  const iam = iamClient(set.where, set.admin);
  const arns = Array.from(
    { length: 11 },
    (_, index) => set.account.addPolicy(`p-${index}`, allowing('s3:*')).arn,
  );
  const attach = (PolicyArn: string | undefined): Promise<unknown> =>
    iam.send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn }));
  for (const arn of [...arns.slice(0, 10), ...arns.slice(0, 1)]) await attach(arn);
  expect(await failure(attach(arns[10]))).toEqual({
    name: 'LimitExceededException',
    status: 409,
    message: 'Cannot exceed quota for PoliciesPerUser: 10',
  });
  expect(bob.policies.attachedArns()).toHaveLength(10);
  const detach = new DetachUserPolicyCommand({ UserName: 'bob', PolicyArn: arns[0] });
  await iam.send(detach);
  expect(await failure(iam.send(detach))).toMatchObject({ name: 'NoSuchEntityException', status: 404 });
  const listed = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'bob' }));
  expect(listed.AttachedPolicies).toHaveLength(9);
});

test('roles have the same calls', async () => {
  await using set = await stage();
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
  } as const;
  set.account.addRole('work', { trust, attached: ['SecurityAudit'] });
  set.account.addRole('idle', { trust });
  const iam = iamClient(set.where, set.admin);
  const one = { RoleName: 'work', PolicyName: 'one' };
  await iam.send(new PutRolePolicyCommand({ ...one, PolicyDocument: text }));
  expect((await iam.send(new ListRolePoliciesCommand({ RoleName: 'work' }))).PolicyNames).toEqual(['one']);
  const read = await iam.send(new GetRolePolicyCommand(one));
  expect(decodeURIComponent(read.PolicyDocument ?? '')).toBe(text);
  await iam.send(new DeleteRolePolicyCommand(one));
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'work' }));
  expect(attached.AttachedPolicies).toMatchObject([{ PolicyName: 'SecurityAudit' }]);
  expect(await failure(iam.send(new DeleteRoleCommand({ RoleName: 'work' })))).toMatchObject({
    name: 'DeleteConflictException',
    status: 409,
  });
  await iam.send(new DeleteRoleCommand({ RoleName: 'idle' }));
  expect([...set.account.roles.keys()]).toEqual(['work']);
});

test('a user goes only when its keys, policies and password are gone', async () => {
  await using set = await stage();
  const bob = set.account.addUser('bob', { attached: ['SecurityAudit'] });
  const iam = iamClient(set.where, set.admin);
  const remove = (): Promise<unknown> => iam.send(new DeleteUserCommand({ UserName: 'bob' }));
  expect(await failure(remove())).toEqual({
    name: 'DeleteConflictException',
    status: 409,
    message: 'Cannot delete entity, must delete policies first.',
  });
  bob.policies.detach('arn:aws:iam::aws:policy/SecurityAudit');
  await remove();
  expect(set.account.users.has('bob')).toBe(false);
});

test('the document of a managed policy can be read', async () => {
  await using set = await stage();
  const iam = iamClient(set.where, set.admin);
  const PolicyArn = 'arn:aws:iam::aws:policy/AWSDenyAll';
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  expect(Policy).toMatchObject({ PolicyName: 'AWSDenyAll', Arn: PolicyArn });
  const version = new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy?.DefaultVersionId });
  const { PolicyVersion } = await iam.send(version);
  expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))).toEqual({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Action: ['*'], Resource: '*' }],
  });
});
