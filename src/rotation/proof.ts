import type { Orphan, Rotation } from '../domain/rotation.ts';
import type { DeleteProof, UserLook } from '../ports/rotation-world.ts';

/** How long an orphan stays Inactive before it is deleted. */
export const ORPHAN_MS = 60 * 60_000;

/** For the old key, once the soak is over and AWS shows it Inactive now; else null. */
export function oldKeyProof(rotation: Rotation, look: UserLook, now: number): DeleteProof | null {
  const { deactivatedAt, soakMs, oldKeyId } = rotation;
  if (deactivatedAt === null || now < deactivatedAt + soakMs) return null;
  return inactive(rotation, look, oldKeyId);
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
  return inactive(rotation, look, orphan.accessKeyId);
}

function inactive(rotation: Rotation, look: UserLook, accessKeyId: string): DeleteProof | null {
  const key = look.keys.find((each) => each.accessKeyId === accessKeyId);
  const { userId, userName } = rotation.snapshot;
  if (key?.status !== 'Inactive' || look.userId !== userId) return null;
  return { userName, accessKeyId } as DeleteProof;
}
