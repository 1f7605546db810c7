import type { KeyKind } from './key-kind.ts';
import type { KeyPolicyOverride } from './key-policy.ts';
import type { OwnerRef } from './owner.ts';

/** What people set for one access key in Slack; facts from AWS are kept apart. */
export interface KeyChoices {
  readonly accessKeyId: string;
  readonly accountId: string;
  /** Null: by tag, else by the look of it. */
  readonly kind: KeyKind | null;
  /** Null: by tag, mapping, name. */
  readonly owners: readonly OwnerRef[] | null;
  readonly policy: KeyPolicyOverride | null;
  readonly updatedBy: string;
  readonly updatedAt: number;
  readonly version: number;
}

/** “Not now”: reminders of this key pause, visibly to all, until they start again by themselves. */
export interface Snooze {
  readonly id: string;
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
  readonly until: number;
  /** When somebody ended it early, and who; null while it runs or when it ended by itself. */
  readonly endedAt: number | null;
  readonly endedBy: string | null;
}
