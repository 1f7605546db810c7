import type { ContainedKey } from './contained-key.ts';
import type { BegunEffect } from './containment-effect.ts';
import type { ContainmentProof } from './containment-proof.ts';
import { keptKeys, type AskedAgain, type Taking } from './containment-reasons.ts';
import type { Surroundings } from './surroundings.ts';
import type { Partition } from './partition.ts';

export type { ContainedKey } from './contained-key.ts';
export type { ContainmentProof } from './containment-proof.ts';

/**
 * - `finding`: whose key it is is being found
 * - `acting`: key and deny are being set, and read back
 * - `holding`: IAM is read again and again, and what somebody undid is put back
 * - `standing`: nobody looks any more; what was set stays
 * - `undoing`, `recovering`: being taken back, in part or in whole
 * - `recovered`: the key stays Inactive, sessions from before are denied for some hours
 * - `undone`, `ended` (a recovery's time is over, what it is about is gone, or somebody left it as it is), `refused`,
 *   `merged`: over
 */
export type ContainmentState =
  | 'finding'
  | 'acting'
  | 'holding'
  | 'standing'
  | 'undoing'
  | 'recovering'
  | 'recovered'
  | 'undone'
  | 'ended'
  | 'refused'
  | 'merged';

/** Every legal move; to stay is none. */
export const CONTAINMENT_MOVES: Readonly<Record<ContainmentState, readonly ContainmentState[]>> = {
  finding: ['acting', 'undone', 'refused', 'merged'],
  acting: ['holding', 'standing', 'undoing', 'recovering', 'recovered', 'ended'],
  holding: ['acting', 'standing', 'undoing', 'recovering', 'ended'],
  standing: ['acting', 'holding', 'undoing', 'recovering', 'ended'],
  undoing: ['acting', 'holding', 'standing', 'recovering', 'recovered', 'undone', 'ended'],
  recovering: ['acting', 'holding', 'standing', 'undoing', 'recovered', 'ended'],
  recovered: ['acting', 'undoing', 'recovering', 'ended'],
  undone: [],
  ended: [],
  refused: [],
  merged: [],
};

export function isOver(state: ContainmentState): boolean {
  return CONTAINMENT_MOVES[state].length === 0;
}

/** Nobody looks any more, but for the end of the deny of sessions from before. */
export function isAtRest(state: ContainmentState): boolean {
  return state === 'standing' || state === 'recovered';
}

/** `stolen`: the key Inactive and its user denied; `planned`: the key alone, and nothing is held. */
export type ContainmentKind = 'stolen' | 'planned';

/** One reason to contain: an incident, or a person's word. Each is taken back for itself. Times are ms. */
export interface ContainmentHolder {
  readonly id: string;
  readonly incidentId: string | null;
  readonly accessKeyId: string;
  readonly kind: ContainmentKind;
  /** Slack user id; null: from the command line. */
  readonly by: string | null;
  /** Who typed it there, as the host knows them. */
  readonly hostUser: string | null;
  readonly at: number;
  readonly reason: string;
  readonly phase: 'held' | 'undone' | 'recovered';
  /** The drill it is part of; left out where it is meant in earnest. */
  readonly drillId?: string;
  /** Who asked last for it again after nobody looked any more, and how often that was; left out: nobody did. */
  readonly again?: AskedAgain;
  /** Who took it back, and why; null while it holds. */
  readonly taken: Taking | null;
}

/** `way`: how it is tried next. `attached`, `inline`: a deny that stands there is ours, or may be. */
export interface OurDeny {
  readonly way: 'attached' | 'inline';
  readonly attached: boolean;
  readonly inline: boolean;
}

/** Why a part could not be done when it was tried last. */
export interface PartFailure {
  /** `iam:AttachUserPolicy` and the like. */
  readonly action: string;
  readonly code: string;
  /** What AWS said; bounded, without secrets. */
  readonly said: string;
  readonly at: number;
  /** Not tried again before. */
  readonly retryAt: number;
  /** What mends it, where that is known; bounded, without secrets. */
  readonly next?: string | undefined;
}

