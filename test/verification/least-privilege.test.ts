import * as iam from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import type { Account } from '../../sandbox/aws/world.ts';
import { ROTATE_TAG, grantsOf, neededGrants } from '../../src/domain/capability.ts';
import { policiesFor, resourcesOf } from '../../src/domain/policy.ts';
import type { PolicyDocument, PolicyTarget } from '../../src/domain/policy.ts';
import type { Capability } from '../../src/domain/verification.ts';
import { openBench } from './bench.ts';
import type { Bench } from './bench.ts';

/** Any command of IAM. */
type Command = object;

function send(client: iam.IAMClient, command: Command): Promise<object> {
  return client.send(command as Parameters<iam.IAMClient['send']>[0]);
}

/** Who is acted upon. */
interface Stage {
  readonly self: string;
  readonly selfArn: string;
  readonly other: string;
  readonly otherKey: string;
  readonly role: string;
}

const ARN_OF_DENY_ALL = 'arn:aws:iam::aws:policy/AWSDenyAll';
const DENY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Action: '*', Resource: '*' }],
});

const keysOf = (user: string, created: () => string): Command[] => [
  new iam.ListAccessKeysCommand({ UserName: user }),
  new iam.UpdateAccessKeyCommand({ UserName: user, AccessKeyId: created(), Status: 'Inactive' }),
  new iam.UpdateAccessKeyCommand({ UserName: user, AccessKeyId: created(), Status: 'Active' }),
  new iam.GetAccessKeyLastUsedCommand({ AccessKeyId: created() }),
  new iam.GetUserCommand({ UserName: user }),
];

const rotation =
  (user: string) =>
  (created: () => string): Command[] => [
    ...keysOf(user, created),
    new iam.TagUserCommand({ UserName: user, Tags: [{ Key: created(), Value: 'rekey' }] }),
    new iam.ListUserTagsCommand({ UserName: user }),
    new iam.UntagUserCommand({ UserName: user, TagKeys: [created()] }),
    new iam.DeleteAccessKeyCommand({ UserName: user, AccessKeyId: created() }),
  ];

/** The IAM calls of each capability, undo included, in an order in which each can succeed. */
const CALLS: Partial<
  Record<Capability, (stage: Stage) => { begin: Command[]; after: (created: () => string) => Command[] }>
> = {
  verify: ({ self, selfArn }) => ({
    begin: [
      new iam.ListAccessKeysCommand({ UserName: self }),
      new iam.ListAttachedUserPoliciesCommand({ UserName: self }),
      new iam.GetLoginProfileCommand({ UserName: self }),
      new iam.ListAccountAliasesCommand({}),
      new iam.SimulatePrincipalPolicyCommand({ PolicySourceArn: selfArn, ActionNames: ['iam:GetUser'] }),
    ],
    after: () => [],
  }),
  inventory: ({ other, otherKey }) => ({
    begin: [
      new iam.ListUsersCommand({}),
      new iam.GetAccountSummaryCommand({}),
      new iam.GetAccountAuthorizationDetailsCommand({ Filter: ['User'] }),
      new iam.GenerateCredentialReportCommand({}),
      new iam.GetCredentialReportCommand({}),
      new iam.ListAccessKeysCommand({ UserName: other }),
      new iam.GetAccessKeyLastUsedCommand({ AccessKeyId: otherKey }),
      new iam.ListUserTagsCommand({ UserName: other }),
      new iam.GetUserCommand({ UserName: other }),
      new iam.ListAttachedUserPoliciesCommand({ UserName: other }),
      new iam.GetLoginProfileCommand({ UserName: other }),
    ],
    after: () => [],
  }),
  rotate_self: ({ self }) => ({
    begin: [new iam.CreateAccessKeyCommand({ UserName: self })],
    after: rotation(self),
  }),
  rotate_others: ({ other }) => ({
    begin: [
      new iam.ListAttachedUserPoliciesCommand({ UserName: other }),
      new iam.CreateAccessKeyCommand({ UserName: other }),
    ],
    after: rotation(other),
  }),
  contain: ({ other, otherKey, role }) => ({
    begin: [
      ...keysOf(other, () => otherKey),
      new iam.AttachUserPolicyCommand({ UserName: other, PolicyArn: ARN_OF_DENY_ALL }),
      new iam.ListAttachedUserPoliciesCommand({ UserName: other }),
      new iam.DetachUserPolicyCommand({ UserName: other, PolicyArn: ARN_OF_DENY_ALL }),
      new iam.PutUserPolicyCommand({ UserName: other, PolicyName: 'deny', PolicyDocument: DENY }),
      new iam.ListUserPoliciesCommand({ UserName: other }),
      new iam.GetUserPolicyCommand({ UserName: other, PolicyName: 'deny' }),
      new iam.DeleteUserPolicyCommand({ UserName: other, PolicyName: 'deny' }),
      new iam.GetRoleCommand({ RoleName: role }),
      new iam.PutRolePolicyCommand({ RoleName: role, PolicyName: 'deny', PolicyDocument: DENY }),
      new iam.GetRolePolicyCommand({ RoleName: role, PolicyName: 'deny' }),
      new iam.DeleteRolePolicyCommand({ RoleName: role, PolicyName: 'deny' }),
    ],
    after: () => [],
  }),
};

