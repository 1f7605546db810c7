import type { Attempt, ExternalIdDraft } from '../domain/attempt.ts';
import type { Connection } from '../domain/connection.ts';
import type {
  AuditEntry,
  GroupMembers,
  Interaction,
  RoleGrant,
  SealedBox,
  SealedSecret,
} from '../domain/records.ts';
import type {
  AuditCheckpoint,
  AuditFilter,
  AuditHead,
  AuditLink,
  AuditPlace,
  AuditRow,
  LinkedEntry,
} from './audit.ts';
import type { ContainmentStore } from './containments.ts';
import type { InventoryStores } from './inventory.ts';
import type { NoticeStore, OutletStore } from './notices.ts';
import type { RotationStores } from './rotations.ts';
import type { WatchStores } from './watch.ts';

declare const write: unique symbol;

/**
 * One prepared change, of one statement or several, run by {@link Stores.atomically} and by nothing else. It knows
 * how many rows it must touch; made by the stores below.
 */
export interface Write {
  readonly [write]: true;
}

export interface ConnectionStore {
  /** By name, ignoring case. */
  list(): Promise<readonly Connection[]>;
  byId(id: string): Promise<Connection | null>;
  /** Ignores case, outer space and Unicode form. */
  byName(name: string): Promise<Connection | null>;
  byAccessKeyId(accessKeyId: string): Promise<Connection | null>;
  byRoleArn(roleArn: string): Promise<Connection | null>;
  byExternalId(externalId: string): Promise<Connection | null>;
  /** A name, access key id, role ARN or external ID already taken makes the batch a `conflict`. */
  insert(connection: Connection): Write;
  /** Stores the row as it is if the stored version is `connection.version - 1`; else the batch is a `conflict`. */
  update(connection: Connection): Write;
  /** Deletes it at exactly this version. */
  remove(id: string, version: number): Write;
}

export interface AttemptStore {
  byId(id: string): Promise<Attempt | null>;
  /** The pending work on one connection, oldest first. */
  ofConnection(connectionId: string): Promise<Attempt[]>;
  /** Attempts whose lease ended before `now`, or that `owner` does not hold when `anyLease` is set. */
  abandoned(now: number, options?: { anyLeaseBut?: string }): Promise<Attempt[]>;
  insert(attempt: Attempt): Write;
  /** Takes over an attempt whose lease (owner and end) is still what was read; else a `conflict`. */
  lease(attempt: Attempt, owner: string, until: number): Write;
  /** Names the modal that waits for its outcome, if `owner` still holds it; else a `conflict`. */
  showIn(id: string, owner: string, viewId: string): Write;
  /** Deletes it if `owner` still holds it; else a `conflict`. */
  finish(id: string, owner: string): Write;
}

export interface ExternalIdDraftStore {
  find(teamId: string, userId: string, accountId: string, now: number): Promise<ExternalIdDraft | null>;
  /** The newest promise to this asker, for whichever account. */
  newest(teamId: string, userId: string, now: number): Promise<ExternalIdDraft | null>;
  /** The promise of exactly this external ID, if it was made to this asker. */
  promised(teamId: string, userId: string, externalId: string, now: number): Promise<ExternalIdDraft | null>;
  insert(draft: ExternalIdDraft): Write;
  /** Makes it the promise for this account; any number of rows. */
  bind(id: string, accountId: string): Write;
  /** Any number of rows. */
  remove(id: string): Write;
  /** Removes every promise of this external ID, whoever it was made to: any number of rows. */
  consume(externalId: string): Write;
  removeExpired(now: number): Write;
}

export interface SecretStore {
  /** The newest version held. */
  newest(holderKind: SealedSecret['holderKind'], holderId: string): Promise<SealedSecret | null>;
  /** Every version held, newest first. */
  ofHolder(holderKind: SealedSecret['holderKind'], holderId: string): Promise<SealedSecret[]>;
  insert(secret: SealedSecret): Write;
  /** Erases every version the holder has: any number of rows. */
  erase(holderKind: SealedSecret['holderKind'], holderId: string): Write;
  /** Erases exactly one row. */
  eraseOne(id: string): Write;
  /** Replaces the box of one row if it still has the old wrapped key. */
  rewrap(id: string, from: SealedBox, to: SealedBox): Write;
  /** Rows that are wrapped by another key than this one, up to `limit`. */
  wrappedByOther(masterKeyId: string, limit: number): Promise<SealedSecret[]>;
  /** How many rows each master key wraps. */
  countByMasterKey(): Promise<ReadonlyMap<string, number>>;
  /** Sealed rows whose holder no longer exists (nothing but a defect can make one). */
  orphans(): Promise<SealedSecret[]>;
}

