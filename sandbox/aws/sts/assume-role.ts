import { accessDenied, validationError } from '../aws-error.ts';
import type { Role } from '../accounts/role.ts';
import type { Caller } from '../auth/authenticate.ts';
import { globalContext, reason, refusal, verdictFor } from '../auth/authorise.ts';
import type { Access } from '../auth/authorise.ts';
import { policyPrincipalArn, principalArn, principalUserId } from '../auth/principal.ts';
import type { Principal } from '../auth/principal.ts';
import { contextKeys } from '../policy/conditions.ts';
import type { ContextKeys } from '../policy/conditions.ts';
import type { Statement } from '../policy/document.ts';
import { applies } from '../policy/evaluate.ts';
import type { Call } from '../operation.ts';
import type { QueryOperation } from '../query-service.ts';
import type { QueryInput } from '../wire/query-input.ts';
import { credentialsXml, duration, refuseOverLimit, sessionPolicies } from './session-input.ts';

const hour = 3600;

/** Temporary credentials of a role: its trust policy and the caller's own policies both have a say. */
export const assumeRole: QueryOperation = {
  name: 'AssumeRole',
  access: null,
  run: (call) => {
    const { caller, input, world } = call;
    const request = readRequest(input);
    const access: Access = { resource: request.roleArn, context: request.context };
    const role = world.findRole(caller.partition, request.roleArn);
    for (const action of request.actions) requireBoth(call, role, action, access);
    if (role === null) throw accessDenied(refusal(caller, 'sts:AssumeRole', access, ''));
    refuseOverLimit(
      request.seconds,
      role.maxSessionSeconds,
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
    if (caller.principal.kind === 'role') {
      refuseOverLimit(
        request.seconds,
        hour,
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
      );
    }
    const { account } = role;
    const principal: Principal = { kind: 'role', account, role, sessionName: request.sessionName };
    const session = world.openSession({
      origin: 'AssumeRole',
      principal,
      policies: sessionPolicies(input, account),
      mfa: caller.session?.mfa ?? false,
      expiresAt: call.circumstances.now + request.seconds * 1000,
      parentAccessKeyId: caller.accessKeyId,
    });
    return {
      Credentials: credentialsXml(session),
      AssumedRoleUser: { AssumedRoleId: principalUserId(principal), Arn: principalArn(principal) },
    };
  },
};

interface AssumeRoleRequest {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly seconds: number;
  readonly actions: readonly string[];
  readonly context: Readonly<Record<string, string | null>>;
}

function readRequest(input: QueryInput): AssumeRoleRequest {
  const roleArn = input.required('RoleArn');
  input.required('RoleSessionName');
  const name = { pattern: /^[\w+=,.@-]*$/, shown: String.raw`[\w+=,.@-]*`, least: 2, most: 64 };
  const sessionName = input.matching('RoleSessionName', name) ?? '';
  const external = { pattern: /^[\w+=,.@:/-]*$/, shown: String.raw`[\w+=,.@:\/-]*`, least: 2, most: 1224 };
  const externalId = input.matching('ExternalId', external);
  const seconds = duration(input, { most: 43_200, usual: hour });
  if (!/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(roleArn)) throw validationError(`${roleArn} is invalid`);
  const sourceIdentity = input.text('SourceIdentity');
  return {
    roleArn,
    sessionName,
    seconds,
    actions: [
      'sts:AssumeRole',
      ...(input.structures('Tags').length > 0 ? ['sts:TagSession'] : []),
      ...(sourceIdentity === null ? [] : ['sts:SetSourceIdentity']),
    ],
    context: {
      'sts:ExternalId': externalId,
      'sts:RoleSessionName': sessionName,
      'sts:SourceIdentity': sourceIdentity,
    },
  };
}

/**
 * Within one account the trust policy is enough when it names the caller itself; when it names the account, and always
 * across accounts, the caller's own policies must allow it too. A deny on either side wins.
 */
function requireBoth(call: Call<QueryInput>, role: Role | null, action: string, access: Access): void {
  const { caller } = call;
  if (caller.principal.kind === 'root') throw accessDenied('Roles may not be assumed by root accounts.');
  const verdict = verdictFor(caller, call.circumstances, action, access);
  if (verdict.decision === 'explicitDeny') {
    throw accessDenied(refusal(caller, action, access, reason(verdict, action)));
  }
  const trust = role === null ? 'none' : trustOf(role, caller, action, contextOf(call, access));
  const sameAccount = role?.account === caller.principal.account;
  const enough = trust === 'caller' && sameAccount && verdict.by !== 'session policy';
  // AWS does not tell which side refused.
  if (trust === 'none' || (verdict.decision !== 'allowed' && !enough)) {
    throw accessDenied(refusal(caller, action, access, ''));
  }
}

function contextOf(call: Call<QueryInput>, access: Access): ContextKeys {
  return new Map([...globalContext(call.caller, call.circumstances), ...contextKeys(access.context ?? {})]);
}

/** Whom a trust policy lets in: the caller by name, the caller's account, or nobody. */
function trustOf(
  role: Role,
  caller: Caller,
  action: string,
  context: ContextKeys,
): 'caller' | 'account' | 'none' {
  const { account } = caller.principal;
  const named = new Set([principalArn(caller.principal), policyPrincipalArn(caller.principal)]);
  const wide = new Set([account.id, account.arn('root')]);
  const fits = (statement: Statement, names: (name: string) => boolean): boolean =>
    (statement.principals.get('AWS') ?? []).some(names) &&
    applies(statement, { action, resource: role.arn, context });
  const statements = role.trustInForce();
  const anyone = (name: string): boolean => name === '*' || named.has(name) || wide.has(name);
  if (statements.some((statement) => statement.effect === 'Deny' && fits(statement, anyone))) return 'none';
  const allows = statements.filter((statement) => statement.effect === 'Allow');
  if (allows.some((statement) => fits(statement, (name) => name === '*' || named.has(name)))) return 'caller';
  return allows.some((statement) => fits(statement, (name) => wide.has(name))) ? 'account' : 'none';
}