/** Every call that the printed policy allows: those it needs, and the optional ones that name no place. */
function allowedActions(capability: Capability, target: PolicyTarget): Set<string> {
  const grants = grantsOf(capability, 'user').filter(
    (grant) => grant.effect === 'Allow' && resourcesOf(grant.on, target) !== null,
  );
  return new Set(grants.flatMap((grant) => grant.actions));
}

const actionOf = (command: Command) => `iam:${command.constructor.name.replace(/Command$/, '')}`;

/** The same documents with one action taken out of what they allow. */
function without(documents: readonly PolicyDocument[], action: string): PolicyDocument[] {
  return documents.map((document) => ({
    ...document,
    Statement: document.Statement.map((statement) => ({
      ...statement,
      Action:
        statement.Effect === 'Allow' ? statement.Action.filter((one) => one !== action) : statement.Action,
    })).filter((statement) => statement.Action.length > 0),
  }));
}

let policies = 0;

function actor(account: Account, name: string, documents: readonly PolicyDocument[]) {
  const attached = documents.map((document) => {
    policies += 1;
    return account.addPolicy(`p${policies}`, document).arn;
  });
  return account.addUser(name, { attached, path: '/robots/', consolePassword: true });
}

function clientOf(bench: Bench, user: ReturnType<typeof actor>): iam.IAMClient {
  const { accessKeyId, secretAccessKey } = user.addKey();
  return new iam.IAMClient({
    region: 'us-east-1',
    endpoint: bench.standIn.url,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

function prepare(bench: Bench, capability: Capability) {
  const account = bench.standIn.world.addAccount();
  const target: PolicyTarget = {
    partition: 'aws',
    accountId: account.id,
    principal: { kind: 'user', arn: null },
  };
  const bob = account.addUser('bob', {
    path: '/people/',
    consolePassword: true,
    tags: { [ROTATE_TAG.key]: ROTATE_TAG.value },
  });
  const role = account.addRole('worker', {
    trust: {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal: { AWS: bob.arn }, Action: 'sts:AssumeRole' },
    },
  });
  const documents = policiesFor([capability], target);
  const stageOf = (self: ReturnType<typeof actor>): Stage => ({
    self: self.name,
    selfArn: self.arn,
    other: bob.name,
    otherKey: bob.keys.existing()[0]?.accessKeyId ?? bob.addKey().accessKeyId,
    role: role.name,
  });
  return { account, target, documents, stageOf };
}

describe('each capability under exactly its policy', () => {
  it.each(Object.keys(CALLS) as Capability[])('%s', async (capability) => {
    await using bench = await openBench();
    const { account, target, documents, stageOf } = prepare(bench, capability);
    const self = actor(account, 'rekey', documents);
    const client = clientOf(bench, self);
    const plan = CALLS[capability]?.(stageOf(self));
    const called: string[] = [];
    let created = '';
    const run = async (command: Command) => {
      called.push(actionOf(command));
      const output = await send(client, command);
      if ('AccessKey' in output)
        created = (output as iam.CreateAccessKeyCommandOutput).AccessKey?.AccessKeyId ?? '';
    };
    for (const command of plan?.begin ?? []) await run(command);
    for (const command of plan?.after(() => created) ?? []) await run(command);

    expect([...new Set(called)].sort()).toEqual([...allowedActions(capability, target)].sort());
  });

  it.each(Object.keys(CALLS) as Capability[])('%s lacks what its policy lacks', async (capability) => {
    await using bench = await openBench();
    const { account, target, documents, stageOf } = prepare(bench, capability);
    for (const action of allowedActions(capability, target)) {
      const self = actor(account, `without-${action.slice(4)}`, without(documents, action));
      const stage = stageOf(self);
      const plan = CALLS[capability]?.(stage);
      const commands = [...(plan?.begin ?? []), ...(plan?.after(() => stage.otherKey) ?? [])];
      const command = commands.find((one) => actionOf(one) === action);
      const client = clientOf(bench, self);
      await expect(command && send(client, command)).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringContaining(action),
      });
    }
  });

  it.each(['watch', 'deliver'] as const)(
    '%s is allowed by its policy and by nothing else',
    async (capability) => {
      await using bench = await openBench();
      const places = {
        eventQueueArn: 'arn:aws:sqs:us-east-1:111122223333:events',
        eventBucket: 'trail',
        eventFilesKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/1',
        deliveryKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/2',
      };
      const { account, target } = prepare(bench, capability);
      const full: PolicyTarget = { ...target, places };
      const user = actor(account, 'rekey', policiesFor([capability], full));
      const bare = account.addUser('bare');
      const asker = clientOf(
        bench,
        actor(account, 'asker', [
          {
            Version: '2012-10-17',
            Statement: [
              { Sid: 'Ask', Effect: 'Allow', Action: ['iam:SimulatePrincipalPolicy'], Resource: '*' },
            ],
          },
        ]),
      );
      const grants = neededGrants(capability, 'user');
      for (const grant of grants) {
        const [resource = '*'] = resourcesOf(grant.on, full) ?? [];
        const example = resource === '*' ? '*' : resource.replaceAll('*', 'x');
        for (const [subject, decision] of [
          [user, 'allowed'],
          [bare, 'implicitDeny'],
        ] as const) {
          const answer = await asker.send(
            new iam.SimulatePrincipalPolicyCommand({
              PolicySourceArn: subject.arn,
              ActionNames: [...grant.actions],
              ResourceArns: [example],
            }),
          );
          expect(answer.EvaluationResults?.map(({ EvalDecision }) => EvalDecision)).toEqual(
            grant.actions.map(() => decision),
          );
        }
      }
      expect(grants.length).toBeGreaterThan(0);
    },
  );
});

