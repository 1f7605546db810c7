import type { KeyStatus } from './inventory.ts';
import type { KeyUse } from './key-use.ts';
import type { Partition } from './partition.ts';

/**
 * The journal's states (DESIGN, section 7). `blocked` waits for a person, who is told why; `undoing` takes back what
 * can be; `done` and `undone` are final.
 */
export type RotationState =
  | 'planned'
  | 'creating'
  | 'verifying'
  | 'delivering'
  | 'cutover'
  | 'quiet'
  | 'deactivated'
  | 'soaking'
  | 'deleted'
  | 'done'
  | 'blocked'
  | 'undoing'
  | 'undone';

/** The table of legal moves; nothing else moves a rotation. */
export const LEGAL_MOVES: Readonly<Record<RotationState, readonly RotationState[]>> = {
  planned: ['creating', 'blocked', 'undone'],
  creating: ['verifying', 'blocked', 'undoing'],
  verifying: ['delivering', 'blocked', 'undoing'],
  delivering: ['cutover', 'blocked', 'undoing'],
  cutover: ['quiet', 'blocked', 'undoing'],
  // To deleted when somebody else removed the old key, and a person saw to it.
  quiet: ['deactivated', 'deleted', 'blocked', 'undoing'],
  // Reactivated: the old key must fall silent again.
  deactivated: ['soaking', 'quiet', 'blocked'],
  soaking: ['deleted', 'quiet', 'blocked'],
  deleted: ['done', 'blocked'],
  // Back to where it was, on, or out: as the person decides who was asked.
  blocked: [
    'planned',
    'creating',
    'verifying',
    'delivering',
    'cutover',
    'quiet',
    'deactivated',
    'soaking',
    'deleted',
    'undoing',
    'undone',
  ],
  undoing: ['undone', 'blocked'],
  done: [],
  undone: [],
};

export function mayMove(from: RotationState, to: RotationState): boolean {
  return LEGAL_MOVES[from].includes(to);
}

export function isFinal(state: RotationState): boolean {
  return LEGAL_MOVES[state].length === 0;
}

/** One key of the rotated user, as a plan or a step saw it. */
export interface SeenKey {
  readonly accessKeyId: string;
  readonly status: KeyStatus;
  readonly createdAt: number | null;
}

/** The user and its keys when the rotation was planned: whatever differs later, a person is asked. */
export interface UserSnapshot {
  /** AIDA…: a user made later by the same name is another. */
  readonly userId: string;
  readonly userName: string;
  readonly arn: string;
  readonly keys: readonly SeenKey[];
  readonly takenAt: number;
}

/**
 * Written before `CreateAccessKey`, which cannot be repeated: it has no client token, and shows the secret once. Each
 * try has a nonce of its own, sent in the user agent, by which CloudTrail's event names us.
 */
export interface CreateIntent {
  /** At least 128 random bits, of letters and digits. */
  readonly nonce: string;
  readonly openedAt: number;
  /** The latest time at which AWS may still have acted on this try. */
  readonly closesAt: number;
  /** ARN of who signs. */
  readonly signer: string;
  /** Ids of all keys the user had when the intent was written. */
  readonly keysBefore: readonly string[];
  readonly outcome: 'open' | 'created' | 'refused' | 'unknown';
}

/** Consecutive proofs that the new key works; one proves nothing, since replicas flap. */
export interface VerifyProgress {
  readonly successes: number;
  /** Of the running row of successes. */
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  readonly lastRefusal: string | null;
}

/** In the place of a destination's id: Rekey itself, whose own key is replaced. */
export const OWN_PLACE_ID = 'rekey';

export interface Delivery {
  /** A destination's id, or {@link OWN_PLACE_ID}. */
  readonly destinationId: string;
  /**
   * `held`: the destination says that it holds the new key. `left`: it cannot be asked any more, and a person said that
   * it is left as it is.
   */
  readonly state: 'waiting' | 'written' | 'held' | 'failed' | 'restored' | 'left';
  readonly attempts: number;
  /** What a restore goes back to, such as a version id; never a secret. */
  readonly before: string | null;
  readonly lastError: string | null;
  readonly at: number | null;
  /** Whether the consumer was told to take it up; `none` where there is no hook. */
  readonly hook: 'none' | 'waiting' | 'done';
  readonly hookAttempts: number;
}

/**
 * A change of one key that is under way: written before the call, removed when AWS shows the result. While it stands,
 * the key may be found either way.
 */
export interface KeyChange {
  readonly accessKeyId: string;
  readonly change: 'activate' | 'deactivate' | 'delete';
  readonly at: number;
}

/** A key that is ours and that nobody will use: its secret was lost, or the rotation was taken back. */
export interface Orphan {
  readonly accessKeyId: string;
  /** How we know that it is ours. */
  readonly knownBy: 'response' | 'cloudtrail' | 'person';
  /** When AWS showed it Inactive; null before. */
  readonly inactiveAt: number | null;
  /** When it was deleted; null before. */
  readonly deletedAt: number | null;
}