export interface SettingStore {
  get(key: string): Promise<string | null>;
  /** Those whose key begins so, by key. */
  startingWith(prefix: string): Promise<{ readonly key: string; readonly value: string }[]>;
  /** Inserts or replaces. */
  set(key: string, value: string, at: number): Write;
  /** Puts a value in the place of exactly this one, null for none; a `conflict` when it is another by now. */
  replace(key: string, before: string | null, value: string, at: number): Write;
  remove(key: string): Write;
}

export interface RoleGrantStore {
  list(): Promise<RoleGrant[]>;
  /** The same role to the same subject twice is a `conflict`. */
  insert(grant: RoleGrant): Write;
  remove(id: string): Write;
}

export interface GroupMemberStore {
  byId(groupId: string): Promise<GroupMembers | null>;
  /** Inserts or replaces. */
  set(members: GroupMembers): Write;
}

export interface InteractionStore {
  byId(id: string): Promise<Interaction | null>;
  /** The id already being there makes the batch a `conflict`: somebody was first. */
  claim(interaction: Interaction): Write;
  /** Any number of rows. */
  removeBefore(at: number): Write;
}

export interface AuditStore {
  add(entry: AuditEntry): Write;
  /** Those of these that are there. */
  byIds(ids: readonly string[]): Promise<AuditEntry[]>;
  /** Newest first. */
  newest(limit: number): Promise<AuditEntry[]>;
  /** Newest first: entries older than a place, or the ones next newer than it. */
  page(
    filter: AuditFilter,
    from: { before: AuditPlace } | { after: AuditPlace } | null,
    limit: number,
  ): Promise<LinkedEntry[]>;

  /** Rows without a link, by (at, id). */
  unchained(limit: number, after?: AuditPlace): Promise<AuditRow[]>;
  /** How many there are, and when the oldest was written. */
  countUnchained(): Promise<{ count: number; oldestAt: number | null }>;
  /** Rows with a link after this one, by (seq, id); all of them when null. */
  chained(after: number | null, limit: number): Promise<AuditRow[]>;
  /** The seq of the first chained row that is not older than `at`, or null. */
  firstSeqSince(at: number): Promise<number | null>;
  head(): Promise<AuditHead | null>;
  /** Moves the head, if it still is `from` (null: there is none); else a `conflict`. */
  moveHead(from: AuditHead | null, to: AuditHead): Write;
  /** Gives the rows their links; a row that has one already makes the batch a `conflict`. */
  link(links: readonly AuditLink[]): Write;
  /** Oldest first. */
  checkpoints(): Promise<AuditCheckpoint[]>;
  addCheckpoint(checkpoint: AuditCheckpoint): Write;
  /** Deletes the chained rows up to `seq`, exactly so many; else a `conflict`. */
  removeThrough(seq: number, count: number): Write;
}

/** The store of one instance. Reads are single statements; every change goes through `atomically`. */
export interface Stores {
  readonly connections: ConnectionStore;
  readonly attempts: AttemptStore;
  readonly externalIdDrafts: ExternalIdDraftStore;
  readonly secrets: SecretStore;
  readonly settings: SettingStore;
  readonly roleGrants: RoleGrantStore;
  readonly groupMembers: GroupMemberStore;
  readonly interactions: InteractionStore;
  readonly audit: AuditStore;
  readonly notices: NoticeStore;
  readonly outlets: OutletStore;
  /** What is known of keys, and what people said about them. */
  readonly inventory: InventoryStores;
  /** Rotations, their journal, and where keys may be delivered. */
  readonly rotation: RotationStores;
  /** What accounts were seen doing, and the incidents of it. */
  readonly watch: WatchStores;
  /** What was shut off, by user. */
  readonly containments: ContainmentStore;
  /**
   * Runs the writes together, in order; rolls all back and throws a RekeyError `conflict` when one did not touch
   * the rows it expects or met a unique value; `unreachable` when the database did not answer.
   */
  atomically(writes: readonly Write[]): Promise<void>;
  /** One cheap statement; throws when the database cannot be reached. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
