import {
  CreateUserCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetLoginProfileCommand,
  GetRoleCommand,
  GetUserCommand,
  ListAccountAliasesCommand,
  ListAttachedGroupPoliciesCommand,
  ListGroupsForUserCommand,
  ListRolesCommand,
  ListUserTagsCommand,
  ListUsersCommand,
  TagUserCommand,
  paginateGetAccountAuthorizationDetails,
  paginateListUsers,
} from '@aws-sdk/client-iam';
import type { EntityType, GetAccountAuthorizationDetailsCommandOutput } from '@aws-sdk/client-iam';
import { sign } from 'aws4';
import { describe, expect, test } from 'vitest';
import { failure, iamClient } from '../clients.ts';
import { stage } from '../world.ts';

describe('pages', () => {
  test('are small when asked, and lose nobody', async () => {
    await using set = await stage({ pageSize: 3 });
    const names = Array.from({ length: 10 }, (_, index) => `user-${String(index).padStart(2, '0')}`);
    for (const name of names) set.account.addUser(name);
    const pages: string[][] = [];
    const client = iamClient(set.where, set.admin);
    for await (const { Users, IsTruncated, Marker } of paginateListUsers({ client }, {})) {
      expect(IsTruncated).toBe(Marker !== undefined);
      pages.push((Users ?? []).map((user) => user.UserName ?? ''));
    }
    expect(pages.map((page) => page.length)).toEqual([3, 3, 3, 2]);
    expect(pages.flat()).toEqual(['admin', ...names]);
  });

  test('MaxItems is kept, and must lie between 1 and 1000', async () => {
    await using set = await stage();
    for (const name of ['a', 'b', 'c']) set.account.addUser(name);
    const iam = iamClient(set.where, set.admin);
    const first = await iam.send(new ListUsersCommand({ MaxItems: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, Users: [{ UserName: 'a' }, { UserName: 'admin' }] });
    for (const MaxItems of [0, 1001]) {
      expect(await failure(iam.send(new ListUsersCommand({ MaxItems })))).toMatchObject({
        name: 'ValidationError',
      });
    }
  });

  test('who leaves between two pages moves nobody else', async () => {
    await using set = await stage();
    for (const name of ['a', 'b', 'c', 'd']) set.account.addUser(name);
    const iam = iamClient(set.where, set.admin);
    const first = await iam.send(new ListUsersCommand({ MaxItems: 3 }));
    set.account.removeUser('a');
    const second = await iam.send(new ListUsersCommand({ MaxItems: 3, Marker: first.Marker }));
    expect(second).toMatchObject({ IsTruncated: false, Users: [{ UserName: 'c' }, { UserName: 'd' }] });
  });

  test('a marker that was never given out is refused', async () => {
    await using set = await stage();
    const iam = iamClient(set.where, set.admin);
    expect(await failure(iam.send(new ListUsersCommand({ Marker: 'invented' })))).toMatchObject({
      name: 'ValidationError',
      status: 400,
    });
  });

  test('a path narrows the list', async () => {
    await using set = await stage();
    set.account.addUser('robot', { path: '/ci/' });
    const { Users } = await iamClient(set.where, set.admin).send(
      new ListUsersCommand({ PathPrefix: '/ci/' }),
    );
    expect(Users).toMatchObject([{ UserName: 'robot', Path: '/ci/', Arn: set.account.arn('user/ci/robot') }]);
  });
});

test('a user is shown with tags, which ListUsers leaves out', async () => {
  await using set = await stage();
  const createdAt = Date.UTC(2020, 0, 2, 3, 4, 5);
  const bob = set.account.addUser('bob', { tags: { team: 'a' }, createdAt });
  const iam = iamClient(set.where, set.admin);
  const { User } = await iam.send(new GetUserCommand({ UserName: 'bob' }));
  expect(User).toEqual({
    Path: '/',
    UserName: 'bob',
    UserId: bob.userId,
    Arn: bob.arn,
    CreateDate: new Date(createdAt),
    Tags: [{ Key: 'team', Value: 'a' }],
  });
  expect(bob.userId).toMatch(/^AIDA[A-Z2-7]{17}$/);
  const { Users } = await iam.send(new ListUsersCommand({}));
  expect(Users?.some((user) => user.Tags !== undefined)).toBe(false);
});

test('the details of an account are paged through all that it holds, or through what is asked for', async () => {
  await using set = await stage({ pageSize: 3 });
  const { account } = set;
  const document = {
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: '*', Resource: '*' },
  } as const;
  const policy = account.addPolicy('mine', document);
  account.addGroup('staff', { inline: { none: document } });
  account.addRole('work', {
    trust: {
      ...document,
      Statement: { Effect: 'Allow', Principal: { AWS: account.id }, Action: 'sts:AssumeRole' },
    },
    attached: ['SecurityAudit'],
  });
  const createdAt = Date.UTC(2020, 0, 2, 3, 4, 5);
  const attached = ['AWSCompromisedKeyQuarantineV3', policy.arn];
  const bob = account.addUser('bob', {
    path: '/ci/',
    tags: { a: 'b' },
    createdAt,
    groups: ['staff'],
    attached,
  });
  for (const name of ['carol', 'dave', 'erin']) account.addUser(name);
  const client = iamClient(set.where, set.admin);
  const lists = ['UserDetailList', 'GroupDetailList', 'RoleDetailList', 'Policies'] as const;
  const counts = async (Filter: EntityType[] | undefined): Promise<[pages: number, ...counts: number[]]> => {
    const pages: GetAccountAuthorizationDetailsCommandOutput[] = [];
    for await (const page of paginateGetAccountAuthorizationDetails({ client }, { Filter })) pages.push(page);
    for (const { IsTruncated, Marker } of pages) expect(IsTruncated).toBe(Marker !== undefined);
    return [pages.length, ...lists.map((list) => pages.flatMap((page) => page[list] ?? []).length)];
  };
  expect(await counts(['User'])).toEqual([2, 5, 0, 0, 0]);
  expect(await counts(['LocalManagedPolicy', 'Role'])).toEqual([1, 0, 0, 1, 1]);
  // Of AWS's own policies: the administrator's, the role's and bob's.
  expect(await counts(['AWSManagedPolicy', 'Group'])).toEqual([2, 0, 1, 0, 3]);
  expect(await counts(undefined)).toEqual([4, 5, 1, 1, 4]);
  const { UserDetailList } = await client.send(
    new GetAccountAuthorizationDetailsCommand({ Filter: ['User'], MaxItems: 2 }),
  );
  expect(UserDetailList?.[1]).toEqual({
    Path: '/ci/',
    UserName: 'bob',
    UserId: bob.userId,
    Arn: bob.arn,
    CreateDate: new Date(createdAt),
    GroupList: ['staff'],
    Tags: [{ Key: 'a', Value: 'b' }],
    UserPolicyList: [],
    AttachedManagedPolicies: [
      {
        PolicyName: 'AWSCompromisedKeyQuarantineV3',
        PolicyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3',
      },
      { PolicyName: 'mine', PolicyArn: policy.arn },
    ],
  });
  const wrong = new GetAccountAuthorizationDetailsCommand({ Filter: ['Key' as EntityType] });
  expect(await failure(client.send(wrong))).toMatchObject({ name: 'ValidationError' });
});