/** How far IAM confirms one part: `reads` in a row showed it as wanted. */
export interface PartStanding {
  readonly reads: number;
  readonly failure: PartFailure | null;
}

/** The key or keys; the deny of everything; the deny of sessions from before. */
export type ContainmentPart = 'key' | 'deny' | 'date';
export const CONTAINMENT_PARTS: readonly ContainmentPart[] = ['key', 'deny', 'date'];

/** Something that was found while it was held; the newest last. */
export interface ContainmentEvent {
  readonly at: number;
  readonly what:
    | 'put_back'
    | 'left_on'
    | 'new_key'
    | 'new_policy'
    | 'new_inline'
    | 'more_new'
    | 'gone_key'
    | 'gone_user'
    | 'other_user'
    | 'renamed_user';
  /** The key, the policy, the part that was put back, or the user. */
  readonly about: string;
}

/** The containment of one user, over all reasons that hold it. Times are ms. */
export interface Containment {
  readonly id: string;
  readonly accountId: string;
  readonly partition: Partition;
  /** That of its first reason. */
  readonly accessKeyId: string;
  readonly state: ContainmentState;
  readonly stateAt: number;
  /** Null until it was found. */
  readonly userName: string | null;
  /** The unique id; null where it could not be read. */
  readonly userId: string | null;
  readonly userArn: string | null;
  /** Looks in a row that found no such user, under any name its keys are known by; 0 while it is there. */
  readonly absent: number;
  readonly holders: readonly ContainmentHolder[];
  readonly keys: readonly ContainedKey[];
  /** AWSDenyAll was attached before us: it stays. Null until it was read; from then on it is not asked again. */
  readonly deniedBefore: boolean | null;
  /** How we deny everything; null while nothing of ours does. */
  readonly deny: OurDeny | null;
  /** Sessions issued before are denied until then; null while none are. */
  readonly dateDeny: { readonly issuedBefore: number; readonly until: number } | null;
  readonly parts: Readonly<Record<ContainmentPart, PartStanding>>;
  /** AWS's own quarantine policies on the user, by name; we never touch them. */
  readonly quarantine: readonly string[];
  /** Keys and policies that are known of the user; what is not among them is new. */
  readonly seenKeys: readonly string[];
  readonly seenPolicies: readonly string[];
  /** Its inline policies by name; null until they could be read. */
  readonly seenInline: readonly string[] | null;
  /** The newest; `eventsMore` older ones were let go. */
  readonly events: readonly ContainmentEvent[];
  readonly eventsMore: number;
  /** How often something was put back. */
  readonly putBack: number;
  readonly lastPutBackAt: number | null;
  /** When the first changes were sent and the last ones, and when IAM confirmed all that was wanted. */
  readonly sentAt: number | null;
  readonly changedAt: number | null;
  readonly confirmedAt: number | null;
  readonly heldUntil: number | null;
  /** Who ended the hold early. */
  readonly holdStoppedBy: string | null;
  readonly proof: ContainmentProof | null;
  readonly proofAt: number | null;
  /** What CloudTrail shows around the user: roles its key assumed, and what was made meanwhile; null before the first look. */
  readonly around: Surroundings | null;
  /** The user could not be read when it was tried last. */
  readonly trouble: PartFailure | null;
  /** Why nothing was done: a sentence, and what can be done. */
  readonly refusal: { readonly why: string; readonly next: string } | null;
  readonly mergedInto: string | null;
  /** Its one message. */
  readonly noticeId: string | null;
  readonly nextAt: number | null;
  readonly leaseOwner: string | null;
  readonly leaseUntil: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly correlationId: string;
  /** Counts up with each change; the compare-and-swap of every write. */
  readonly version: number;
  /** Changes that were sent, or were about to be, and of which it is not on record yet what came; left out: none. */
  readonly begun?: readonly BegunEffect[] | undefined;
  /** Who closed it as it was, since nobody could act on its user any more; left out: nobody did. */
  readonly left?: Taking | undefined;
}

