import type { Partition } from './partition.ts';

/** What a connection can be used for; the words of the design, section 2. */
export type Capability =
  | 'verify'
  | 'inventory'
  | 'rotate_self'
  | 'rotate_others'
  | 'contain'
  | 'watch'
  | 'deliver';

export const CAPABILITIES: readonly Capability[] = [
  'verify',
  'inventory',
  'rotate_self',
  'rotate_others',
  'contain',
  'watch',
  'deliver',
];

export type CapabilityAnswer =
  | { readonly answer: 'yes' }
  /** `missing`: the IAM actions that are not allowed; empty where the capability cannot exist (`why` says it). */
  | { readonly answer: 'no'; readonly missing: readonly string[]; readonly why?: string }
  | { readonly answer: 'unknown'; readonly why: string };

/** Everything that can be wrong, by name. The words for people are in `diagnosis.ts`. */
export type DiagnosisCode =
  | 'wrong_secret'
  | 'key_not_active' // Inactive, deleted, never existed or of another partition: AWS answers alike
  | 'expired_session'
  | 'clock_off'
  | 'region_not_enabled'
  | 'region_wrong'
  | 'denied_by_policy'
  | 'denied_by_source_ip'
  | 'denied_by_organization'
  | 'no_route'
  | 'proxy_trouble'
  | 'tls_trouble'
  | 'throttled'
  | 'aws_down'
  | 'root_key'
  | 'wrong_account'
  | 'quarantined'
  | 'canary_key'
  | 'not_a_user'
  | 'changed_identity' // a replaced or re-tested credential is another principal than the connection's
  | 'host_identity_missing'
  | 'role_not_assumable'
  | 'role_open' // assumable without the external ID
  | 'unexpected';

/** One cause, in words for people: what happened, why, and how to mend it. Never holds a secret. */
export interface Diagnosis {
  readonly code: DiagnosisCode;
  readonly what: string;
  readonly why: string;
  readonly mend: string;
  /** AWS's own error name and request id, for a support case; null when AWS was not reached. */
  readonly reference: string | null;
}

/** Something a person should know although the check passed. */
export interface Warning {
  readonly code: 'administrator' | 'console_password' | 'age_over_policy' | 'two_keys' | 'could_not_check';
  readonly text: string;
}

/** What a passed check found. Times are ms since the epoch. */
export interface VerificationReport {
  readonly accountId: string;
  readonly accountAlias: string | null;
  readonly partition: Partition;
  /** The region whose STS answered. */
  readonly region: string;
  readonly arn: string;
  /** IAM unique id of the user (AIDA…) or role (AROA…). */
  readonly uniqueId: string;
  /** The IAM user's name; null for a role. */
  readonly userName: string | null;
  readonly accessKeyId: string | null;
  /** Null for a role, or when it may not be read (then a `could_not_check` warning says so). */
  readonly keyCreatedAt: number | null;
  readonly capabilities: Readonly<Record<Capability, CapabilityAnswer>>;
  readonly warnings: readonly Warning[];
  readonly checkedAt: number;
}

export function hasAdministratorRights({ warnings }: Pick<VerificationReport, 'warnings'>): boolean {
  return warnings.some(({ code }) => code === 'administrator');
}

/** The three answers of a check. `unknown` is never treated as `rejected`, nor as `verified`. */
export type Verification =
  | { readonly status: 'verified'; readonly report: VerificationReport }
  | { readonly status: 'rejected'; readonly diagnosis: Diagnosis; readonly checkedAt: number }
  | { readonly status: 'unknown'; readonly diagnosis: Diagnosis; readonly checkedAt: number };