test('a user has fifty tags at most', async () => {
  await using set = await stage();
  const tags = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`tag-${index}`, 'x']));
  set.account.addUser('bob', { tags });
  const iam = iamClient(set.where, set.admin);
  const tag = (Key: string): Promise<unknown> =>
    iam.send(new TagUserCommand({ UserName: 'bob', Tags: [{ Key, Value: '' }] }));
  await tag('last');
  expect(await failure(tag('one-too-many'))).toMatchObject({ name: 'LimitExceededException', status: 409 });
  await tag('last');
  const { Tags } = await iam.send(new ListUserTagsCommand({ UserName: 'bob', MaxItems: 1000 }));
  expect(Tags).toHaveLength(50);
});

test('a name is taken in whatever case', async () => {
  await using set = await stage();
  const create = new CreateUserCommand({ UserName: 'ADMIN' });
  expect(await failure(iamClient(set.where, set.admin).send(create))).toEqual({
    name: 'EntityAlreadyExistsException',
    status: 409,
    message: 'User with name ADMIN already exists.',
  });
});

test('a console password is there or no such entity', async () => {
  await using set = await stage();
  set.account.addUser('bob', { consolePassword: true });
  const iam = iamClient(set.where, set.admin);
  const { LoginProfile } = await iam.send(new GetLoginProfileCommand({ UserName: 'bob' }));
  expect(LoginProfile).toMatchObject({ UserName: 'bob' });
  expect(await failure(iam.send(new GetLoginProfileCommand({ UserName: 'admin' })))).toEqual({
    name: 'NoSuchEntityException',
    status: 404,
    message: 'Login Profile for User admin cannot be found.',
  });
});

