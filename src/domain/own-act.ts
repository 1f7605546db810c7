import { DENY_EVERYTHING, denyBefore } from './containment-policies.ts';
import { INLINE_DATE_DENY, INLINE_DENY } from './containment.ts';
import type { AuditEntry } from './records.ts';
import { denyRoleBefore, ROLE_DENY } from './role-revocation.ts';

/**
 * One change of AWS that Rekey set out to make: the row of the audit log that was written before the call. The call names
 * that row in its user agent, as `act/ID`, and nobody else knows the id before AWS has it: so CloudTrail's event is
 * known for ours, also where the process was killed before it wrote what came of it.
 */
export interface OwnAct {
  readonly id: string;
  readonly accountId: string;
  /** When the row was written; ms. */
  readonly at: number;
  /** Such as `iam:UpdateAccessKey`. */
  readonly action: string;
  /** The parameters of the call, all of them, by the names CloudTrail writes. */
  readonly asked: Readonly<Record<string, string>>;
}

type Call = Pick<OwnAct, 'action' | 'asked'>;

/** Reads a value of a row’s detail. */
type Read = (name: string) => string;

const key = (read: Read) => ({ userName: read('user'), accessKeyId: read('accessKeyId') });
const keyStatus = (read: Read, status: string): Call => ({
  action: 'iam:UpdateAccessKey',
  asked: { ...key(read), status },
});
const userPolicy = (read: Read, name: string, more: Readonly<Record<string, string>> = {}) => ({
  userName: read('user'),
  policyName: name,
  ...more,
});
const attached = (read: Read) => ({ userName: read('user'), policyArn: read('policyArn') });
const rolePolicy = (read: Read, more: Readonly<Record<string, string>> = {}) => ({
  roleName: read('roleArn').replace(/^.*\//, ''),
  policyName: ROLE_DENY,
  ...more,
});

/** The call of each verb that is one change of AWS, and that a rule of detection could take for a thief's. */
const CALLS: Readonly<Record<string, (read: Read) => Call>> = {
  'containment.set_key': (read) => keyStatus(read, read('status')),
  'containment.attach_deny': (read) => ({ action: 'iam:AttachUserPolicy', asked: attached(read) }),
  'containment.detach_deny': (read) => ({ action: 'iam:DetachUserPolicy', asked: attached(read) }),
  'containment.put_deny': (read) => ({
    action: 'iam:PutUserPolicy',
    asked: userPolicy(read, INLINE_DENY, { policyDocument: DENY_EVERYTHING }),
  }),
  'containment.delete_deny': (read) => ({
    action: 'iam:DeleteUserPolicy',
    asked: userPolicy(read, INLINE_DENY),
  }),
  'containment.put_date': (read) => ({
    action: 'iam:PutUserPolicy',
    asked: userPolicy(read, INLINE_DATE_DENY, { policyDocument: denyBefore(Number(read('issuedBefore'))) }),
  }),
  'containment.delete_date': (read) => ({
    action: 'iam:DeleteUserPolicy',
    asked: userPolicy(read, INLINE_DATE_DENY),
  }),
  'role.put_deny': (read) => ({
    action: 'iam:PutRolePolicy',
    asked: rolePolicy(read, { policyDocument: denyRoleBefore(Number(read('issuedBefore'))) }),
  }),
  'role.delete_deny': (read) => ({ action: 'iam:DeleteRolePolicy', asked: rolePolicy(read) }),
  'key.activate': (read) => keyStatus(read, 'Active'),
  'key.deactivate': (read) => keyStatus(read, 'Inactive'),
  'key.delete': (read) => ({ action: 'iam:DeleteAccessKey', asked: key(read) }),
};

/** What a row of the audit log says that Rekey set out to change in AWS; null for every row that does not say it all. */
export function ownActOf({ id, at, doer, verb, phase, detail }: AuditEntry): OwnAct | null {
  const callOf = Object.hasOwn(CALLS, verb) ? CALLS[verb] : undefined;
  if (callOf === undefined || doer.kind !== 'rekey' || phase !== 'intent') return null;
  const missing = new Set<string>();
  const read: Read = (name) => {
    const value = detail[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    missing.add(name);
    return '0';
  };
  const accountId = read('accountId');
  const call = callOf(read);
  return missing.size > 0 ? null : { id, at, accountId, ...call };
}
