/** Parts of time, in ms. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A time without its part of a second: AWS takes and gives whole ones. */
export function seconds(ms: number): number {
  return Math.floor(ms / SECOND) * SECOND;
}
