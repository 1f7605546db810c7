import { malformedPolicy, validationError } from '../aws-error.ts';
import type { Account } from '../accounts/account.ts';
import type { Session } from '../accounts/session.ts';
import { parsePolicy } from '../policy/document.ts';
import type { PolicyInForce } from '../policy/evaluate.ts';
import type { QueryInput } from '../wire/query-input.ts';
import type { XmlObject } from '../wire/xml.ts';

const sessionPolicyLimit = 2048;

/** The policies given with a call (`Policy`, `PolicyArns`), or null when there are none. */
export function sessionPolicies(input: QueryInput, account: Account): readonly PolicyInForce[] | null {
  const text = input.text('Policy');
  if (text !== null && text.length > sessionPolicyLimit)
    throw malformedPolicy('The session policy is too long.');
  const inline = text === null ? [] : [{ id: 'session', statements: parsePolicy(text, 'identity') }];
  const attached = input.structures('PolicyArns').map((entry) => {
    const policy = account.managedPolicy(entry.required('arn'));
    return { id: policy.name, statements: parsePolicy(policy.text, 'identity') };
  });
  const all = [...inline, ...attached].map((policy) => ({ ...policy, type: 'none' as const }));
  return all.length === 0 ? null : all;
}

/** Seconds of a session; the API's own bounds give the model's ValidationError. */
export function duration(input: QueryInput, bounds: { most: number; usual: number }): number {
  return input.integer('DurationSeconds', 900, bounds.most) ?? bounds.usual;
}

/** The whole of a role's or a chained session's limit, as a sentence of its own. */
export function refuseOverLimit(seconds: number, limit: number, message: string): void {
  if (seconds > limit) throw validationError(message);
}

/** `Credentials` as STS answers it. */
export function credentialsXml(session: Session): XmlObject {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: new Date(session.expiresAt),
  };
}
