import type { Ownership } from './owner.ts';
import { DAY_MS, spanWords } from './time-words.ts';

/**
 * - `checking`: AWS is asked whether it may be proposed
 * - `asked`: a second person's word is waited for
 * - `approved`: everything is read once more, and then it is deleted
 * - `deleting`: the call was on record before it was sent; what came of it is not known yet
 * - the rest: over
 */
export type DeletionState =
  | 'checking'
  | 'asked'
  | 'approved'
  | 'deleting'
  | 'deleted'
  | 'refused'
  | 'declined'
  | 'cancelled'
  | 'expired'
  | 'failed'
  | 'unknown';

/** The wish to delete one key for good. One a key; times are ms. Holds no secret. */
export interface KeyDeletion {
  readonly id: string;
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly userId: string;
  readonly userName: string;
  readonly state: DeletionState;
  readonly stateAt: number;
  readonly askedBy: string;
  readonly askedAt: number;
  readonly reason: string;
  /** As AWS showed it when it was asked; null until then. */
  readonly seen: DeletionSeen | null;
  /** Who approved or declined it. */
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  /** When the call was sent last, and how often it was. */
  readonly sentAt: number | null;
  readonly tries: number;
  /** Why it ended so, or what stands in the way at this moment; `next`: what can be done. */
  readonly why: string | null;
  readonly next: string | null;
  readonly noticeId: string | null;
  /** When somebody is to look again; null: only a person moves it. */
  readonly nextAt: number | null;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number;
  readonly correlationId: string;
  readonly version: number;
}

/** What a second person goes by. */
export interface DeletionSeen {
  readonly at: number;
  /** Since when our own looks show it Inactive. */
  readonly inactiveSince: number;
  /** For how long it had to be. */
  readonly periodMs: number;
  /** In words, as of `at`. */
  readonly lastUse: string;
  readonly others: readonly { readonly accessKeyId: string; readonly status: string }[];
}

/** Its one message. */
export interface DeletionCard {
  readonly deletion: KeyDeletion;
  /** Null: nobody has worked it out yet. */
  readonly ownership: Ownership | null;
  readonly accountName: string;
  readonly now: number;
}

/** However short the policy's period: the soak of a rotation, too, is a week before anything is deleted; ms. */
export const LEAST_INACTIVE_MS = 7 * DAY_MS;
/** How long a second person may take. */
export const APPROVAL_WAIT_MS = 7 * DAY_MS;
/** A word is not carried out so long after it was given. */
export const APPROVED_HOLDS_MS = DAY_MS;

const OPEN: ReadonlySet<DeletionState> = new Set<DeletionState>([
  'checking',
  'asked',
  'approved',
  'deleting',
]);

export function isOpenDeletion({ state }: Pick<KeyDeletion, 'state'>): boolean {
  return OPEN.has(state);
}

/** How long a key must be Inactive, by the days of its policy; ms. */
export function inactivePeriod(inactiveDays: number): number {
  return Math.max(LEAST_INACTIVE_MS, inactiveDays * DAY_MS);
}

/** How it stands, in a few words. */
export function deletionTitle({ state }: Pick<KeyDeletion, 'state'>): string {
  const titles: Record<DeletionState, string> = {
    checking: 'Asking AWS about the key',
    asked: 'Delete this access key for good?',
    approved: 'Approved: being deleted',
    deleting: 'Being deleted',
    deleted: 'Deleted for good',
    refused: 'Not deleted',
    declined: 'Declined: the key stays',
    cancelled: 'Not deleted: something changed',
    expired: 'Not deleted: nobody approved it',
    failed: 'Not deleted: AWS did not do it',
    unknown: 'Whether it was deleted is not known',
  };
  return titles[state];
}

/** Who, besides AWS, has said what so far; plain text. */
export function inactiveWords({ seen }: Pick<KeyDeletion, 'seen'>, now: number): string {
  if (seen === null) return 'being read';
  return `${spanWords(now - seen.inactiveSince)}, by Rekey’s own looks; ${spanWords(seen.periodMs)} are asked for`;
}

/** The next row: moved, counted up, and without a lease unless one is given. */
export function deletionMoved(
  before: KeyDeletion,
  now: number,
  changes: Partial<Omit<KeyDeletion, 'id' | 'accessKeyId' | 'version'>>,
): KeyDeletion {
  const state = changes.state ?? before.state;
  return {
    ...before,
    ...changes,
    stateAt: state === before.state ? before.stateAt : now,
    version: before.version + 1,
  };
}
