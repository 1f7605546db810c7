import type { RotationState } from '../domain/rotation.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** States in which a rotation waits for what comes within minutes; for an hour where a key is to stay Inactive. */
export const BRISK: readonly RotationState[] = [
  'planned',
  'creating',
  'verifying',
  'delivering',
  'cutover',
  'deactivated',
  'deleted',
  'undoing',
];
/** No wait is longer in one of {@link BRISK}; ms. */
export const BRISK_WAIT_MS = 65 * MINUTE;
/** Nor in any other: the longest quiet window, with what AWS tells late; ms. */
export const LONGEST_WAIT_MS = 37 * DAY;

/** How long a rotation waits in a state at the most; ms. What is due later was put off before the clock was set back. */
export function longestWait(state: RotationState): number {
  return BRISK.includes(state) ? BRISK_WAIT_MS : LONGEST_WAIT_MS;
}
