import {
  NOTHING_READ,
  RECOVERY_MARGIN_MS,
  SESSIONS_LIVE_MS,
  holdingOf,
  isAtRest,
  isOver,
  movedTo,
  type ContainedKey,
  type Containment,
  type ContainmentHolder,
} from './containment.ts';
import { timesAskedAgain, type Taking } from './containment-reasons.ts';
import { stood } from './containment-settle.ts';
import { isOutOfReach } from './containment-unread.ts';

/** A containment of which nothing is known but whose key, and why. */
export function blankContainment(from: {
  readonly id: string;
  readonly accountId: string;
  readonly partition: Containment['partition'];
  readonly accessKeyId: string;
  readonly holder: ContainmentHolder;
  readonly correlationId: string;
  readonly now: number;
}): Containment {
  const { id, accountId, partition, accessKeyId, holder, correlationId, now } = from;
  return {
    id,
    accountId,
    partition,
    accessKeyId,
    state: 'finding',
    stateAt: now,
    userName: null,
    userId: null,
    userArn: null,
    absent: 0,
    holders: [holder],
    keys: [],
    deniedBefore: null,
    deny: null,
    dateDeny: null,
    parts: NOTHING_READ,
    quarantine: [],
    seenKeys: [],
    seenPolicies: [],
    seenInline: null,
    events: [],
    eventsMore: 0,
    putBack: 0,
    lastPutBackAt: null,
    sentAt: null,
    changedAt: null,
    confirmedAt: null,
    heldUntil: null,
    holdStoppedBy: null,
    proof: null,
    proofAt: null,
    around: null,
    trouble: null,
    refusal: null,
    mergedInto: null,
    noticeId: null,
    nextAt: now,
    leaseOwner: null,
    leaseUntil: 0,
    createdAt: now,
    updatedAt: now,
    correlationId,
    version: 1,
  };
}

/** A new reason to contain the user: what it wants is done and read back anew. Pure, as all here. */
export function joined(
  before: Containment,
  holder: ContainmentHolder,
  keys: readonly ContainedKey[],
  now: number,
): Containment {
  const deniesFirst = before.deny === null && holder.kind === 'stolen';
  const next: Containment = {
    ...before,
    holders: [...before.holders, holder],
    ...(deniesFirst ? { deny: { way: 'attached', attached: false, inline: false }, deniedBefore: null } : {}),
  };
  return anew(next, holder.accessKeyId, keys, now);
}

/**
 * The reason that holds already for what somebody asks for, if there is one: it would not add anything. A rehearsal does
 * not hold for what is meant in earnest.
 */
export function heldFor(
  containment: Pick<Containment, 'holders'>,
  asked: Pick<ContainmentHolder, 'accessKeyId' | 'incidentId' | 'kind' | 'drillId'>,
): ContainmentHolder | null {
  const { accessKeyId, incidentId, kind, drillId } = asked;
  return (
    holdingOf(containment).find(
      (each) =>
        each.accessKeyId === accessKeyId &&
        (each.drillId === undefined || each.drillId === drillId) &&
        (each.incidentId === incidentId || incidentId === null) &&
        (each.kind === kind || kind === 'planned'),
    ) ?? null
  );
}

/**
 * Somebody asks again for what nobody looks after any more: all of it is done and read back anew, and the reason that
 * holds already tells of it. Null while that goes on anyway, or where it cannot.
 */
export function renewed(before: Containment, asked: ContainmentHolder, now: number): Containment | null {
  const same = heldFor(before, asked);
  if (before.state !== 'standing' || same === null) return null;
  const { accessKeyId, by, hostUser, at, reason } = asked;
  const again = { by, hostUser, at, reason, times: timesAskedAgain(same) + 1 };
  const holders = before.holders.map((each) => (each.id === same.id ? { ...each, again } : each));
  // One that somebody switched on meanwhile was let go of: how it is by now is read anew.
  return anew({ ...before, holders }, accessKeyId, [{ accessKeyId, before: 'unread' }], now);
}