test('groups and their policies are listed', async () => {
  await using set = await stage();
  set.account.addGroup('admins', { attached: ['AdministratorAccess'] });
  set.account.addUser('bob', { groups: ['admins'] });
  const iam = iamClient(set.where, set.admin);
  const { Groups } = await iam.send(new ListGroupsForUserCommand({ UserName: 'bob' }));
  expect(Groups).toMatchObject([{ GroupName: 'admins', Arn: set.account.arn('group/admins') }]);
  const attached = await iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: 'admins' }));
  expect(attached.AttachedPolicies).toEqual([
    { PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  ]);
});

test('a role is shown with its trust policy', async () => {
  await using set = await stage();
  const trust = {
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS: set.account.id }, Action: 'sts:AssumeRole' },
  } as const;
  const role = set.account.addRole('work', { trust, maxSessionSeconds: 7200 });
  const iam = iamClient(set.where, set.admin);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'work' }));
  expect(Role).toMatchObject({
    RoleName: 'work',
    Arn: role.arn,
    RoleId: role.roleId,
    MaxSessionDuration: 7200,
  });
  expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toEqual(trust);
  expect((await iam.send(new ListRolesCommand({}))).Roles).toHaveLength(1);
});

test('the account tells its figures and its alias', async () => {
  await using set = await stage();
  const account = set.standIn.world.addAccount({ alias: 'acme' });
  const admin = account.addUser('admin', { attached: ['AdministratorAccess'] }).addKey();
  const iam = iamClient(set.where, admin);
  const figures = async (): Promise<object> =>
    (await iam.send(new GetAccountSummaryCommand({}))).SummaryMap ?? {};
  expect(await figures()).toMatchObject({ Users: 1, AccessKeysPerUserQuota: 2, AccountAccessKeysPresent: 0 });
  account.addRootKey();
  account.addRootKey();
  expect(await figures()).toMatchObject({ AccountAccessKeysPresent: 1 });
  expect((await iam.send(new ListAccountAliasesCommand({}))).AccountAliases).toEqual(['acme']);
  const without = iamClient(set.where, set.admin);
  expect((await without.send(new ListAccountAliasesCommand({}))).AccountAliases).toEqual([]);
});

test('an action there is not is invalid', async () => {
  await using set = await stage();
  const body = 'Action=MakeCoffee&Version=2010-05-08';
  const { headers } = sign(
    {
      host: new URL(set.standIn.url).host,
      service: 'iam',
      region: 'us-east-1',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body,
    },
    { ...set.admin },
  );
  const { Host: _host, 'Content-Length': _length, ...sent } = headers;
  const response = await fetch(set.standIn.url, { method: 'POST', headers: sent, body });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('<Code>InvalidAction</Code>');
});
