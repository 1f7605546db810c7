import { LEAST_INACTIVE_MS } from '../domain/key-deletion.ts';
import { USE_GRANULARITY_MS, type LastUse } from '../domain/last-use.ts';
import type { Orphan, Rotation, UserSnapshot } from '../domain/rotation.ts';
import type { DeleteProof, UserLook } from '../ports/rotation-world.ts';

/** How long an orphan stays Inactive before it is deleted. */
export const ORPHAN_MS = 60 * 60_000;

/** For the old key, once the soak is over and AWS shows it Inactive now; else null. */
export function oldKeyProof(rotation: Rotation, look: UserLook, now: number): DeleteProof | null {
  const { deactivatedAt, soakMs, oldKeyId } = rotation;
  if (deactivatedAt === null || now < deactivatedAt + soakMs) return null;
  return inactive(rotation.snapshot, look, oldKeyId);
}

/** For a key of ours without use, after an hour Inactive, and Inactive now; else null. */
export function orphanProof(
  rotation: Rotation,
  orphan: Orphan,
  look: UserLook,
  now: number,
): DeleteProof | null {
  if (orphan.inactiveAt === null || now < orphan.inactiveAt + ORPHAN_MS) return null;
  if (orphan.accessKeyId === rotation.oldKeyId) return null;
  return inactive(rotation.snapshot, look, orphan.accessKeyId);
}

/** A key that no rotation is about, and since when our own looks show it Inactive; ms. */
export interface LongInactive extends Pick<UserSnapshot, 'userId' | 'userName'> {
  readonly accessKeyId: string;
  readonly inactiveSince: number;
  /** How long it must have been so; never less than {@link LEAST_INACTIVE_MS}. */
  readonly periodMs: number;
}

/** An answer about the last use that is older says nothing of now; ms. */
const USE_HOLDS_MS = 5 * 60_000;

/**
 * For a key that was Inactive for its whole period, is so now, and was not used since by AWS's word of now; else null. A
 * last use that is not known gives none.
 */
export function longInactiveProof(
  key: LongInactive,
  look: Pick<UserLook, 'userId' | 'keys'>,
  lastUse: LastUse,
  now: number,
): DeleteProof | null {
  const { accessKeyId, inactiveSince, periodMs } = key;
  if (lastUse.kind === 'unknown' || now - lastUse.asOf > USE_HOLDS_MS || lastUse.asOf > now) return null;
  if (lastUse.kind === 'used' && lastUse.at > inactiveSince) return null;
  // AWS's time may be that long before the last call.
  const lastCall = lastUse.kind === 'used' ? lastUse.at + USE_GRANULARITY_MS : 0;
  const since = Math.max(inactiveSince, lastCall);
  if (now < since + Math.max(LEAST_INACTIVE_MS, periodMs)) return null;
  return inactive(key, look, accessKeyId);
}

function inactive(
  { userId, userName }: Pick<UserSnapshot, 'userId' | 'userName'>,
  look: Pick<UserLook, 'userId' | 'keys'>,
  accessKeyId: string,
): DeleteProof | null {
  const key = look.keys.find((each) => each.accessKeyId === accessKeyId);
  if (key?.status !== 'Inactive' || look.userId !== userId) return null;
  return { userName, accessKeyId } as DeleteProof;
}
