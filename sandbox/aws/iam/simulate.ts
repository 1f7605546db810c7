import { AwsError, noSuchEntity } from '../aws-error.ts';
import type { Account } from '../accounts/account.ts';
import { identityPolicies, policyPrincipalArn } from '../auth/principal.ts';
import type { Principal } from '../auth/principal.ts';
import { judge, principalContext } from '../auth/authorise.ts';
import { contextKeys } from '../policy/conditions.ts';
import type { ContextKeys } from '../policy/conditions.ts';
import { parsePolicy } from '../policy/document.ts';
import type { Statement } from '../policy/document.ts';
import { applies } from '../policy/evaluate.ts';
import type { Question } from '../policy/evaluate.ts';
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

/** What the policy on the resource itself says to a user of the same account; null: it says nothing. */
function verdictOfResource(
  subject: Extract<Principal, { kind: 'user' | 'role' }>,
  statements: readonly Statement[],
  question: Question,
): 'allowed' | 'explicitDeny' | null {
  const { account } = subject;
  const named = new Set(['*', policyPrincipalArn(subject)]);
  const wide = new Set([...named, account.id, account.arn('root')]);
  const says = (effect: Statement['effect'], names: ReadonlySet<string>): boolean =>
    statements.some(
      (statement) =>
        statement.effect === effect &&
        (statement.principals.get('AWS') ?? []).some((name) => names.has(name)) &&
        applies(statement, question),
    );
  if (says('Deny', wide)) return 'explicitDeny';
  // Whoever names the account leaves it to the account's own policies.
  return says('Allow', named) ? 'allowed' : null;
}

function evaluateOne(
  subject: Extract<Principal, { kind: 'user' | 'role' }>,
  question: { action: string; resource: string; context: ContextKeys },
  resourcePolicy: readonly Statement[],
): XmlObject {
  const byIdentity = judge(subject, null, question);
  const byResource =
    byIdentity.decision === 'explicitDeny' ? null : verdictOfResource(subject, resourcePolicy, question);
  const verdict = { ...byIdentity, decision: byResource ?? byIdentity.decision };
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
    const written = call.input.text('ResourcePolicy');
    if (written !== null && subject.kind === 'role') {
      throw new AwsError('InvalidInput', 400, 'Resource policies are not simulated for roles.');
    }
    const resourcePolicy = written === null ? [] : parsePolicy(written, 'resource');
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
    return {
      EvaluationResults: items.map(({ question }) => evaluateOne(subject, question, resourcePolicy)),
      ...rest,
    };
  },
};

export const simulationOperations = [simulatePrincipalPolicy];
