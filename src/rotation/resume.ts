import { isConflict } from '../errors.ts';
import { BRISK, BRISK_WAIT_MS, LONGEST_WAIT_MS } from './longest-wait.ts';
import { advance } from './machine.ts';
import type { RotationGround } from './run.ts';

/** How many are read at a time. */
const BATCH = 50;
/** How many are worked on at once: IAM's calls have a budget for each account. */
const AT_ONCE = 5;
const OVERTAKEN_TRIES = 3;
/** No turn is begun after so long: what is left is due at the next look, and so is what came due meanwhile. */
const BEGIN_MS = 30_000;

/**
 * Takes every open rotation that has something to do as far as it goes; the others are not even read. Answers how many
 * there were. One that fails does not keep the others.
 */
export async function resumeRotations(ground: RotationGround, signal: AbortSignal): Promise<number> {
  const { stores, clock, log } = ground;
  const due = await stores.rotation.rotations.due(clock.now(), BATCH);
  const waiting = [...due];
  const from = clock.now();
  const begins = (): boolean => !signal.aborted && Math.abs(clock.now() - from) < BEGIN_MS;
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && begins(); next = waiting.shift()) {
      const { id: rotationId, correlationId } = next;
      try {
        await log.within({ rotationId, correlationId }, () => persist(ground, rotationId, signal));
      } catch (error) {
        log.error('A rotation could not be taken further.', { rotationId, correlationId, error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return due.length;
}

/**
 * What was put off further than any rotation waits was put off before the clock was set back: it is looked at now.
 * Answers how many there were.
 */
export async function pullBack(ground: RotationGround): Promise<number> {
  const { stores, clock, log } = ground;
  const { rotations } = stores.rotation;
  const now = clock.now();
  const strayed = await rotations.dueAfter(BRISK, now + BRISK_WAIT_MS, now + LONGEST_WAIT_MS, BATCH);
  for (const rotation of strayed) {
    try {
      await stores.atomically([
        rotations.update({ ...rotation, nextAt: now, version: rotation.version + 1 }),
      ]);
      log.info('a rotation is looked at that was put off before the clock was set back', {
        rotationId: rotation.id,
        until: rotation.nextAt,
      });
    } catch (error) {
      // Somebody works on it.
      if (!isConflict(error)) throw error;
    }
  }
  return strayed.length;
}

/** Who was overtaken by a person's decision goes on with that. */
async function persist(ground: RotationGround, rotationId: string, signal: AbortSignal): Promise<void> {
  for (let tries = 0; tries < OVERTAKEN_TRIES; tries += 1) {
    if ((await advance(ground, rotationId, signal)) !== 'overtaken') return;
  }
}
