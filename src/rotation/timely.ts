import type { Run } from './run.ts';

/** How long AWS takes a signed request for one of now (facts). */
export const SIGNED_MS = 5 * 60_000;
/** Who wakes later than this after writing a change down no longer calls: meanwhile somebody may have decided anew. */
const CALL_WITHIN_MS = 30_000;
/** After so long nothing that was written down before can come to be any more, however long its process stood still. */
export const SPENT_MS = CALL_WITHIN_MS + SIGNED_MS;

/** Whether too much time has passed since a change was written down, at `at` (ms), for its call to be sent. */
export function isLate(run: Run, at: number): boolean {
  return Math.abs(run.now() - at) > CALL_WITHIN_MS;
}
