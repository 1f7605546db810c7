import type { RegionWatch, Way } from '../domain/watch.ts';
import { DAY, HOUR, MINUTE, SECOND, seconds } from './spans.ts';

/** How often a region is read, and in which way, so that its calls suffice. All times are ms. */

/** Events of one page of LookupEvents. */
export const PAGE = 50;
/** An event may take so long to appear (DESIGN, section 2): younger silence proves nothing. */
export const SETTLE = 20 * MINUTE;
/** A region in which keys work is read so often, busy ones more often; any other once an hour. */
export const INTERVAL = 5 * MINUTE;
export const SLOW_INTERVAL = HOUR;
/** A key works in a region as long as it was seen there in this time. */
export const ACTIVE_FOR = 7 * DAY;
/** Our half of the two calls a second that AWS allows an account and region. */
export const CALLS_PER_HOUR = 3_600;
/** One of them takes so long of our half; ms. */
export const CALL = HOUR / CALLS_PER_HOUR;
/** Of our calls an hour, the part that reading is planned to take; the rest is for people, and for what goes wrong. */
export const BUSY = 0.95;
/** An event that can be seen is to be judged so soon: six minutes, less what a job waits and what judging and writing take. */
const FOUND_WITHIN = 320 * SECOND;
/** How much is read again in each round for what comes late: the most that the calls and the six minutes allow. */
const OVERLAPS = [
  SETTLE,
  ...[15, 12, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((minutes) => minutes * MINUTE),
] as const;
const SHORTEST_OVERLAP = 2 * MINUTE;
/** Asking for each key takes a second each: with more of them, a round would never end. */
const MOST_KEYS_ASKED = 1_200;

/** Pages of a part of time, of `length` ms; one at least. */
export function pagesOf(perHour: number | null, length: number): number {
  return Math.max(1, Math.ceil(((perHour ?? 0) * length) / HOUR / PAGE));
}

/** How often a region with keys at work is read, and how much of it again each time; ms. */
export interface Rhythm {
  readonly interval: number;
  readonly overlap: number;
}

/**
 * The rhythm in which an event that appears is judged within six minutes: a round begins soon enough to be read in that
 * time, and goes back as far as the calls allow. What goes back less than events take to appear leaves the rest to
 * settling, which reads everything once more. `lag`: how old even the newest events are that can be seen, which costs
 * nothing to read again. Null: the calls do not suffice.
 */
export function windowRhythm(perHour: number, lag = 0): Rhythm | null {
  const perSecond = perHour / PAGE / CALLS_PER_HOUR;
  for (const overlap of OVERLAPS) {
    const again = Math.max(0, overlap - lag);
    const interval = seconds(Math.min(INTERVAL, (FOUND_WITHIN - perSecond * again) / (1 + perSecond)));
    if (interval < MINUTE) continue;
    const settles = overlap < SETTLE ? perHour / PAGE : 0;
    if (callsPerHour(perHour, interval, again) + settles <= CALLS_PER_HOUR * BUSY)
      return { interval, overlap };
  }
  return null;
}

/** The rhythm of a region in which keys work. */
export function rhythmOf({ perHour, lag, way, roundCalls }: RegionWatch): Rhythm {
  if (way === 'keys') {
    const takes = (roundCalls ?? 0) * CALL;
    return {
      interval: Math.min(INTERVAL, Math.max(FOUND_WITHIN - takes, takes / BUSY)),
      overlap: SETTLE,
    };
  }
  return windowRhythm(perHour ?? 0, lag) ?? { interval: INTERVAL, overlap: SHORTEST_OVERLAP };
}

/** Calls an hour to read all events of a region (facts: aws.md 6, strategy B). */
export function callsPerHour(perHour: number, interval: number, overlap: number): number {
  return (HOUR / interval) * pagesOf(perHour, interval + overlap);
}

/**
 * The way that takes fewer calls; the whole window wins as long as it is affordable, because only it shows sessions and
 * what is done to keys. Strategy A of the same facts: at least one call for each key, or what its last round took
 * (`roundCalls`), since a key that works a lot takes more.
 */
export function wayOf(perHour: number | null, keys: number, roundCalls: number | null = null, lag = 0): Way {
  if (perHour === null || keys === 0 || keys > MOST_KEYS_ASKED) return 'window';
  if (windowRhythm(perHour, lag) !== null) return 'window';
  const window = callsPerHour(perHour, INTERVAL, SHORTEST_OVERLAP) + perHour / PAGE;
  return (HOUR / INTERVAL) * Math.max(keys, roundCalls ?? 0) < window ? 'keys' : 'window';
}

/** How often a region is read. */
export function intervalOf(watch: RegionWatch, now: number): number {
  const { activeAt } = watch;
  return activeAt !== null && now - activeAt < ACTIVE_FOR ? rhythmOf(watch).interval : SLOW_INTERVAL;
}
