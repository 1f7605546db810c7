import { accessDenied } from '../aws-error.ts';
import { contextKeys } from '../policy/conditions.ts';
import type { ContextKeys } from '../policy/conditions.ts';
import { parsePolicy } from '../policy/document.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { evaluate } from '../policy/evaluate.ts';
import type { Answer, PolicyInForce, Question } from '../policy/evaluate.ts';
import type { Account } from '../accounts/account.ts';
import type { Caller } from './authenticate.ts';
import { identityPolicies, policyPrincipalArn, principalArn, principalUserId } from './principal.ts';
import type { Principal } from './principal.ts';

/** What a call touches. */
export interface Access {
  /** An ARN, or `*` when the action has no resource type (Service Authorization Reference). */
  readonly resource: string;
  /** How a refusal names it; IAM says `user bob`. The resource itself when absent. */
  readonly shown?: string;
  /** Condition keys of this action. */
  readonly context?: Readonly<Record<string, string | readonly string[] | null>>;
}

/** Where and when a call was made. */
export interface Circumstances {
  readonly now: number;
  readonly sourceIp: string;
  readonly userAgent: string;
}

/** A verdict, with the kind of policy that gave it. */
export interface Verdict extends Answer {
  readonly by: 'identity-based policy' | 'session policy' | 'service control policy';
}

/** The global condition keys of a call (IAM User Guide, "AWS global condition context keys"). */
export function globalContext(caller: Caller, circumstances: Circumstances): ContextKeys {
  const { session } = caller;
  return contextKeys(principalContext(caller.principal), {
    'aws:CurrentTime': new Date(circumstances.now).toISOString(),
    'aws:EpochTime': String(Math.floor(circumstances.now / 1000)),
    'aws:SourceIp': circumstances.sourceIp,
    'aws:UserAgent': circumstances.userAgent,
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': caller.region,
    'aws:TokenIssueTime': session === null ? null : new Date(session.issuedAt).toISOString(),
    'aws:MultiFactorAuthPresent': session === null ? null : String(session.mfa),
  });
}

const principalTypes = {
  root: 'Account',
  user: 'User',
  role: 'AssumedRole',
  federated: 'FederatedUser',
} as const;

/** The condition keys that describe a principal wherever it calls from. */
export function principalContext(principal: Principal): Record<string, string | null> {
  const tags = principal.kind === 'user' ? [...principal.user.tags] : [];
  return {
    'aws:PrincipalArn': policyPrincipalArn(principal),
    'aws:PrincipalAccount': principal.account.id,
    'aws:PrincipalType': principalTypes[principal.kind],
    'aws:userid': principalUserId(principal),
    'aws:username': principal.kind === 'user' ? principal.user.name : null,
    ...Object.fromEntries(tags.map(([key, value]) => [`aws:PrincipalTag/${key}`, value])),
  };
}

/**
 * Judges a question for a principal: first the organisation, then identity policies, then the session's own policies,
 * which can only take away. Root is bound by the organisation alone.
 */
export function judge(
  principal: Principal,
  sessionPolicies: readonly PolicyInForce[] | null,
  question: Question,
): Verdict {
  const { account } = principal;
  const organisation = evaluate(inForce('scp', account.serviceControlPolicy), question);
  if (organisation.decision === 'explicitDeny') return { ...organisation, by: 'service control policy' };
  if (principal.kind === 'root') return { decision: 'allowed', matched: [], by: 'identity-based policy' };
  const identity = identityVerdict(principal, question);
  if (identity.decision !== 'allowed') return { ...identity, by: 'identity-based policy' };
  if (sessionPolicies === null && principal.kind !== 'federated')
    return { ...identity, by: 'identity-based policy' };
  const session = evaluate(sessionPolicies ?? [], question);
  return session.decision === 'allowed'
    ? { ...identity, by: 'identity-based policy' }
    : { ...session, by: 'session policy' };
}

function identityVerdict(principal: Exclude<Principal, { kind: 'root' }>, question: Question): Answer {
  const holder = principal.kind === 'role' ? principal.role : principal.user;
  // A session that root federated has root's rights to be cut down by the session's policies.
  if (holder === null) return { decision: 'allowed', matched: [] };
  return evaluate([...identityPolicies(holder), ...networkPolicy(principal.account)], question);
}

function networkPolicy(account: Account): readonly PolicyInForce[] {
  if (account.allowedNetworks === null) return [];
  return inForce('networks', {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Deny',
      Action: '*',
      Resource: '*',
      Condition: { NotIpAddress: { 'aws:SourceIp': account.allowedNetworks } },
    },
  });
}

function inForce(id: string, document: PolicyDocument | null): readonly PolicyInForce[] {
  if (document === null) return [];
  return [{ id, type: 'none', statements: parsePolicy(JSON.stringify(document), 'identity') }];
}

/** Judges one action of a caller. */
export function verdictFor(
  caller: Caller,
  circumstances: Circumstances,
  action: string,
  access: Access,
): Verdict {
  const context = new Map([...globalContext(caller, circumstances), ...contextKeys(access.context ?? {})]);
  const policies = caller.session?.policies ?? null;
  return judge(caller.principal, policies, { action, resource: access.resource, context });
}

/** Throws AccessDenied (403) in AWS's words unless the action is allowed. */
export function requireAllowed(
  caller: Caller,
  circumstances: Circumstances,
  action: string,
  access: Access,
): void {
  const verdict = verdictFor(caller, circumstances, action, access);
  if (verdict.decision === 'allowed') return;
  throw accessDenied(refusal(caller, action, access, reason(verdict, action)));
}

/** The sentence of a refusal; `why` is what follows the resource. */
export function refusal(caller: Caller, action: string, access: Access, why: string): string {
  const shown = access.shown ?? access.resource;
  return `User: ${principalArn(caller.principal)} is not authorized to perform: ${action} on resource: ${shown}${why}`;
}

/** Why something was refused, as AWS appends it. */
export function reason(verdict: Verdict, action: string): string {
  if (verdict.decision === 'explicitDeny') {
    const article = verdict.by === 'identity-based policy' ? 'an' : 'a';
    return ` with an explicit deny in ${article} ${verdict.by}`;
  }
  return ` because no ${verdict.by} allows the ${action} action`;
}
