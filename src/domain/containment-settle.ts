import {
  CONFIRM_READS,
  HOLD_MS,
  LAG_MS,
  holdingOf,
  isConfirmed,
  isDated,
  isDenied,
  isGone,
  movedTo,
  partsInPlay,
  wantedKeys,
} from './containment.ts';
import type { Containment, ContainmentPart, ContainmentProof } from './containment.ts';
import { keptKeys } from './containment-reasons.ts';
import { isAsFarAsItCan } from './containment-unread.ts';

/** How long a first act may take to be confirmed before it is held as far as it is. */
export const ACT_MS = 45_000;

/**
 * When CloudTrail is asked after IAM confirmed: early for calls that were accepted all the same, which appear within
 * minutes; then when it can prove that there are none, until that covers the hold.
 */
const PROOFS_MS = [5, 12, 21, 31, 41, 52].map((minutes) => minutes * 60_000);

/** When it is asked next, or null after the last time. */
export function nextProof(confirmedAt: number, now: number): number | null {
  const after = PROOFS_MS.find((ms) => confirmedAt + ms > now);
  return after === undefined ? null : confirmedAt + after;
}

/** Where CloudTrail could not be read by the last time, it is asked again so often, for so long; ms. */
const UNPROVEN_AGAIN_MS = 3_600_000;
const UNPROVEN_MS = 24 * UNPROVEN_AGAIN_MS;

/** When it is asked next after an answer: at its time, or later when the last one said nothing. */
export function afterProof(
  { since, checkedAt }: Pick<ContainmentProof, 'since' | 'checkedAt'>,
  isRead: boolean,
): number | null {
  const next = nextProof(since, checkedAt);
  if (next !== null || isRead || checkedAt - since >= UNPROVEN_MS) return next;
  return checkedAt + UNPROVEN_AGAIN_MS;
}

/** What is known with a new answer: what was seen before of the same time stays so where it could not be read again. */
export function knownProof(before: ContainmentProof | null, found: ContainmentProof): ContainmentProof {
  if (before === null || before.since !== found.since || found.completeTo !== null) return found;
  const { completeTo, accepted, lastAcceptedAt, calls, refused } = before;
  const calledMore = accepted > found.accepted;
  return {
    ...found,
    completeTo,
    ...(calledMore ? { accepted, lastAcceptedAt, calls } : {}),
    refused: Math.max(refused, found.refused),
  };
}

/**
 * Until when nothing the user calls is to be accepted: the whole second in which the last reason that denied it was taken
 * back, since CloudTrail tells times in seconds. Null while a reason denies it, or none ever did.
 */
export function deniedUntil({ holders }: Pick<Containment, 'holders'>): number | null {
  if (isDenied({ holders })) return null;
  const ends = holders.flatMap(({ kind, taken }) => (kind === 'stolen' && taken !== null ? [taken.at] : []));
  return ends.length === 0 ? null : Math.floor(Math.max(...ends) / 1_000) * 1_000;
}

/** While it is held: polled often at first and after each change, then less. */
export function pollAfter(sinceMs: number): number {
  if (sinceMs < 60_000) return 2_000;
  return sinceMs < 5 * 60_000 ? 10_000 : 30_000;
}

/** Where it stands after a look: the next state, and when it is looked at again. Pure. */
export function settledBy(before: Containment, now: number): Containment {
  const containment = withoutGivenBack(before, now);
  const { state, stateAt } = containment;
  const confirmed = isConfirmed(containment, now);
  switch (state) {
    case 'acting':
      // A deactivation that was planned ends all looking: what is given back beside it is seen through first.
      if (confirmed && !isDenied(containment) && givesBack(containment)) {
        return { ...containment, nextAt: now + 1_000 };
      }
      if (confirmed) return held(confirmedNow(containment, now), now);
      if (now - stateAt > ACT_MS || restFailed(containment, now)) return held(containment, now);
      return { ...containment, nextAt: now + 1_000 };
    case 'undoing':
    case 'recovering':
      if ((isAsFar(containment, now) && !mayLag(containment, now)) || isGone(containment)) {
        return takenBack(containment, now);
      }
      return { ...containment, nextAt: now + (now - stateAt > ACT_MS ? 30_000 : 1_000) };
    case 'holding':
      return stillHeld(containment, now, confirmed);
    case 'recovered':
      return containment.dateDeny === null
        ? { ...movedTo(containment, 'ended', now), nextAt: null }
        : { ...containment, nextAt: dateEnd(containment, now) };
    case 'standing':
      return { ...containment, nextAt: dateEnd(containment, now) };
    case 'finding':
    case 'undone':
    case 'ended':
    case 'refused':
    case 'merged':
      return { ...containment, nextAt: null };
  }
}

/** Everything that is not confirmed was refused, and waits to be tried again, or cannot be read back. */
function restFailed(containment: Containment, now: number): boolean {
  return partsInPlay(containment, now).every((part) => {
    const { failure } = containment.parts[part];
    return isAsFarAsItCan(containment, part) || (failure !== null && failure.retryAt > now);
  });
}

