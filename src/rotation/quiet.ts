import { USE_GRANULARITY_MS } from '../domain/last-use.ts';
import type { LastUse } from '../domain/last-use.ts';
import type { Known } from '../domain/known.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

/** The least and the most an old key must be silent. */
export const MIN_QUIET_MS = DAY;
export const MAX_QUIET_MS = 35 * DAY;

/** How far back gaps are looked for: as far as CloudTrail's history goes. */
export const GAPS_OVER_MS = 90 * DAY;

/**
 * How long the old key must be silent: the larger of 24 h and 1.5 times the longest gap in 90 days, 35 days at most.
 * Where the gaps are not known, 35 days.
 */
export function quietWindow(longestGapMs: Known<number>): number {
  if (!longestGapMs.known) return MAX_QUIET_MS;
  return Math.min(MAX_QUIET_MS, Math.max(MIN_QUIET_MS, Math.ceil(longestGapMs.value * 1.5)));
}

/** The longest time without a use between the first use and `to`; 0 without any use. */
export function longestGap(uses: readonly number[], to: number): number {
  const times = [...uses, to].toSorted((one, other) => one - other);
  return times.slice(1).reduce((longest, at, index) => Math.max(longest, at - (times[index] ?? at)), 0);
}

/** The last use CloudTrail shows since the cut-over, all of it seen up to `completeTo`. */
export type TrailUse = Known<{ readonly lastAt: number | null; readonly completeTo: number }>;

export type Silence =
  | { readonly answer: 'silent' }
  | { readonly answer: 'not_yet'; readonly lastAt: number | null; readonly until: number }
  | { readonly answer: 'unknown'; readonly why: string };

/**
 * Whether the old key was silent for its window since the cut-over: by last-used *and* by complete CloudTrail. What
 * could not be read never counts as silence.
 */
export function silence(facts: {
  readonly cutoverAt: number;
  readonly quietMs: number;
  readonly lastUse: LastUse;
  readonly trail: TrailUse;
}): Silence {
  const { cutoverAt, quietMs, lastUse, trail } = facts;
  const seen = [
    // AWS's time may be that long before the last call.
    lastUse.kind === 'used' ? lastUse.at + USE_GRANULARITY_MS : null,
    trail.known ? trail.value.lastAt : null,
  ].filter((at) => at !== null && at > cutoverAt);
  const lastAt = seen.length === 0 ? null : Math.max(...seen.map(Number));
  const until = (lastAt ?? cutoverAt) + quietMs;
  if (lastUse.kind === 'unknown') return { answer: 'unknown', why: `last use: ${lastUse.why}` };
  if (!trail.known) return { answer: 'unknown', why: `CloudTrail: ${trail.why}` };
  if (Math.min(lastUse.asOf, trail.value.completeTo) >= until) return { answer: 'silent' };
  return { answer: 'not_yet', lastAt, until };
}
