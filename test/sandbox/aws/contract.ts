import { randomBytes } from 'node:crypto';
import {
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  ListUserTagsCommand,
  ListUsersCommand,
  PutUserPolicyCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
  paginateGetAccountAuthorizationDetails,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetAccessKeyInfoCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failure, iamClient, sessionKeys, stsClient } from './clients.ts';
import type { Keys } from './clients.ts';

/** Something that claims to be AWS, and an administrator in it. */
export interface ContractTarget {
  readonly endpoint: string;
  readonly admin: Keys;
  stop(): Promise<void>;
}

const everything = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

/** What holds of AWS, of our stand-in, and of every other stand-in worth its name. */
export function awsContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(name, () => {
    let target: ContractTarget;
    let admin: IAMClient;

    beforeAll(async () => {
      target = await start();
      admin = iamClient(target, target.admin);
    });

    afterAll(async () => {
      await target.stop();
    });

    async function newUser(policy?: object): Promise<{ name: string; keys: Keys }> {
      const UserName = `user-${randomBytes(6).toString('hex')}`;
      await admin.send(new CreateUserCommand({ UserName }));
      if (policy !== undefined) {
        const PolicyDocument = JSON.stringify(policy);
        await admin.send(new PutUserPolicyCommand({ UserName, PolicyName: 'given', PolicyDocument }));
      }
      const { AccessKey } = await admin.send(new CreateAccessKeyCommand({ UserName }));
      if (AccessKey?.AccessKeyId === undefined || AccessKey.SecretAccessKey === undefined) {
        throw new Error('CreateAccessKey answered without a key.');
      }
      return {
        name: UserName,
        keys: { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey },
      };
    }

    test('a key tells whose it is', async () => {
      const user = await newUser();
      const identity = await stsClient(target, user.keys).send(new GetCallerIdentityCommand({}));
      expect(identity.Arn).toBe(`arn:aws:iam::${identity.Account}:user/${user.name}`);
    });

    test('a key has the shape of a key and names its account', async () => {
      const { keys } = await newUser();
      expect(keys.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
      expect(keys.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
      const sts = stsClient(target, target.admin);
      const { Account } = await sts.send(new GetCallerIdentityCommand({}));
      const info = await sts.send(new GetAccessKeyInfoCommand({ AccessKeyId: keys.accessKeyId }));
      expect(info.Account).toBe(Account);
    });

    test('a wrong secret is a signature that does not match', async () => {
      const { keys } = await newUser();
      const wrong = { ...keys, secretAccessKey: 'wrong'.repeat(8) };
      const refused = await failure(stsClient(target, wrong).send(new GetCallerIdentityCommand({})));
      expect(refused).toMatchObject({ name: 'SignatureDoesNotMatch', status: 403 });
      expect(refused.message).toContain(
        'The request signature we calculated does not match the signature you provided',
      );
    });

    test('an unknown key is an invalid token', async () => {
      const unknown = { accessKeyId: 'AKIAQNZGKIQY56JQ7WML', secretAccessKey: 'x'.repeat(40) };
      const refused = await failure(stsClient(target, unknown).send(new GetCallerIdentityCommand({})));
      expect(refused).toMatchObject({
        name: 'InvalidClientTokenId',
        status: 403,
        message: 'The security token included in the request is invalid.',
      });
    });

    test('a user has at most two keys', async () => {
      const { name: UserName } = await newUser();
      await admin.send(new CreateAccessKeyCommand({ UserName }));
      const refused = await failure(admin.send(new CreateAccessKeyCommand({ UserName })));
      expect(refused).toEqual({
        name: 'LimitExceededException',
        status: 409,
        message: 'Cannot exceed quota for AccessKeysPerUser: 2',
      });
    });

    test('keys are listed without secrets, changed and deleted', async () => {
      const { name: UserName, keys } = await newUser();
      const AccessKeyId = keys.accessKeyId;
      const list = async (): Promise<unknown> =>
        (await admin.send(new ListAccessKeysCommand({ UserName }))).AccessKeyMetadata;
      expect(await list()).toEqual([
        { UserName, AccessKeyId, Status: 'Active', CreateDate: expect.any(Date) as Date },
      ]);
      await admin.send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }));
      expect(await list()).toMatchObject([{ AccessKeyId, Status: 'Inactive' }]);
      await admin.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
      expect(await list()).toEqual([]);
      const gone = await failure(admin.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId })));
      expect(gone).toMatchObject({ name: 'NoSuchEntityException', status: 404 });
    });

    test('what does not exist is no such entity', async () => {
      const refused = await failure(admin.send(new GetUserCommand({ UserName: 'nobody' })));
      expect(refused).toEqual({
        name: 'NoSuchEntityException',
        status: 404,
        message: 'The user with name nobody cannot be found.',
      });
    });

    test('using a key leaves a trace on it', async () => {
      const { name: UserName, keys } = await newUser();
      await stsClient(target, keys).send(new GetCallerIdentityCommand({}));
      const AccessKeyId = keys.accessKeyId;
      const used = await admin.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
      expect(used.UserName).toBe(UserName);
      expect(used.AccessKeyLastUsed).toMatchObject({ ServiceName: 'sts', Region: 'us-east-1' });
      expect(used.AccessKeyLastUsed?.LastUsedDate).toBeInstanceOf(Date);
    });

    test('tags are put on, listed and taken off', async () => {
      const { name: UserName } = await newUser();
      const tags = async (): Promise<unknown> =>
        (await admin.send(new ListUserTagsCommand({ UserName }))).Tags;
      await admin.send(new TagUserCommand({ UserName, Tags: [{ Key: 'team', Value: 'a <b> & "c"' }] }));
      expect(await tags()).toEqual([{ Key: 'team', Value: 'a <b> & "c"' }]);
      await admin.send(new UntagUserCommand({ UserName, TagKeys: ['team'] }));
      expect(await tags()).toEqual([]);
    });

    test('the details of all users come with their tags and policies, and nothing else is asked for', async () => {
      const { name: UserName, keys } = await newUser(everything);
      await admin.send(new TagUserCommand({ UserName, Tags: [{ Key: keys.accessKeyId, Value: 'for ci' }] }));
      const { User } = await admin.send(new GetUserCommand({ UserName }));
      const found: unknown[] = [];
      for await (const page of paginateGetAccountAuthorizationDetails(
        { client: admin },
        { Filter: ['User'] },
      )) {
        found.push(...(page.UserDetailList ?? []).filter((user) => user.UserName === UserName));
        expect([page.RoleDetailList, page.GroupDetailList, page.Policies].flat()).toEqual([]);
      }
      expect(found).toMatchObject([
        {
          UserName,
          UserId: User?.UserId,
          Arn: User?.Arn,
          CreateDate: User?.CreateDate,
          Tags: [{ Key: keys.accessKeyId, Value: 'for ci' }],
          UserPolicyList: [{ PolicyName: 'given' }],
          AttachedManagedPolicies: [],
        },
      ]);
    });

    test('the details are refused to whom no policy allows them', async () => {
      const { keys } = await newUser();
      const asked = iamClient(target, keys).send(new GetAccountAuthorizationDetailsCommand({}));
      expect(await failure(asked)).toMatchObject({ name: 'AccessDenied', status: 403 });
    });

    test('the credential report has a row for each user, and tells no key', async () => {
      const { name, keys } = await newUser();
      await admin.send(new GenerateCredentialReportCommand({}));
      const { Content, GeneratedTime } = await admin.send(new GetCredentialReportCommand({}));
      expect(GeneratedTime).toBeInstanceOf(Date);
      const [columns = [], ...rows] = Buffer.from(Content ?? [])
        .toString()
        .split('\n')
        .map((line) => line.split(','));
      const row = rows.find(([user]) => user === name) ?? [];
      const cell = (column: string): string | undefined => row[columns.indexOf(column)];
      expect(cell('access_key_1_active')).toBe('true');
      expect(cell('access_key_1_last_rotated')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
      expect(cell('access_key_1_last_used_date')).toBe('N/A');
      expect(cell('access_key_2_active')).toBe('false');
      expect(cell('access_key_2_last_rotated')).toBe('N/A');
      expect(rows.flat()).not.toContain(keys.accessKeyId);
    });

    test('the summary tells of root keys', async () => {
      const { SummaryMap } = await admin.send(new GetAccountSummaryCommand({}));
      expect(SummaryMap?.AccountAccessKeysPresent).toBe(0);
    });

    test('without a policy nothing is allowed', async () => {
      const { name: UserName, keys } = await newUser();
      const refused = await failure(iamClient(target, keys).send(new ListUsersCommand({})));
      expect(refused).toMatchObject({ name: 'AccessDenied', status: 403 });
      expect(refused.message).toMatch(
        new RegExp(
          String.raw`^User: arn:aws:iam::\d{12}:user/${UserName} is not authorized to perform: iam:ListUsers`,
        ),
      );
    });

    test('a policy allows what it names, and a deny wins', async () => {
      const { keys } = await newUser({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'iam:List*', Resource: '*' },
          { Effect: 'Deny', Action: 'iam:ListUsers', Resource: '*' },
        ],
      });
      const client = iamClient(target, keys);
      await client.send(new ListAccessKeysCommand({}));
      expect(await failure(client.send(new ListUsersCommand({})))).toMatchObject({ name: 'AccessDenied' });
    });

    test('a role is not assumed with another external id, and is with its own', async () => {
      const user = await newUser(everything);
      const { Account, Arn } = await stsClient(target, user.keys).send(new GetCallerIdentityCommand({}));
      const trust = {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { AWS: Arn },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': 'shared-id' } },
        },
      };
      const RoleName = `role-${randomBytes(6).toString('hex')}`;
      const AssumeRolePolicyDocument = JSON.stringify(trust);
      const { Role } = await admin.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
      const assume = { RoleArn: Role?.Arn, RoleSessionName: 'contract' };
      const sts = stsClient(target, user.keys);
      const wrong = new AssumeRoleCommand({ ...assume, ExternalId: 'another-id' });
      const refused = await failure(sts.send(wrong));
      expect(refused).toMatchObject({ name: 'AccessDenied', status: 403 });
      expect(refused.message).toContain('is not authorized to perform: sts:AssumeRole');
      const { Credentials } = await sts.send(new AssumeRoleCommand({ ...assume, ExternalId: 'shared-id' }));
      const session = sessionKeys(Credentials);
      expect(session.accessKeyId).toMatch(/^ASIA/);
      const identity = await stsClient(target, session).send(new GetCallerIdentityCommand({}));
      expect(identity.Arn).toBe(`arn:aws:sts::${Account}:assumed-role/${RoleName}/contract`);
    });
  });
}
