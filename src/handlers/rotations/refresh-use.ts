import { SETTLE_MS } from '../../domain/settle.ts';
import type { Rotation, RotationUse } from '../../domain/rotation.ts';
import { isFinal } from '../../domain/rotation.ts';
import { isConflict } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { Trail } from '../../ports/trail.ts';
import { readKeyUse } from '../../trail/key-use.ts';
import { wakeOutbox } from '../alert.ts';
import type { Services } from '../services.ts';
import { trailOf } from './signer.ts';
import { cardEdit } from './tell.ts';

/** CloudTrail knows whole seconds. */
const SECOND_MS = 1_000;
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;
/** How many rotations are read in one pass. */
const BATCH = 20;
/** Pages of 50 events a region and key: what is beyond is said to be unknown. */
const PAGES = 4;

/** Reads who uses the keys of rotations whose time has come, for their cards. Answers how many there were. */
export async function refreshUses(services: Services, signal: AbortSignal): Promise<number> {
  const { stores, clock, log } = services;
  const due = await stores.rotation.uses.due(clock.now(), BATCH);
  for (const use of due) {
    if (signal.aborted) break;
    try {
      await refresh(services, use, signal);
    } catch (error) {
      if (isConflict(error)) continue;
      log.warn('who uses the keys of a rotation was not read', { rotationId: use.rotationId, error });
    }
  }
  return due.length;
}

async function refresh(services: Services, before: RotationUse, signal: AbortSignal): Promise<void> {
  const { stores, clock } = services;
  const { uses, rotations } = stores.rotation;
  const rotation = await rotations.byId(before.rotationId);
  if (rotation === null || isFinal(rotation.state) || rotation.cutoverAt === null) {
    await stores.atomically([uses.remove(before.rotationId)]);
    return;
  }
  const now = clock.now();
  const nextAt = nextLook(rotation, now);
  // Whoever takes it reads it: two instances do not ask twice.
  await stores.atomically([uses.take(before, nextAt)]);
  const watcher = await watcherOf(services, rotation);
  if (watcher === null) return;
  const read = (accessKeyId: string) =>
    readKeyUse(
      watcher,
      {
        accessKeyId,
        since: Math.floor((rotation.cutoverAt ?? rotation.createdAt) / SECOND_MS) * SECOND_MS,
        now,
        priority: 'watch',
        ownKey: rotation.ownConnectionId !== null,
        mostPages: PAGES,
      },
      signal,
    );
  const use: RotationUse = {
    rotationId: rotation.id,
    oldUse: await read(rotation.oldKeyId),
    newUse: rotation.newKeyId === null ? null : await read(rotation.newKeyId),
    readAt: now,
    nextAt,
  };
  await stores.atomically([uses.put(use)]);
  // The card is drawn from what is kept: the new facts are in it.
  const newest = await rotations.byId(rotation.id);
  if (newest === null || isFinal(newest.state)) return;
  await stores.atomically(await cardEdit(services, newest));
  await wakeOutbox(services);
}

/** CloudTrail, or null when nothing may read it: the card says so by having no facts. */
async function watcherOf(services: Services, rotation: Rotation): Promise<Trail | null> {
  try {
    return await trailOf(services, rotation);
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return null;
  }
}

/** Often while people take the new key up, seldom after; never sooner than CloudTrail could show something new. */
function nextLook({ state, block, cutoverAt }: Rotation, now: number): number {
  const at = block?.from ?? state;
  if (at !== 'quiet') return now + DAY_MS;
  const since = now - (cutoverAt ?? now);
  return now + Math.max(SETTLE_MS, since < DAY_MS ? HOUR_MS : 6 * HOUR_MS);
}
