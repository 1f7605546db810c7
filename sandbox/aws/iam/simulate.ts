import { AwsError, noSuchEntity } from '../aws-error.ts';
import type { Account } from '../accounts/account.ts';
import { identityPolicies } from '../auth/principal.ts';
import type { Principal } from '../auth/principal.ts';
import { judge, principalContext } from '../auth/authorise.ts';
import { contextKeys } from '../policy/conditions.ts';
import type { ContextKeys } from '../policy/conditions.ts';
import { page } from '../paging.ts';
import type { QueryOperation } from '../query-service.ts';
import type { XmlObject } from '../wire/xml.ts';
import { accountOf } from './subjects.ts';
import type { IamCall } from './subjects.ts';

function subjectOf(call: IamCall): Extract<Principal, { kind: 'user' | 'role' }> {
  const arn = call.input.required('PolicySourceArn');
  const account = accountOf(call);
  const kind = new RegExp(`^arn:${account.partition}:iam::${account.id}:(user|role)/`).exec(arn)?.[1];
  if (kind === undefined)
    throw new AwsError(
      'InvalidInput',
      400,
      `Invalid Entity Arn: ${arn} does not clearly define entity type and name.`,
    );
  return kind === 'user' ? userByArn(account, arn) : roleByArn(account, arn);
}

function userByArn(account: Account, arn: string): Extract<Principal, { kind: 'user' }> {
  const user = account.users.get(arn.slice(arn.lastIndexOf('/') + 1));
  if (user === undefined || user.arn !== arn) throw noSuchEntity(`The user with ARN ${arn} cannot be found.`);
  return { kind: 'user', account, user };
}

function roleByArn(account: Account, arn: string): Extract<Principal, { kind: 'role' }> {
  const role = account.roles.get(arn.slice(arn.lastIndexOf('/') + 1));
  if (role === undefined || role.arn !== arn) throw noSuchEntity(`The role with ARN ${arn} cannot be found.`);
  return { kind: 'role', account, role, sessionName: 'simulation' };
}

function suppliedContext(call: IamCall): ContextKeys {
  return contextKeys(
    Object.fromEntries(
      call.input
        .structures('ContextEntries')
        .map((entry) => [entry.required('ContextKeyName'), entry.list('ContextKeyValues')]),
    ),
  );
}

function evaluateOne(
  subject: Extract<Principal, { kind: 'user' | 'role' }>,
  question: { action: string; resource: string; context: ContextKeys },
): XmlObject {
  const verdict = judge(subject, null, question);
  const holder = subject.kind === 'user' ? subject.user : subject.role;
  const keys = identityPolicies(holder)
    .flatMap((policy) => policy.statements)
    .flatMap((statement) => statement.conditions)
    .filter((condition) => !question.context.has(condition.key))
    .map((condition) => condition.name);
  const missing = [...new Set(keys)];
  return {
    EvalActionName: question.action,
    EvalResourceName: question.resource,
    EvalDecision: verdict.decision,
    MatchedStatements: verdict.matched.map(({ id, type }) => ({
      SourcePolicyId: id,
      SourcePolicyType: type,
    })),
    MissingContextValues: missing,
    OrganizationsDecisionDetail:
      subject.account.serviceControlPolicy === null
        ? null
        : { AllowedByOrganizations: verdict.by !== 'service control policy' },
  };
}

/**
 * Judges every action on every resource as the policies of a user or role would; a resource that is not given is `*`.
 * Condition keys are only those of the principal, the time, and what the caller supplies: tags of real resources and the
 * source address are not looked up.
 */
const simulatePrincipalPolicy: QueryOperation = {
  name: 'SimulatePrincipalPolicy',
  access: (call) => ({ resource: call.input.required('PolicySourceArn') }),
  run: (call) => {
    for (const unsupported of ['PolicyInputList', 'PermissionsBoundaryPolicyInputList']) {
      if (call.input.list(unsupported).length > 0) {
        throw new AwsError('InvalidInput', 400, `This stand-in does not simulate ${unsupported}.`);
      }
    }
    const subject = subjectOf(call);
    const actions = call.input.list('ActionNames');
    if (actions.length === 0) call.input.required('ActionNames');
    const given = call.input.list('ResourceArns');
    const context = new Map([
      ...contextKeys(principalContext(subject), {
        'aws:CurrentTime': new Date(call.circumstances.now).toISOString(),
      }),
      ...suppliedContext(call),
    ]);
    const questions = actions.flatMap((action) =>
      (given.length === 0 ? ['*'] : given).map((resource) => ({ action, resource, context })),
    );
    const numbered = questions.map((question, index) => ({ question, id: String(index).padStart(6, '0') }));
    const { items, rest } = page(call, numbered, ({ id }) => id);
    return { EvaluationResults: items.map(({ question }) => evaluateOne(subject, question)), ...rest };
  },
};

export const simulationOperations = [simulatePrincipalPolicy];
