import { SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import type { SimulatePrincipalPolicyCommandInput } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { failure, iamClient } from '../clients.ts';
import { allowing, stage } from '../world.ts';
import type { Stage } from '../world.ts';

const Version = '2012-10-17';

async function simulate(set: Stage, input: SimulatePrincipalPolicyCommandInput): Promise<string[]> {
  const { EvaluationResults } = await iamClient(set.where, set.admin).send(
    new SimulatePrincipalPolicyCommand(input),
  );
  return (EvaluationResults ?? []).map(
    ({ EvalActionName, EvalResourceName, EvalDecision }) =>
      `${EvalActionName} ${EvalResourceName} ${EvalDecision}`,
  );
}

test('every action is judged on every resource', async () => {
  await using set = await stage();
  const eve = set.account.arn('user/eve');
  const bob = set.account.addUser('bob', {
    inline: {
      some: {
        Version,
        Statement: [
          allowing(['iam:ListAccessKeys', 'iam:UpdateAccessKey'], eve).Statement,
          { Effect: 'Deny', Action: 'iam:UpdateAccessKey', Resource: '*' },
        ],
      },
    },
  });
  const ActionNames = ['iam:ListAccessKeys', 'iam:UpdateAccessKey'];
  const ResourceArns = [eve, set.account.arn('user/admin')];
  expect(await simulate(set, { PolicySourceArn: bob.arn, ActionNames, ResourceArns })).toEqual([
    `iam:ListAccessKeys ${eve} allowed`,
    `iam:ListAccessKeys ${set.account.arn('user/admin')} implicitDeny`,
    `iam:UpdateAccessKey ${eve} explicitDeny`,
    `iam:UpdateAccessKey ${set.account.arn('user/admin')} explicitDeny`,
  ]);
  expect(await simulate(set, { PolicySourceArn: bob.arn, ActionNames: ['iam:ListAccessKeys'] })).toEqual([
    'iam:ListAccessKeys * implicitDeny',
  ]);
});

test('the policies that decided are named, and missing context is told', async () => {
  await using set = await stage();
  const bob = set.account.addUser('bob', {
    attached: ['SecurityAudit'],
    inline: {
      tagged: {
        Version,
        Statement: {
          ...allowing('iam:UpdateAccessKey').Statement,
          Condition: { StringEquals: { 'aws:ResourceTag/rekey': 'managed' } },
        },
      },
    },
  });
  const iam = iamClient(set.where, set.admin);
  const ask = async (ActionName: string, more: object = {}): Promise<object | undefined> => {
    const input = { PolicySourceArn: bob.arn, ActionNames: [ActionName], ...more };
    return (await iam.send(new SimulatePrincipalPolicyCommand(input))).EvaluationResults?.[0];
  };
  expect(await ask('iam:ListUsers')).toMatchObject({
    EvalDecision: 'allowed',
    MatchedStatements: [{ SourcePolicyId: 'SecurityAudit', SourcePolicyType: 'aws-managed' }],
  });
  expect(await ask('iam:UpdateAccessKey')).toMatchObject({
    EvalDecision: 'implicitDeny',
    MissingContextValues: ['aws:ResourceTag/rekey'],
  });
  const ContextEntries = [
    { ContextKeyName: 'aws:ResourceTag/rekey', ContextKeyValues: ['managed'], ContextKeyType: 'string' },
  ];
  expect(await ask('iam:UpdateAccessKey', { ContextEntries })).toMatchObject({
    EvalDecision: 'allowed',
    MatchedStatements: [{ SourcePolicyType: 'user' }],
    MissingContextValues: [],
  });
});

test('roles, variables, groups, the quarantine and the organisation all count', async () => {
  await using set = await stage();
  const { account } = set;
  const trust = {
    Statement: { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' },
  } as const;
  const role = account.addRole('work', { trust, attached: ['IAMReadOnlyAccess'] });
  expect(await simulate(set, { PolicySourceArn: role.arn, ActionNames: ['iam:ListUsers'] })).toEqual([
    'iam:ListUsers * allowed',
  ]);
  account.addGroup('admins', { attached: ['AdministratorAccess'] });
  const attached = ['AWSCompromisedKeyQuarantineV3'];
  const bob = account.addUser('bob', { path: '/ci/', groups: ['admins'], attached });
  const ActionNames = ['iam:CreateAccessKey', 'iam:ListAccessKeys', 'cloudtrail:LookupEvents'];
  expect(await simulate(set, { PolicySourceArn: bob.arn, ActionNames })).toEqual([
    'iam:CreateAccessKey * explicitDeny',
    'iam:ListAccessKeys * allowed',
    'cloudtrail:LookupEvents * explicitDeny',
  ]);
  const own = allowing('iam:GetUser', 'arn:aws:iam::*:user/*/${aws:username}');
  const eve = account.addUser('eve', { path: '/ci/', inline: { own } });
  const ResourceArns = [eve.arn, bob.arn];
  expect(
    await simulate(set, { PolicySourceArn: eve.arn, ActionNames: ['iam:GetUser'], ResourceArns }),
  ).toEqual([`iam:GetUser ${eve.arn} allowed`, `iam:GetUser ${bob.arn} implicitDeny`]);
  account.serviceControlPolicy = {
    Version,
    Statement: { Effect: 'Deny', Action: 'iam:ListAccessKeys', Resource: '*' },
  };
  const input = { PolicySourceArn: bob.arn, ActionNames: ['iam:ListAccessKeys'] };
  const iam = iamClient(set.where, set.admin);
  const { EvaluationResults } = await iam.send(new SimulatePrincipalPolicyCommand(input));
  expect(EvaluationResults).toMatchObject([
    { EvalDecision: 'explicitDeny', OrganizationsDecisionDetail: { AllowedByOrganizations: false } },
  ]);
});

test('results come in pages, in the order asked', async () => {
  await using set = await stage();
  const PolicySourceArn = set.account.arn('user/admin');
  const ActionNames = Array.from({ length: 25 }, (_, index) => `iam:Action${index}`);
  const iam = iamClient(set.where, set.admin);
  const seen: (string | undefined)[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.send(
      new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames, MaxItems: 10, Marker }),
    );
    seen.push(...(page.EvaluationResults ?? []).map((result) => result.EvalActionName));
    Marker = page.Marker;
  } while (Marker !== undefined);
  expect(seen).toEqual(ActionNames);
});

