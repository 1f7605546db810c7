import type { Known } from './known.ts';
import type { LastUse } from './last-use.ts';
import type { Partition } from './partition.ts';

/** What a sweep could not read. `subject` is a user's name, or null for the whole account. */
export interface Gap {
  readonly what: 'users' | 'keys' | 'last_use' | 'tags' | 'policies' | 'report' | 'root_keys';
  readonly subject: string | null;
  /** In words for people, such as “not allowed: iam:ListUserTags”. */
  readonly why: string;
  /** When it was first found to be unreadable; ms. */
  readonly since: number;
}

/** A pass over an account that has not ended: enough to go on after a crash. */
export interface RunningSweep {
  readonly id: string;
  /** `full` reads every user with a key, `changes` those whose row in the credential report changed. */
  readonly kind: 'full' | 'changes';
  readonly startedAt: number;
  /** When all users had been listed; null until then, and the listing begins anew after a crash. */
  readonly listedAt: number | null;
  /** The last user (by unique id) whose keys were read; null at the beginning. */
  readonly cursor: string | null;
  /** How many users are to be read, and how many were. */
  readonly planned: number;
  readonly done: number;
  /** What this sweep could not read so far. */
  readonly gaps: readonly Gap[];
  /** The process that works on it, or null; nobody else takes it up before `heldUntil` (ms). */
  readonly heldBy: string | null;
  readonly heldUntil: number;
}

/** What is known of one account as a whole. */
export interface AccountInventory {
  readonly accountId: string;
  readonly partition: Partition;
  /** How many root access keys there are; AWS tells 0 or 1 and never their ids. */
  readonly rootKeys: Known<number>;
  /** Counts of the last complete sweep; null before the first. */
  readonly users: number | null;
  readonly keys: number | null;
  /** When the last sweep of all users, and the last sweep of any kind, began that ended well; null before. */
  readonly fullAt: number | null;
  readonly sweptAt: number | null;
  /** AWS's time of the credential report that was last compared; null before the first. */
  readonly reportAt: number | null;
  readonly gaps: readonly Gap[];
  readonly running: RunningSweep | null;
  /** Why the last sweep failed as a whole, or null. */
  readonly trouble: { readonly why: string; readonly since: number } | null;
  /** Counts up with each change; the compare-and-swap of every write. */
  readonly version: number;
}

/** An IAM user as last read. */
export interface IamUser {
  readonly accountId: string;
  /** AIDA…: pins the user; one made later by the same name has another. */
  readonly userId: string;
  readonly userName: string;
  readonly arn: string;
  readonly createdAt: number | null;
  readonly tags: Known<Readonly<Record<string, string>>>;
  /** Whether it has a console password. */
  readonly console: Known<boolean>;
  /** Names of AWS's AWSCompromisedKeyQuarantine… policies on it; empty when there is none. */
  readonly quarantine: Known<readonly string[]>;
  /** Digest of its row in the credential report: a change means a closer look. Null when there was no report. */
  readonly reportRow: string | null;
  readonly firstSeenAt: number;
  /** When its keys were last read completely; null before. */
  readonly keysReadAt: number | null;
  /** When a sweep first no longer found it; null while it exists. */
  readonly goneAt: number | null;
}

export type KeyStatus = 'Active' | 'Inactive' | 'Expired';

/** An access key as last read. */
export interface InventoryKey {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly userId: string;
  readonly userName: string;
  readonly status: KeyStatus;
  /** AWS's CreateDate, of which age is counted; null when AWS did not say. */
  readonly createdAt: number | null;
  /** The description tag: the console keeps it on the user, under the key's id. Null: none, or not readable. */
  readonly description: string | null;
  readonly lastUse: LastUse;
  readonly firstSeenAt: number;
  /** Since when we know the status to be what it is; at the first look that is `firstSeenAt`. */
  readonly statusSince: number;
  /** True when the change to this status was seen, not merely found at the first look. */
  readonly statusSeen: boolean;
  /** When a sweep first no longer found it; null while it exists. */
  readonly goneAt: number | null;
}

/** One line of a key's history. */
export interface KeyEvent {
  readonly id: string;
  readonly accessKeyId: string;
  readonly at: number;
  readonly what:
    | 'first_seen'
    | 'status'
    | 'used'
    | 'gone'
    | 'deleted'
    | 'kind'
    | 'owners'
    | 'policy'
    | 'snoozed'
    | 'snooze_ended'
    | 'reminded';
  /** The Slack user who did it, or null for what AWS showed. */
  readonly userId: string | null;
  /** Facts for the words: ids, times, a reason. */
  readonly detail: Readonly<Record<string, string | number | null>>;
}
