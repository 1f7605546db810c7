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
  /** Who else agreed, where that is needed; null until then. */
  readonly approvedBy: string | null;
  readonly approvedAt: number | null;
  readonly version: number;
}

/**
 * Binds a destination to one user's keys (by its pinned id): operators rotate only into approved bindings. A changed
 * destination needs its approvals again.
 */
export interface Binding {
  readonly id: string;
  readonly destinationId: string;
  readonly accountId: string;
  readonly userId: string;
  readonly userName: string;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly approvedBy: string | null;
  readonly approvedAt: number | null;
  /** The destination's version that was approved: another one does not count. */
  readonly destinationVersion: number;
}