function isAsFar(containment: Containment, now: number): boolean {
  return partsInPlay(containment, now).every((part) => isAsFarAsItCan(containment, part));
}

/** Something is not as it is wanted, and nothing bars it: somebody is at it, or was a moment ago. */
function isRestless(containment: Containment, now: number): boolean {
  return partsInPlay(containment, now).some(
    (part) => !isAsFarAsItCan(containment, part) && containment.parts[part].failure === null,
  );
}

/** What is read may be how it was before the last change. */
function mayLag({ changedAt }: Containment, now: number): boolean {
  return changedAt !== null && now - changedAt <= LAG_MS;
}

/** Whether something is to be restored that no reason needs any more. */
function givesBack(containment: Containment): boolean {
  const wanted = [...wantedKeys(containment).values()];
  return wanted.includes('Active') || (containment.deny !== null && !isDenied(containment));
}

/** What was given back is no longer ours to keep so, whatever else is under way. */
function withoutGivenBack(containment: Containment, now: number): Containment {
  if (mayLag(containment, now)) return containment;
  const { parts } = containment;
  return released(containment, now, (part) => parts[part].reads >= CONFIRM_READS || isGone(containment));
}

/** Without what no reason needs any more, of the parts that are given back for sure. */
function released(
  containment: Containment,
  now: number,
  isSure: (part: ContainmentPart) => boolean,
): Containment {
  const { keys, deny, dateDeny } = containment;
  const kept = keptKeys(containment);
  return {
    ...containment,
    keys: isSure('key') ? keys.filter(({ accessKeyId }) => kept.has(accessKeyId)) : keys,
    deny: isSure('deny') && !isDenied(containment) ? null : deny,
    dateDeny: isSure('date') && !isDated(containment, now) ? null : dateDeny,
  };
}

/** When the deny of sessions from before is to be looked at: at its end, or soon while it is being taken off. */
function dateEnd({ dateDeny, parts }: Containment, now: number): number | null {
  if (dateDeny === null) return null;
  if (dateDeny.until > now) return dateDeny.until;
  return now + (parts.date.failure === null ? 1_000 : 30_000);
}

function stillHeld(containment: Containment, now: number, confirmed: boolean): Containment {
  const { heldUntil, stateAt, lastPutBackAt, confirmedAt } = containment;
  if (heldUntil === null || now >= heldUntil) return stood(containment, now);
  const since = isRestless(containment, now) ? 0 : now - Math.max(stateAt, lastPutBackAt ?? 0);
  const seen = confirmedAt === null && confirmed ? confirmedNow(containment, now) : containment;
  if (confirmed && !isDenied(seen) && !givesBack(seen)) return stood(seen, now);
  return { ...seen, nextAt: Math.min(now + pollAfter(since), heldUntil) };
}

/** From here on CloudTrail is to show no accepted call. */
function confirmedNow(containment: Containment, now: number): Containment {
  const proofAt = isDenied(containment) ? nextProof(now, now) : null;
  return { ...containment, confirmedAt: now, proof: null, proofAt };
}

/** After acting: a stolen key is held, and so is what could not be done yet; a planned deactivation stands. */
function held(containment: Containment, now: number): Containment {
  if (!isDenied(containment) && isConfirmed(containment, now)) return stood(containment, now);
  const heldUntil = Math.max(containment.heldUntil ?? 0, now + HOLD_MS);
  return {
    ...movedTo(containment, 'holding', now),
    heldUntil,
    holdStoppedBy: null,
    nextAt: now + pollAfter(0),
  };
}

/**
 * Nobody looks any more; the deny of sessions from before still ends by itself. What is still to be given back is given
 * back first.
 */
export function stood(containment: Containment, now: number): Containment {
  if (givesBack(containment)) {
    return { ...movedTo(containment, 'undoing', now), heldUntil: null, nextAt: now + 1_000 };
  }
  const standing = { ...movedTo(containment, 'standing', now), heldUntil: null };
  // What came of a change is looked for, should the process that sent it be gone.
  return { ...standing, nextAt: standing.begun === undefined ? dateEnd(standing, now) : now };
}

/** After something was taken back: over, or whatever the other reasons still want. */
function takenBack(containment: Containment, now: number): Containment {
  const rest = released(containment, now, () => true);
  if (keptKeys(rest).size === 0) {
    return { ...movedTo(rest, 'undone', now), nextAt: null, heldUntil: null, proofAt: null };
  }
  if (holdingOf(rest).length === 0) {
    const recovered = { ...movedTo(rest, 'recovered', now), heldUntil: null };
    return { ...recovered, nextAt: dateEnd(recovered, now) ?? now };
  }
  const isHeld = isDenied(rest) && rest.heldUntil !== null && rest.heldUntil > now;
  return isHeld ? { ...movedTo(rest, 'holding', now), nextAt: now + pollAfter(0) } : stood(rest, now);
}
