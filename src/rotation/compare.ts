import type { BlockCode, KeyChange, Rotation, SeenKey } from '../domain/rotation.ts';
import type { UserLook } from '../ports/rotation-world.ts';
import { SPENT_MS } from './timely.ts';

/** How long lists may lag behind a change of ours (facts: seconds, and no number from AWS). */
export const LAG_MS = 120_000;

/** What differs from the plan, or `lag` when AWS may not show our own change yet; null when nothing does. */
export type Difference =
  | null
  | 'lag'
  | {
      readonly code: Extract<BlockCode, 'user_changed' | 'quarantined' | 'keys_changed'>;
      readonly why: string;
      readonly keyIds: readonly string[];
      readonly seen: readonly SeenKey[];
    };

/** Compares the key set with what the plan knows; asked before each change. */
export function compare(rotation: Rotation, look: UserLook, now: number): Difference {
  const seen = seenKeys(look);
  const differs = (
    code: Exclude<Difference, null | 'lag'>['code'],
    why: string,
    keyIds: readonly string[] = [],
  ): Difference => ({ code, why, keyIds, seen });
  if (look.userId !== rotation.snapshot.userId) {
    return differs(
      'user_changed',
      'The user was deleted and made again: this is another user by the same name.',
    );
  }
  if (look.quarantine.known && look.quarantine.value.length > 0) {
    const names = look.quarantine.value.join(', ');
    return differs(
      'quarantined',
      `AWS has put the user under quarantine (${names}): a key of it has leaked.`,
    );
  }
  const strangers = newcomers(rotation, look);
  if (strangers.length > 0) {
    return differs('keys_changed', `Somebody made the key ${strangers.join(', ')}.`, strangers);
  }
  const lagging = now >= rotation.changedAt && now < rotation.changedAt + LAG_MS;
  for (const [accessKeyId, expected] of expectedKeys(rotation)) {
    const found = seen.find((key) => key.accessKeyId === accessKeyId);
    if (mayBe(rotation.change, accessKeyId, found)) continue;
    if (found?.status === expected) continue;
    const ours = accessKeyId === rotation.oldKeyId || accessKeyId === rotation.newKeyId;
    if (ours && lagging && (found !== undefined || accessKeyId === rotation.newKeyId)) return 'lag';
    const why =
      found === undefined
        ? `Somebody deleted the key ${accessKeyId}.`
        : `Somebody made the key ${accessKeyId} ${found.status}.`;
    return differs('keys_changed', why, [accessKeyId]);
  }
  return null;
}

/** Keys the plan does not know. */
export function newcomers(rotation: Rotation, look: UserLook): string[] {
  const known = new Set([
    ...rotation.snapshot.keys.map(({ accessKeyId }) => accessKeyId),
    ...rotation.orphans.map(({ accessKeyId }) => accessKeyId),
    rotation.newKeyId,
  ]);
  return look.keys.map(({ accessKeyId }) => accessKeyId).filter((id) => !known.has(id));
}

export function seenKeys(look: UserLook): SeenKey[] {
  return look.keys.map(({ accessKeyId, status, createdAt }) => ({ accessKeyId, status, createdAt }));
}

/** True when somebody removed the old key and a person accepted that. */
export function oldKeyIsGone({ snapshot, oldKeyId }: Rotation): boolean {
  return !snapshot.keys.some(({ accessKeyId }) => accessKeyId === oldKeyId);
}

function expectedKeys(rotation: Rotation): [string, SeenKey['status']][] {
  const { snapshot, oldKeyId, newKeyId, deactivatedAt, orphans, state } = rotation;
  const planned = snapshot.keys.map(({ accessKeyId, status }): [string, SeenKey['status']] =>
    accessKeyId === oldKeyId && deactivatedAt !== null ? [accessKeyId, 'Inactive'] : [accessKeyId, status],
  );
  // One that is taken back goes, however it is found.
  const taken = state === 'undoing' || orphans.some(({ accessKeyId }) => accessKeyId === newKeyId);
  return newKeyId === null || taken ? planned : [...planned, [newKeyId, 'Active']];
}

/**
 * True when a change was begun so long ago that AWS would show it: it never came to be, and is decided anew. Of a
 * deletion, which nothing takes back, only when it can no longer come to be.
 */
export function cameToNothing({ change }: Rotation, now: number): boolean {
  return change !== null && now >= change.at + (change.change === 'delete' ? SPENT_MS : LAG_MS);
}

/** While a change is under way the key may be found either way. */
function mayBe(change: KeyChange | null, accessKeyId: string, found: SeenKey | undefined): boolean {
  if (change?.accessKeyId !== accessKeyId) return false;
  return change.change === 'delete' ? found?.status !== 'Active' : found !== undefined;
}