/** What holds a rotation up, in words, and who may decide. */
export interface Block {
  /** Where it stood. */
  readonly from: RotationState;
  readonly code: BlockCode;
  readonly why: string;
  /** What a person may choose; shown as buttons. */
  readonly choices: readonly BlockChoice[];
  /** The keys it is about. */
  readonly keyIds: readonly string[];
  /** The user's keys as they were found, which “go on” accepts; null when it is not about them. */
  readonly seen: readonly SeenKey[] | null;
  /** The destination it is about; null when it is about none, or several. */
  readonly destinationId: string | null;
  readonly since: number;
}

export type BlockCode =
  | 'no_free_slot'
  | 'no_destination'
  | 'keys_changed'
  | 'user_changed'
  | 'quarantined'
  | 'not_attributed'
  | 'create_refused'
  | 'not_working'
  | 'preflight_failed'
  | 'delivery_failed'
  | 'hook_failed'
  | 'denied'
  | 'secret_lost'
  | 'undo_failed'
  | 'needs_approval'
  | 'signer_is_target'
  | 'too_long';

export type BlockChoice =
  /** Look again and go on from where it stood. */
  | 'retry'
  /** Take back what can be taken back. */
  | 'undo'
  /** A person has seen to it: go on although it could not be proved. */
  | 'go_on'
  /** The key with the lost secret is ours: make it Inactive, and delete it later. */
  | 'orphan_is_ours'
  /** It is somebody else's: leave it alone and end. */
  | 'orphan_is_not_ours'
  /** Going back: a destination that cannot be asked is left as it is, told nothing, and asked no more. */
  | 'leave_place'
  /** Going back is no longer possible, and the new key still in place: go forward with that. */
  | 'keep_new'
  /** Within the soak: the old key Active again. */
  | 'reactivate'
  /** The second person's word for the deletion. */
  | 'approve'
  /** End here: nothing of ours is left. */
  | 'stop';

/** “Wait”: an owner holds the next irreversible step up, for a reason and until a time. */
export interface Wait {
  readonly by: string;
  readonly reason: string;
  readonly at: number;
  readonly until: number;
}

/** A person's word for what Rekey does not decide. */
export interface Approval {
  /** `deactivate`: go on before the quiet window is over. */
  readonly what: 'deactivate' | 'delete';
  readonly by: string;
  readonly at: number;
}

/** The replacement of one access key by another. Times are ms since the epoch; holds no secret. */
export interface Rotation {
  readonly id: string;
  readonly accountId: string;
  readonly partition: Partition;
  readonly snapshot: UserSnapshot;
  readonly oldKeyId: string;
  readonly newKeyId: string | null;
  /** The connection whose own key this is: Rekey itself is the consumer. Null for any other key. */
  readonly ownConnectionId: string | null;
  readonly state: RotationState;
  /** Since when it is in this state. */
  readonly stateAt: number;
  /** Set exactly in the state `blocked`. */
  readonly block: Block | null;
  readonly intents: readonly CreateIntent[];
  readonly change: KeyChange | null;
  /** When a change of ours was last made or seen: lists may lag behind it. */
  readonly changedAt: number;
  readonly orphans: readonly Orphan[];
  readonly verify: VerifyProgress;
  readonly deliveries: readonly Delivery[];
  /** When everything was delivered: the old key's silence counts from its last use after this. */
  readonly cutoverAt: number | null;
  /** How long the old key must be silent; ms. */
  readonly quietMs: number;
  readonly wait: Wait | null;
  /** When IAM confirmed the old key Inactive. */
  readonly deactivatedAt: number | null;
  readonly soakMs: number;
  readonly approvals: readonly Approval[];
  readonly trigger: 'person' | 'policy';
  readonly requestedBy: string | null;
  /** Who switched the schedule on that began it, and who changed it last; empty where a person began it. */
  readonly scheduledBy: readonly string[];
  readonly reason: string;
  /** What keeps the present step from succeeding; null when it did. `times` is 0 where people stopped it. */
  readonly trouble: { readonly why: string; readonly since: number; readonly times: number } | null;
  /** Its one message in Slack. */
  readonly noticeId: string | null;
  /** When the machine has something to do next; null when only a person can move it. */
  readonly nextAt: number | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly correlationId: string;
  /** Who works on it, and until when that claim holds. */
  readonly leaseOwner: string | null;
  readonly leaseUntil: number;
  /** Counts up with each change; the compare-and-swap of every write. */
  readonly version: number;
}

/** A line of the journal: what was about to be done, or what came of it. */
export interface JournalEntry {
  readonly id: string;
  readonly rotationId: string;
  readonly at: number;
  readonly state: RotationState;
  readonly phase: 'before' | 'after';
  /** `noun.verb`: `key.create`, `destination.write`. */
  readonly step: string;
  readonly outcome: 'done' | 'refused' | 'failed' | 'unknown' | null;
  readonly detail: Readonly<Record<string, string | number | null>>;
}

/** Who used the two keys of a rotation since the cut-over, as last read from CloudTrail; for its card. */
export interface RotationUse {
  readonly rotationId: string;
  readonly oldUse: KeyUse | null;
  readonly newUse: KeyUse | null;
  /** When it was read last; null before. */
  readonly readAt: number | null;
  /** When it is read next; null when nobody needs it any more. */
  readonly nextAt: number | null;
}
