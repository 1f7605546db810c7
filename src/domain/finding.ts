import type { Severity } from './notice.ts';

export type FindingCode =
  | 'quarantined'
  /** A break-glass key or a decoy was used. */
  | 'unexpected_use'
  | 'root_key'
  | 'over_age'
  | 'due_soon'
  | 'unused'
  | 'never_used'
  | 'inactive_long'
  | 'two_active_keys'
  | 'console_user'
  | 'owner_missing'
  | 'tag_missing'
  | 'age_unknown'
  | 'use_unknown';

/** Something about a key (or, for `root_key`, an account) that the policy asks people to look at. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  /** Since when it holds, or from when it will (`due_soon`: when the maximum age is reached); ms; null when unknown. */
  readonly at: number | null;
  /** What Rekey proposes; a look-up that failed never leads to one. */
  readonly propose: 'rotate' | 'deactivate' | 'delete' | null;
}
