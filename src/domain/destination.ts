import type { Known } from './known.ts';

/** Where a rotated key can be delivered; one file each in `src/destinations`. */
export type DestinationKind = 'secrets-manager' | 'ssm-parameter' | 'webhook';

/** Which part of an existing secret is ours. */
export type WriteMode =
  /** The whole value: only for what Rekey created. */
  | 'replace'
  /** Only the named fields of a JSON value; the others stay as they are. */
  | 'merge';

/** An approved place, made by an admin. `target` is what its kind needs, and never a secret. */
export interface KeptDestination {
  readonly id: string;
  /** Unique, ignoring case. */
  readonly name: string;
  readonly kind: DestinationKind;
  /** The connection that writes there; null for kinds that are not in AWS. */
  readonly connectionId: string | null;
  readonly target: Readonly<Record<string, unknown>>;
  readonly redeployHook: string | null;
  readonly createdBy: string;
  readonly createdAt: number;
  /** Who changed it last, or chose its place since it was made; null while it is as it was made. */
  readonly changedBy: string | null;
  readonly changedAt: number | null;
  /** Counts up with each change; an approval is of one version. */
  readonly version: number;
}

/**
 * Binds a destination to one user's keys (by its pinned id): operators rotate only into approved bindings. What a second
 * person approves is this user's keys going to exactly this place: a changed destination needs its approvals again.
 */
export interface Binding {
  readonly id: string;
  readonly destinationId: string;
  readonly accountId: string;
  readonly userId: string;
  readonly userName: string;
  readonly createdBy: string;
  readonly createdAt: number;
  /** Who else agreed, where that is needed; null until then. */
  readonly approvedBy: string | null;
  readonly approvedAt: number | null;
  /** The destination's version that was approved, or bound: an approval of another one does not count. */
  readonly destinationVersion: number;
  /** Whether the user has rights like an administrator's, as it was read last. */
  readonly administrator: Known<boolean>;
  /** The notice that asks for the approval; null when none was needed so far. */
  readonly noticeId: string | null;
}
