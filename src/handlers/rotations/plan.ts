import type { LastUse } from '../../domain/last-use.ts';
import type { KeyUse } from '../../domain/key-use.ts';
import type { RotationState, SeenKey, UserSnapshot } from '../../domain/rotation.ts';
import type { BoundDestination } from '../destinations/bound.ts';

/** One call that a rotation would make, in its order. */
export interface PlannedCall {
  readonly state: RotationState;
  /** As IAM names it: `iam`, `secretsmanager`; `webhook` for what is not AWS. */
  readonly service: string;
  readonly action: string;
  /** What it is about, in words: a user, a key, a place. Never a secret. */
  readonly on: string;
  /** False: it only reads. */
  readonly changes: boolean;
  /** When, in words: “at once”, “after the quiet window”. */
  readonly when: string;
}

export interface PlannedKey extends SeenKey {
  readonly lastUse: LastUse;
}

/** Everything that a confirmation and a dry run show. Holds no secret. */
export interface RotationPlan {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly accountName: string | null;
  readonly snapshot: UserSnapshot;
  readonly keys: readonly PlannedKey[];
  /** Who used the key in the last 90 days; null when nothing may read CloudTrail there. */
  readonly use: KeyUse | null;
  readonly quietMs: number;
  /** Why the quiet window is what it is, in words. */
  readonly quietWhy: string;
  readonly soakMs: number;
  /** The connection that would act, by name; null when there is none. */
  readonly signer: string | null;
  readonly ownConnection: { readonly id: string; readonly name: string } | null;
  readonly destinations: readonly BoundDestination[];
  /** Any of these, and it cannot be started. */
  readonly problems: readonly { readonly what: string; readonly next: string }[];
  readonly warnings: readonly string[];
  /** Every call, in order, as far as nothing comes in between. Empty when there are problems. */
  readonly calls: readonly PlannedCall[];
  /** The user's keys that are left alone. */
  readonly spared: readonly { readonly accessKeyId: string; readonly why: string }[];
}
