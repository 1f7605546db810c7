import type { FindingCode } from '../domain/finding.ts';
import type { AccountInventory, IamUser, InventoryKey, KeyEvent, KeyStatus } from '../domain/inventory.ts';
import type { KeyChoices, Snooze } from '../domain/key-choices.ts';
import type { KeyPolicy } from '../domain/key-policy.ts';
import type { KeyStanding } from '../domain/key-standing.ts';
import type { OwnerRef, OwnerRule } from '../domain/owner.ts';
import type { ReminderTopic } from '../domain/reminder.ts';
import type { Write } from './stores.ts';

export interface AccountInventoryStore {
  /** By account id. */
  list(): Promise<AccountInventory[]>;
  byId(accountId: string): Promise<AccountInventory | null>;
  /** A row already there makes the batch a `conflict`. */
  insert(inventory: AccountInventory): Write;
  /** Stores it if the stored version is `inventory.version - 1`; else a `conflict`. */
  update(inventory: AccountInventory): Write;
  /**
   * Changes nothing, and is a `conflict` when the account was forgotten. First in every batch about its keys, so that
   * nothing of it is left behind, or comes back, after {@link forget}.
   */
  stillKept(accountId: string): Write;
  /**
   * Forgets everything known of an account: inventory, users, keys, choices, standings, snoozes, history, told marks,
   * and the owner rules for it alone. Any number of rows.
   */
  forget(accountId: string): readonly Write[];
}

export interface IamUserStore {
  byId(accountId: string, userId: string): Promise<IamUser | null>;
  /** The existing user of exactly that name; the one seen first last, should there be two. */
  byName(accountId: string, userName: string): Promise<IamUser | null>;
  /** Existing users after this unique id, by unique id. */
  page(accountId: string, after: string | null, limit: number): Promise<IamUser[]>;
  count(accountId: string): Promise<number>;
  /** Inserts or replaces any number of rows, each by (account, user); of two for one user the later counts. */
  put(users: readonly IamUser[]): Write;
}

export interface KeyStore {
  byId(accessKeyId: string): Promise<InventoryKey | null>;
  /** Existing keys of one user, oldest first (by createdAt with nulls first, then id). */
  ofUser(accountId: string, userId: string): Promise<InventoryKey[]>;
  /** Existing keys of any number of users, by user and then as `ofUser`. */
  ofUsers(accountId: string, userIds: readonly string[]): Promise<InventoryKey[]>;
  /** Existing keys of an account after this key id, by key id. */
  page(accountId: string, after: string | null, limit: number): Promise<InventoryKey[]>;
  count(accountId: string): Promise<number>;
  /** Inserts or replaces any number of rows, each by access key id; of two for one key the later counts. */
  put(keys: readonly InventoryKey[]): Write;
  /** Forgets keys that are gone since before, with all that hangs on them, and such users. Any number of rows. */
  removeGone(before: number): Write;
}

/** What to list; null means any. A part of more than 1,000 characters is refused as `invalid`. */
export interface KeyFilter {
  readonly accountId: string | null;
  /** A part of the user's name, ignoring ASCII case; `*` is any text. */
  readonly userName: string | null;
  readonly owner: OwnerRef | null;
  readonly status: KeyStatus | null;
  /** Created before; ms. */
  readonly createdBefore: number | null;
  /** All of these were found; empty means any. */
  readonly findings: readonly FindingCode[];
  /** Only keys whose standing says so; one without a standing says neither. */
  readonly snoozed: boolean | null;
  /** A part of an access key id, in the same way. */
  readonly accessKeyId: string | null;
}

export const ANY_KEY: KeyFilter = {
  accountId: null,
  userName: null,
  owner: null,
  status: null,
  createdBefore: null,
  findings: [],
  snoozed: null,
  accessKeyId: null,
};

/** A key with its standing; null until it was assessed. */
export interface KeyRow {
  readonly key: InventoryKey;
  readonly standing: KeyStanding | null;
}

/** The place of a row in the order of urgency. */
export interface KeyPlace {
  readonly urgency: number;
  readonly accessKeyId: string;
}