/** So many reads in a row confirm a part: AWS's replicas differ for some seconds. */
export const CONFIRM_READS = 3;
/** A read that still shows the old within this time of our own change may come from a replica that lags. */
export const LAG_MS = 6_000;
/** How long what somebody undoes is put back. */
export const HOLD_MS = 30 * 60_000;
/** Sessions of `GetSessionToken` and `GetFederationToken` live so long at the most. */
export const SESSIONS_LIVE_MS = 36 * 3_600_000;

/**
 * Sessions issued so long after a recovery are denied, too: the clocks of AWS's servers differ, and the deny takes time to
 * reach all of them. The AWS console adds as much where it revokes sessions.
 */
export const RECOVERY_MARGIN_MS = 30_000;

/** Our own inline policies. */
export const INLINE_DENY = 'RekeyDenyAll';
export const INLINE_DATE_DENY = 'RekeyDenySessionsFromBefore';

export function denyAllArn(partition: Partition): string {
  return `arn:${partition}:iam::aws:policy/AWSDenyAll`;
}

/** Moves it, if that is legal; throws otherwise: a defect. */
export function movedTo(before: Containment, state: ContainmentState, now: number): Containment {
  if (before.state === state) return before;
  if (!CONTAINMENT_MOVES[before.state].includes(state)) {
    throw new Error(`A containment does not go from ${before.state} to ${state}.`);
  }
  return { ...before, state, stateAt: now };
}

export const NOTHING_READ: Containment['parts'] = {
  key: { reads: 0, failure: null },
  deny: { reads: 0, failure: null },
  date: { reads: 0, failure: null },
};

/** The reasons that hold; taken-back ones are not among them. */
export function holdingOf({ holders }: Pick<Containment, 'holders'>): readonly ContainmentHolder[] {
  return holders.filter(({ phase }) => phase === 'held');
}

/** Whether some reason still wants the user denied. */
export function isDenied(containment: Pick<Containment, 'holders'>): boolean {
  return holdingOf(containment).some(({ kind }) => kind === 'stolen');
}

/** Whether a reason that was recovered still wants sessions from before denied. */
export function isDated(
  { holders, dateDeny }: Pick<Containment, 'holders' | 'dateDeny'>,
  now: number,
): boolean {
  return dateDeny !== null && dateDeny.until > now && holders.some(({ phase }) => phase === 'recovered');
}

/** What each key is to be; keys that were not Active before, and nobody holds, are left alone. */
export function wantedKeys({
  holders,
  keys,
}: Pick<Containment, 'holders' | 'keys'>): ReadonlyMap<string, 'Active' | 'Inactive'> {
  const kept = keptKeys({ holders });
  return new Map(
    keys.flatMap(({ accessKeyId, before }): [string, 'Active' | 'Inactive'][] => {
      if (before === 'gone') return [];
      if (kept.has(accessKeyId)) return [[accessKeyId, 'Inactive']];
      return before === 'Active' ? [[accessKeyId, 'Active']] : [];
    }),
  );
}

/** The parts that matter now: those that are wanted, or being taken back. */
export function partsInPlay(containment: Containment, now: number): readonly ContainmentPart[] {
  const { deny, dateDeny } = containment;
  return CONTAINMENT_PARTS.filter((part) => {
    if (part === 'key') return wantedKeys(containment).size > 0;
    if (part === 'deny') return isDenied(containment) || deny !== null;
    return dateDeny !== null || isDated(containment, now);
  });
}

/** Whether IAM confirmed everything that is wanted now. */
export function isConfirmed(containment: Containment, now: number): boolean {
  return partsInPlay(containment, now).every((part) => containment.parts[part].reads >= CONFIRM_READS);
}

/** The user is nowhere to be found: there is nothing left to change. */
export function isGone({ absent }: Pick<Containment, 'absent'>): boolean {
  return absent >= CONFIRM_READS;
}