test('who is not there, or is no user or role, cannot be simulated', async () => {
  await using set = await stage();
  const ActionNames = ['iam:ListUsers'];
  expect(
    await failure(simulate(set, { PolicySourceArn: set.account.arn('user/nobody'), ActionNames })),
  ).toMatchObject({
    name: 'NoSuchEntityException',
  });
  expect(
    await failure(simulate(set, { PolicySourceArn: set.account.arn('root'), ActionNames })),
  ).toMatchObject({
    name: 'InvalidInputException',
  });
});

test('asking needs a right of its own, on the one who is asked about', async () => {
  await using set = await stage();
  const own = set.account.arn('user/bob');
  const inline = { own: allowing('iam:SimulatePrincipalPolicy', own) };
  const iam = iamClient(set.where, set.account.addUser('bob', { inline }).addKey());
  const ask = (PolicySourceArn: string): Promise<unknown> =>
    iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames: ['iam:ListUsers'] }));
  expect(await ask(own)).toHaveProperty('EvaluationResults');
  expect(await failure(ask(set.account.arn('user/admin')))).toMatchObject({ name: 'AccessDenied' });
});

test('the policy on a resource lets a user in, or keeps it out, whatever its own policies say', async () => {
  await using set = await stage();
  const secret = set.account.arn('secret:rekey/x').replace(':iam::', ':secretsmanager:us-east-1:');
  const bob = set.account.addUser('bob');
  const ann = set.account.addUser('ann', { inline: { all: allowing('secretsmanager:*') } });
  const ResourcePolicy = (Effect: string, AWS: string) =>
    JSON.stringify({ Version, Statement: { Effect, Principal: { AWS }, Action: '*', Resource: '*' } });
  const ask = (who: string, policy: string) =>
    simulate(set, {
      PolicySourceArn: who,
      ActionNames: ['secretsmanager:GetSecretValue'],
      ResourceArns: [secret],
      ResourcePolicy: policy,
    });
  const says = (decision: string) => [`secretsmanager:GetSecretValue ${secret} ${decision}`];
  expect(await ask(bob.arn, ResourcePolicy('Allow', bob.arn))).toEqual(says('allowed'));
  expect(await ask(bob.arn, ResourcePolicy('Allow', ann.arn))).toEqual(says('implicitDeny'));
  // Who names the account leaves it to the account's own policies.
  expect(await ask(bob.arn, ResourcePolicy('Allow', set.account.arn('root')))).toEqual(says('implicitDeny'));
  expect(await ask(ann.arn, ResourcePolicy('Deny', set.account.arn('root')))).toEqual(says('explicitDeny'));
});
