import { pollAfter } from './containment-settle.ts';
import { CONFIRM_READS, LAG_MS, type Containment, type PartFailure } from './containment.ts';
import type { RoleRevocation } from './role-revocation.ts';

/** Between two looks while somebody waits; ms. */
export const LOOK_AGAIN_MS = 1_000;
/** Of what is put back again and again, one line a minute. */
const MINUTE_MS = 60_000;

/** What somebody undoes is put back for as long as the user is held. */
export function isRoleHeld(containment: Containment | null, now: number): boolean {
  return containment?.state === 'holding' && containment.heldUntil !== null && containment.heldUntil > now;
}

/** Nobody looks any more before no session from before lives; `reads` 0: it was found off, and is left so. */
export function roleRested(row: RoleRevocation, reads: number): RoleRevocation {
  return { ...row, state: 'revoked', reads, failure: null, nextAt: row.until };
}

/** It stands, and is looked at again. */
export function roleHeld(row: RoleRevocation, now: number): RoleRevocation {
  const since = now - Math.max(row.stateAt, row.lastPutBackAt ?? 0);
  const nextAt = Math.min(now + pollAfter(since), row.until ?? Infinity);
  return { ...row, reads: CONFIRM_READS, failure: null, nextAt };
}

/** Whether it still stands is not known: it is looked at again. */
export function roleUnread(row: RoleRevocation, failure: PartFailure): RoleRevocation {
  const nextAt = Math.min(Math.max(failure.retryAt, failure.at + LOOK_AGAIN_MS), row.until ?? Infinity);
  return { ...row, failure, nextAt };
}

/** Somebody took it off, or changed what it says: it is put back. `isSaid`: that was told in this minute already. */
export function roleTakenOff(
  row: RoleRevocation,
  now: number,
): { readonly row: RoleRevocation; readonly isSaid: boolean } {
  const { sentAt, lastPutBackAt, putBack } = row;
  // Replicas may still show how it was.
  if (sentAt !== null && now - sentAt <= LAG_MS) {
    return { row: { ...row, nextAt: now + LOOK_AGAIN_MS }, isSaid: true };
  }
  const isSaid = lastPutBackAt !== null && minuteOf(lastPutBackAt) === minuteOf(now);
  const next = { ...row, state: 'revoking', reads: 0, failure: null } as const;
  return { row: { ...next, putBack: putBack + 1, lastPutBackAt: now, stateAt: now, nextAt: now }, isSaid };
}

function minuteOf(ms: number): number {
  return Math.floor(ms / MINUTE_MS);
}
