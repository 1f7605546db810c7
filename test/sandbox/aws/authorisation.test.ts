import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetAccessKeyInfoCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import type { PolicyDocument } from '../../../sandbox/aws/policy/document.ts';
import { failure, iamClient, stsClient } from './clients.ts';
import { allowing, stage } from './world.ts';

const Version = '2012-10-17';
const denyAll = 'arn:aws:iam::aws:policy/AWSDenyAll';

describe('the words of a refusal', () => {
  test('no policy allows it, or one denies it', async () => {
    await using set = await stage();
    const bob = set.account.addUser('bob', { path: '/ci/' });
    const iam = iamClient(set.where, bob.addKey());
    const refused = (action: string, resource: string, reason: string): unknown => ({
      name: 'AccessDenied',
      status: 403,
      message: `User: arn:aws:iam::${set.account.id}:user/ci/bob is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
    });
    const none = (action: string): string => `because no identity-based policy allows the ${action} action`;
    expect(await failure(iam.send(new ListUsersCommand({})))).toEqual(
      refused('iam:ListUsers', `arn:aws:iam::${set.account.id}:user/`, none('iam:ListUsers')),
    );
    expect(await failure(iam.send(new CreateAccessKeyCommand({ UserName: 'admin' })))).toEqual(
      refused('iam:CreateAccessKey', 'user admin', none('iam:CreateAccessKey')),
    );
    const admin = iamClient(set.where, set.admin);
    await admin.send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn: denyAll }));
    expect(await failure(iam.send(new GetUserCommand({})))).toEqual(
      refused('iam:GetUser', 'user bob', 'with an explicit deny in an identity-based policy'),
    );
  });

  test('whether a user exists is not told to those who may not ask', async () => {
    await using set = await stage();
    const iam = iamClient(set.where, set.account.addUser('bob').addKey());
    for (const UserName of ['admin', 'nobody']) {
      expect(await failure(iam.send(new ListAccessKeysCommand({ UserName })))).toMatchObject({
        name: 'AccessDenied',
      });
    }
  });

  test('the organisation denies everybody, root too, in its own words', async () => {
    await using set = await stage();
    const { account, where } = set;
    account.serviceControlPolicy = {
      Version,
      Statement: { Effect: 'Deny', Action: 'iam:List*', Resource: '*' },
    };
    for (const keys of [set.admin, account.addRootKey()]) {
      const refused = await failure(iamClient(where, keys).send(new ListUsersCommand({})));
      expect(refused).toMatchObject({ name: 'AccessDenied', status: 403 });
      expect(refused.message).toMatch(/ with an explicit deny in a service control policy$/);
    }
    expect(await iamClient(where, set.admin).send(new GetUserCommand({}))).toHaveProperty('User');
  });
});

test('who one is can always be asked', async () => {
  await using set = await stage();
  const inline = { none: { Version, Statement: { Effect: 'Deny' as const, Action: '*', Resource: '*' } } };
  const bob = set.account.addUser('bob', { inline });
  set.account.serviceControlPolicy = { Version, Statement: { Effect: 'Deny', Action: '*', Resource: '*' } };
  const sts = stsClient(set.where, bob.addKey());
  expect(await sts.send(new GetCallerIdentityCommand({}))).toEqual(
    expect.objectContaining({ Arn: bob.arn, UserId: bob.userId, Account: set.account.id }),
  );
  const info = new GetAccessKeyInfoCommand({ AccessKeyId: set.admin.accessKeyId });
  expect(await failure(sts.send(info))).toMatchObject({ name: 'AccessDenied' });
});

test('an account can be closed to addresses from elsewhere', async () => {
  await using set = await stage();
  const iam = iamClient(set.where, set.admin);
  set.account.allowedNetworks = ['203.0.113.0/24'];
  expect((await failure(iam.send(new ListUsersCommand({})))).message).toMatch(
    /with an explicit deny in an identity-based policy$/,
  );
  set.account.allowedNetworks = ['127.0.0.0/8'];
  expect((await iam.send(new ListUsersCommand({}))).Users).toHaveLength(1);
});

test('STS can be switched off in a region', async () => {
  await using set = await stage();
  set.account.stsDisabledRegions.add('ap-east-1');
  const there = stsClient({ ...set.where, region: 'ap-east-1' }, set.admin);
  const refused = await failure(there.send(new GetCallerIdentityCommand({})));
  expect(refused).toMatchObject({ name: 'RegionDisabledException', status: 403 });
  expect(refused.message).toMatch(/^STS is not activated in this region/);
  const here = stsClient(set.where, set.admin);
  expect(await here.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: set.account.id });
});

describe('conditions', () => {
  async function bobWith(
    set: Awaited<ReturnType<typeof stage>>,
    policy: PolicyDocument,
  ): Promise<ReturnType<typeof iamClient>> {
    return iamClient(set.where, set.account.addUser('bob', { inline: { given: policy } }).addKey());
  }

  test('only users with a tag may be touched', async () => {
    await using set = await stage();
    const managed = set.account.addUser('managed', { tags: { rekey: 'managed' } }).addKey();
    const other = set.account.addUser('other').addKey();
    for (const key of ['aws:ResourceTag/rekey', 'iam:ResourceTag/rekey']) {
      const iam = iamClient(
        set.where,
        set.account
          .addUser(`bob-${key.slice(0, 3)}`, {
            inline: {
              tagged: {
                Version,
                Statement: {
                  ...allowing('iam:UpdateAccessKey', 'arn:aws:iam::*:user/*').Statement,
                  Condition: { StringEquals: { [key]: 'managed' } },
                },
              },
            },
          })
          .addKey(),
      );
      const update = (UserName: string, { accessKeyId }: { accessKeyId: string }): Promise<unknown> =>
        iam.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId: accessKeyId, Status: 'Inactive' }));
      await update('managed', managed);
      expect(await failure(update('other', other))).toMatchObject({ name: 'AccessDenied' });
    }
  });

  test('only one policy may be attached', async () => {
    await using set = await stage();
    const iam = await bobWith(set, {
      Version,
      Statement: {
        ...allowing('iam:AttachUserPolicy', 'arn:aws:iam::*:user/*').Statement,
        Condition: { ArnEquals: { 'iam:PolicyARN': denyAll } },
      },
    });
    const attach = (PolicyArn: string): Promise<unknown> =>
      iam.send(new AttachUserPolicyCommand({ UserName: 'admin', PolicyArn }));
    expect(await failure(attach('arn:aws:iam::aws:policy/AdministratorAccess'))).toMatchObject({
      name: 'AccessDenied',
    });
    expect(await attach(denyAll)).toHaveProperty('$metadata');
  });

  test('only tags that are key ids may be put on', async () => {
    await using set = await stage();
    const iam = await bobWith(set, {
      Version,
      Statement: {
        ...allowing(['iam:TagUser', 'iam:UntagUser', 'iam:ListUserTags'], 'arn:aws:iam::*:user/*').Statement,
        Condition: { 'ForAllValues:StringLike': { 'aws:TagKeys': 'AKIA*' } },
      },
    });
    const tag = (...keys: string[]): Promise<unknown> =>
      iam.send(new TagUserCommand({ UserName: 'admin', Tags: keys.map((Key) => ({ Key, Value: 'x' })) }));
    await tag('AKIAONE', 'AKIATWO');
    expect(await failure(tag('AKIATHREE', 'team'))).toMatchObject({ name: 'AccessDenied' });
    expect(
      await failure(iam.send(new UntagUserCommand({ UserName: 'admin', TagKeys: ['team'] }))),
    ).toMatchObject({
      name: 'AccessDenied',
    });
    const { Tags } = await iam.send(new ListUserTagsCommand({ UserName: 'admin' }));
    expect(Tags?.map(({ Key }) => Key)).toEqual(['AKIAONE', 'AKIATWO']);
  });

  test('groups give their members rights', async () => {
    await using set = await stage();
    set.account.addGroup('readers', { attached: ['IAMReadOnlyAccess'] });
    const iam = iamClient(set.where, set.account.addUser('bob', { groups: ['readers'] }).addKey());
    expect((await iam.send(new ListUsersCommand({}))).Users).toHaveLength(2);
    expect(await failure(iam.send(new CreateAccessKeyCommand({ UserName: 'admin' })))).toMatchObject({
      name: 'AccessDenied',
    });
  });
});

describe('AWS managed policies', () => {
  test.each([
    ['AdministratorAccess', { ListUsers: true, CreateAccessKey: true, GetAccessKeyInfo: true }],
    ['IAMFullAccess', { ListUsers: true, CreateAccessKey: true, GetAccessKeyInfo: false }],
    ['IAMReadOnlyAccess', { ListUsers: true, CreateAccessKey: false, GetAccessKeyInfo: false }],
    ['ReadOnlyAccess', { ListUsers: true, CreateAccessKey: false, GetAccessKeyInfo: true }],
    ['SecurityAudit', { ListUsers: true, CreateAccessKey: false, GetAccessKeyInfo: true }],
    ['IAMUserChangePassword', { ListUsers: false, CreateAccessKey: false, GetAccessKeyInfo: false }],
  ])('%s', async (policy, expected) => {
    await using set = await stage();
    const keys = set.account.addUser('bob', { attached: [policy] }).addKey();
    set.account.addUser('eve');
    const iam = iamClient(set.where, keys);
    const allowed = (call: Promise<unknown>): Promise<boolean> =>
      call.then(
        () => true,
        () => false,
      );
    expect({
      ListUsers: await allowed(iam.send(new ListUsersCommand({}))),
      CreateAccessKey: await allowed(iam.send(new CreateAccessKeyCommand({ UserName: 'eve' }))),
      GetAccessKeyInfo: await allowed(
        stsClient(set.where, keys).send(new GetAccessKeyInfoCommand({ AccessKeyId: keys.accessKeyId })),
      ),
    }).toEqual(expected);
  });

  test.each([
    'AWSCompromisedKeyQuarantine',
    'AWSCompromisedKeyQuarantineV2',
    'AWSCompromisedKeyQuarantineV3',
  ])('%s stops a key from rotating itself, and not from looking', async (policy) => {
    await using set = await stage();
    const attached = ['AdministratorAccess', policy];
    const keys = set.account.addUser('bob', { attached }).addKey();
    const iam = iamClient(set.where, keys);
    expect((await failure(iam.send(new CreateAccessKeyCommand({})))).message).toContain(
      'with an explicit deny',
    );
    const update = { AccessKeyId: keys.accessKeyId, Status: 'Inactive' } as const;
    expect((await failure(iam.send(new UpdateAccessKeyCommand(update)))).message).toContain('explicit deny');
    expect((await iam.send(new ListAccessKeysCommand({}))).AccessKeyMetadata).toHaveLength(1);
    expect(await iam.send(new GetUserCommand({}))).toHaveProperty('User');
  });

  test('their ARNs carry the partition', async () => {
    await using set = await stage();
    const account = set.standIn.world.addAccount({ partition: 'aws-cn' });
    const admin = account.addUser('admin', { attached: ['AdministratorAccess'] }).addKey();
    const iam = iamClient({ ...set.where, region: 'cn-north-1' }, admin);
    const attach = (PolicyArn: string): Promise<unknown> =>
      iam.send(new AttachUserPolicyCommand({ UserName: 'admin', PolicyArn }));
    expect(await failure(attach(denyAll))).toMatchObject({ name: 'NoSuchEntityException', status: 404 });
    expect(await attach('arn:aws-cn:iam::aws:policy/AWSDenyAll')).toHaveProperty('$metadata');
    expect(await failure(attach('AWSDenyAll'))).toMatchObject({ name: 'InvalidInputException', status: 400 });
  });
});