export interface StandingStore {
  byKey(accessKeyId: string): Promise<KeyStanding | null>;
  /** Of any number of keys, by key; those without any are left out. */
  ofKeys(accessKeyIds: readonly string[]): Promise<KeyStanding[]>;
  /**
   * Existing keys, most urgent first (then by key id); unassessed ones count as urgency -1. Those before a place are
   * the ones next to it, in the same order.
   */
  page(
    filter: KeyFilter,
    from: { readonly after: KeyPlace } | { readonly before: KeyPlace } | null,
    limit: number,
  ): Promise<KeyRow[]>;
  /** How many the filter takes. */
  count(filter: KeyFilter): Promise<number>;
  /** How many existing keys have each finding. */
  countByFinding(accountId: string | null): Promise<ReadonlyMap<FindingCode, number>>;
  /** User groups that own existing keys, however that was found; those with the most keys first. */
  ownerGroups(limit: number): Promise<string[]>;
  /** Inserts or replaces any number of rows, each by access key id; of two for one key the later counts. */
  put(standings: readonly KeyStanding[]): Write;
}

export interface KeyChoicesStore {
  byKey(accessKeyId: string): Promise<KeyChoices | null>;
  /** Of any number of keys, by key; those without any are left out. */
  ofKeys(accessKeyIds: readonly string[]): Promise<KeyChoices[]>;
  insert(choices: KeyChoices): Write;
  /** Stores it if the stored version is `choices.version - 1`; else a `conflict`. */
  update(choices: KeyChoices): Write;
}

export interface SnoozeStore {
  byId(id: string): Promise<Snooze | null>;
  /** The one that runs at `now` (until > now, not ended), or null; of several the one that ends last. */
  running(accessKeyId: string, now: number): Promise<Snooze | null>;
  /** Those that run at `now` on any number of keys, by key. */
  runningOf(accessKeyIds: readonly string[], now: number): Promise<Snooze[]>;
  add(snooze: Snooze): Write;
  /** Ends one early; `conflict` when it was ended before. */
  end(id: string, at: number, by: string): Write;
}

export interface KeyHistoryStore {
  /** Newest first. */
  ofKey(accessKeyId: string, limit: number): Promise<KeyEvent[]>;
  /** Any number of rows, none among them. */
  add(accountId: string, events: readonly KeyEvent[]): Write;
  /** Any number of rows. */
  removeBefore(at: number): Write;
}

/** A connection's own policy. */
export interface KeptKeyPolicy {
  readonly connectionId: string;
  readonly policy: KeyPolicy;
  readonly updatedBy: string;
  readonly updatedAt: number;
  readonly version: number;
}

export interface KeyPolicyStore {
  ofConnection(connectionId: string): Promise<KeptKeyPolicy | null>;
  insert(policy: KeptKeyPolicy): Write;
  /** Stores it if the stored version is `policy.version - 1`; else a `conflict`. */
  update(policy: KeptKeyPolicy): Write;
  /** Any number of rows. */
  remove(connectionId: string): Write;
}

export interface OwnerRuleStore {
  /** By pattern, then id. */
  list(): Promise<OwnerRule[]>;
  insert(rule: OwnerRule): Write;
  remove(id: string): Write;
}

/**
 * What an audience was told of a subject last: the compare-and-swap that keeps a reminder from being sent twice.
 * `subject` is an access key id or `account:ID`; `audience` is `channel:ID` or `user:ID`; `finding` names what about.
 */
export interface Told {
  readonly subject: string;
  readonly accountId: string;
  readonly finding: ReminderTopic;
  readonly audience: string;
  /** The stage of the schedule, such as `before:7` or `after:3`. */
  readonly stage: string;
  readonly at: number;
}

export interface ToldStore {
  /** Of any number of subjects, to everybody; by subject, finding, audience. */
  ofSubjects(subjects: readonly string[]): Promise<Told[]>;
  /** First time, for any number: a row already there makes the batch a `conflict`. */
  insert(...told: readonly Told[]): Write;
  /** Moves the mark if its stage and time are still those of `from`; else a `conflict`. */
  move(from: Told, to: Told): Write;
  /** Forgets what no longer holds, so that it is told anew when it comes back. Any number of rows. */
  remove(subject: string, finding: ReminderTopic): Write;
  /** Forgets what was told of keys that are gone. Any number of rows. */
  removeGone(): Write;
}

/**
 * Everything about keys, as one part of {@link import('./stores.ts').Stores}. SQLite does nothing else while it runs a
 * batch, which takes about 0.1 ms for each row put: writers of thousands put some hundred at a time.
 */
export interface InventoryStores {
  readonly accounts: AccountInventoryStore;
  readonly users: IamUserStore;
  readonly keys: KeyStore;
  readonly standings: StandingStore;
  readonly keyChoices: KeyChoicesStore;
  readonly snoozes: SnoozeStore;
  readonly keyHistory: KeyHistoryStore;
  readonly keyPolicies: KeyPolicyStore;
  readonly ownerRules: OwnerRuleStore;
  readonly told: ToldStore;
}