describe('what the policies do not allow', () => {
  it('rotating a user without the tag, tagging with another name, another policy than AWSDenyAll, oneself', async () => {
    await using bench = await openBench();
    const { account, target } = prepare(bench, 'contain');
    const plain = account.addUser('plain');
    const self = actor(account, 'rekey', policiesFor(['rotate_self', 'rotate_others', 'contain'], target));
    const client = clientOf(bench, self);
    const refused = { name: 'AccessDenied' };
    const PolicyDocument = DENY;
    for (const command of [
      new iam.CreateAccessKeyCommand({ UserName: plain.name }),
      new iam.DeleteAccessKeyCommand({ UserName: plain.name, AccessKeyId: plain.addKey().accessKeyId }),
      new iam.TagUserCommand({ UserName: 'bob', Tags: [{ Key: 'team', Value: 'x' }] }),
      new iam.TagUserCommand({
        UserName: self.name,
        Tags: [{ Key: ROTATE_TAG.key, Value: ROTATE_TAG.value }],
      }),
      new iam.UntagUserCommand({ UserName: 'bob', TagKeys: [ROTATE_TAG.key] }),
      new iam.AttachUserPolicyCommand({
        UserName: 'bob',
        PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
      new iam.PutUserPolicyCommand({ UserName: self.name, PolicyName: 'p', PolicyDocument }),
      new iam.AttachUserPolicyCommand({ UserName: self.name, PolicyArn: ARN_OF_DENY_ALL }),
    ]) {
      await expect(send(client, command)).rejects.toMatchObject(refused);
    }
  });
});