/** All of it is to be done and read back from the beginning. `accessKeyId`: what is asked for; `keys`: added if new. */
function anew(
  before: Containment,
  accessKeyId: string,
  keys: readonly ContainedKey[],
  now: number,
): Containment {
  const rested = isAtRest(before.state);
  const old = before.keys.map((key): ContainedKey => {
    if (key.accessKeyId === accessKeyId) {
      const { unwatched: _, missed: __, ...same } = key;
      return same;
    }
    return rested ? { ...key, unwatched: true } : key;
  });
  const more = keys.filter((key) => !old.some((each) => each.accessKeyId === key.accessKeyId));
  const next: Containment = {
    ...before,
    keys: [...old, ...more],
    absent: 0,
    parts: NOTHING_READ,
    sentAt: null,
    confirmedAt: null,
    proof: null,
    proofAt: null,
    holdStoppedBy: null,
    nextAt: now,
  };
  // While the user is still being found, that goes on first.
  return before.state === 'finding' ? next : { ...movedTo(next, 'acting', now), stateAt: now };
}

/** Whether it is not known if the key of a reason was Active before us: whoever takes that back must say. */
export function isPriorUnknown(
  { holders, keys }: Pick<Containment, 'holders' | 'keys'>,
  holderId: string,
): boolean {
  const accessKeyId = holders.find(({ id }) => id === holderId)?.accessKeyId;
  return keys.some((key) => key.accessKeyId === accessKeyId && key.before === 'unknown');
}

/**
 * Takes one reason back as a false alarm: what was is restored, as far as no other reason needs it. `activate`: what a
 * person says of a key of which it is not known whether it was Active; left Inactive otherwise.
 */
export function undone(row: Containment, holderId: string, taking: Taking, activate = false): Containment {
  const accessKeyId = row.holders.find(({ id }) => id === holderId)?.accessKeyId;
  const before: Containment = {
    ...row,
    keys: row.keys.map((key) =>
      key.accessKeyId === accessKeyId && key.before === 'unknown'
        ? { ...key, before: activate ? 'Active' : 'Inactive' }
        : key,
    ),
  };
  const next = withPhase(before, holderId, 'undone', taking);
  if (before.state === 'finding') {
    // Nothing was changed yet.
    return holdingOf(next).length > 0
      ? next
      : { ...movedTo(next, 'undone', taking.at), nextAt: null, proofAt: null };
  }
  return back(movedTo(next, 'undoing', taking.at), taking.at);
}

/**
 * Brings the user back after a true alarm: the key stays Inactive, and sessions issued before now, or in the next half a
 * minute, are denied for as long as any can live.
 */
export function recovered(before: Containment, holderId: string, taking: Taking): Containment {
  const next = withPhase(before, holderId, 'recovered', taking);
  // AWS tells when a session was issued in whole seconds.
  const issuedBefore = Math.ceil((taking.at + RECOVERY_MARGIN_MS) / 1_000) * 1_000;
  const dateDeny = { issuedBefore, until: issuedBefore + SESSIONS_LIVE_MS };
  return back({ ...movedTo(next, 'recovering', taking.at), dateDeny }, taking.at);
}

/** Nothing is put back any more; what was set stays. Null when nothing is held. */
export function holdStopped(before: Containment, by: string, now: number): Containment | null {
  if (before.state !== 'holding') return null;
  return { ...stood(before, now), holdStoppedBy: by };
}

/**
 * Over as it stands, nothing of it taken back: what nobody can act on would else stand for ever. Null where somebody can,
 * or nothing was set yet.
 */
export function closedAsItIs(before: Containment, left: Taking): Containment | null {
  if (!isOutOfReach(before)) return null;
  const over = movedTo(before, 'ended', left.at);
  return { ...over, left, begun: undefined, heldUntil: null, nextAt: null, proofAt: null };
}

/** Reasons an Undo may take back: those that hold, and those that were recovered. */
export function undoableOf(containment: Containment): readonly ContainmentHolder[] {
  if (isOver(containment.state)) return [];
  return containment.holders.filter(({ phase }) => phase !== 'undone');
}

/** Reasons a Recover may bring the user back from. */
export function recoverableOf(containment: Containment): readonly ContainmentHolder[] {
  if (isOver(containment.state) || containment.state === 'finding') return [];
  return holdingOf(containment).filter(({ kind }) => kind === 'stolen');
}

function withPhase(
  before: Containment,
  holderId: string,
  phase: 'undone' | 'recovered',
  taken: Taking,
): Containment {
  return {
    ...before,
    holders: before.holders.map((holder) => (holder.id === holderId ? { ...holder, phase, taken } : holder)),
  };
}

/** What is wanted has changed: it is read anew from the beginning. */
function back(containment: Containment, now: number): Containment {
  return { ...containment, stateAt: now, parts: NOTHING_READ, nextAt: now };
}
