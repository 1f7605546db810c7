import { isLearning, type RegionWatch } from '../domain/watch.ts';
import { BUSY, CALL, CALLS_PER_HOUR, callsPerHour, PAGE, pagesOf, rhythmOf, SETTLE } from './rhythm.ts';
import { isSilent } from './silence.ts';
import { DAY, HOUR, MINUTE, SECOND, seconds } from './spans.ts';

/** What to read next of one region. All times are ms. */

/** A first reading begins here: well inside, since it takes its time. */
export const FLOOR = 90 * DAY - 2 * HOUR;
/** What came in the day before an account was connected is judged, not learned: a theft may be under way. */
export const JUDGED_BEFORE = DAY;
/** What is settled is read once more so often, as far as so many pages go: whatever came later than it should. */
const DEEP_EVERY = HOUR;
const DEEP_PAGES = 150;
const DEEPEST = DAY;
/** The pages one slice is meant to have: what a crash loses at the most is read again in a minute or two. */
const SLICE_PAGES = 60;
/** A slice that has more pages than this is cut, unless it is a minute already: what was read of it is lost. */
export const MOST_PAGES = 400;
const SHORTEST_SLICE = MINUTE;
const LONGEST_SLICE = 90 * DAY;
/** What is learned of a busy region: as much as is read in about half an hour. */
const LEARNED_EVENTS = 100_000;

/** A part of time to read, both ends included, in whole seconds. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  /**
   * `learn`: it is normal; `judge`: what is new, and what may have appeared since it was read; `settle`: read again now
   * that everything should have appeared; `deep`: settled already, read for what came later still.
   */
  readonly purpose: 'learn' | 'judge' | 'settle' | 'deep';
}

/**
 * A region that was never read. `perHour`: events an hour in its last hour, as far as that was measured. `knownAt`: up to
 * when it is known that nothing was to be read there; what was done since is judged, not learned, as is the day before.
 */
export function newRegion(
  region: string,
  now: number,
  {
    perHour = null,
    activeAt = null,
    knownAt = now,
  }: { perHour?: number | null; activeAt?: number | null; knownAt?: number } = {},
): RegionWatch {
  const at = seconds(now);
  const judged = Math.min(FLOOR, at - seconds(Math.min(knownAt, now)) + JUDGED_BEFORE);
  const reach = perHour === null || perHour <= 0 ? FLOOR : (LEARNED_EVENTS / perHour) * HOUR;
  const since = at - seconds(Math.min(FLOOR, Math.max(reach, judged + DAY)));
  return {
    region,
    since,
    judgedFrom: at - judged,
    readTo: since - SECOND,
    settledTo: since - SECOND,
    completeTo: since - SECOND,
    lateBy: 0,
    lateAt: null,
    perHour,
    lag: 0,
    way: 'window',
    roundCalls: null,
    roundAt: null,
    midRound: false,
    nextAt: now,
    deepAt: now,
    deepFrom: null,
    newestAt: null,
    unseenCallAt: null,
    activeAt,
    events: 0,
    unreadable: 0,
    unreadableAt: null,
    unreadableTrouble: null,
    trouble: null,
    lost: null,
    feed: null,
  };
}

/**
 * The next slice of a region, or null when it is read as far as can be. After a time in which nobody read, it goes on
 * where it was, slice by slice; what is older than CloudTrail keeps is lost, and said so (see `withFloor`).
 */
export function nextSlice(watch: RegionWatch, now: number): Slice | null {
  const end = seconds(now);
  const { readTo, judgedFrom } = watch;
  if (isLearning(watch)) {
    const from = readTo + SECOND;
    return sliceOf(from, Math.min(from + width(watch), judgedFrom - SECOND, end), 'learn');
  }
  if (now < watch.nextAt) return settling(watch, now) ?? deeper(watch, now);
  const from = Math.max(againFrom(watch), judgedFrom);
  // The part that is read again adds to the slice; without it, a short one would never get on. What is left of a round is
  // not cut in two: the second slice would be late, and the round after it longer still.
  const begin = Math.max(readTo, from);
  const wide = width(watch);
  return sliceOf(from, end - begin <= 2 * wide ? end : begin + wide, 'judge');
}

function sliceOf(from: number, to: number, purpose: Slice['purpose']): Slice | null {
  return from > to ? null : { from, to, purpose };
}

/** Where the next slice of a round begins: a new round reads again what may have appeared since the one before. */
function againFrom(watch: RegionWatch): number {
  const { readTo, settledTo, roundAt, midRound } = watch;
  const next = readTo + SECOND;
  if (midRound || roundAt === null) return next;
  return Math.min(next, Math.max(settledTo + SECOND, seconds(roundAt) - rhythmOf(watch).overlap));
}

/** Between two rounds: what no round reads again, now that all of it should have appeared. */
function settling(watch: RegionWatch, now: number): Slice | null {
  const from = watch.settledTo + SECOND;
  const limit = Math.min(seconds(now - SETTLE), againFrom(watch) - SECOND);
  // While the history stands still it would be read for nothing, again and again.
  if (limit - from < MINUTE || isSilent(watch)) return null;
  return piece(watch, now, from, limit, 'settle');
}

/** Between two rounds, once an hour: what is settled, for what came later still. */
function deeper(watch: RegionWatch, now: number): Slice | null {
  const { deepFrom, deepAt, judgedFrom, settledTo } = watch;
  const reach = deepReach(watch);
  if (reach === 0 || (deepFrom === null && now - deepAt < DEEP_EVERY)) return null;
  return piece(watch, now, Math.max(deepFrom ?? seconds(now) - reach, judgedFrom), settledTo, 'deep');
}

/** As much of a part as is read before the next round. */
function piece(
  watch: RegionWatch,
  now: number,
  from: number,
  limit: number,
  purpose: 'settle' | 'deep',
): Slice | null {
  const { perHour, nextAt } = watch;
  const left = Math.floor((nextAt - now) / CALL) - 2;
  const wanted = pagesOf(perHour, limit - from);
  if (left < Math.min(wanted, 10)) return null;
  const pages = Math.min(left, DEEP_PAGES);
  const to = wanted <= pages ? limit : from + seconds(((pages * PAGE) / (perHour ?? 1)) * HOUR);
  return sliceOf(from, Math.min(limit, to), purpose);
}

/**
 * A slice that turned out too long, cut to what its newest pages show it may be; null when it cannot be cut. What was
 * read before it (up to `readTo`) is left to settling.
 */
export function cutSlice(whole: Slice, oldestSeen: number, readTo: number): Slice | null {
  const again = whole.purpose === 'judge' && whole.from <= readTo && readTo < whole.to;
  const slice = again ? { ...whole, from: readTo + SECOND } : whole;
  const length = slice.to - slice.from;
  if (length <= SHORTEST_SLICE) return null;
  // MOST_PAGES covered what lies between the oldest event seen and the end.
  const covered = Math.max(slice.to - oldestSeen, SECOND);
  const wanted = Math.min(length / 2, covered * (SLICE_PAGES / MOST_PAGES));
  return { ...slice, to: slice.from + Math.max(seconds(wanted), SHORTEST_SLICE) };
}

/** How long the next slice is, so that it has about SLICE_PAGES pages. */
function width({ perHour }: RegionWatch): number {
  if (perHour === null) return DAY;
  if (perHour <= 0) return LONGEST_SLICE;
  const wanted = ((SLICE_PAGES * PAGE) / perHour) * HOUR;
  return seconds(Math.min(LONGEST_SLICE, Math.max(SHORTEST_SLICE, wanted)));
}

/** How far back is read for what came later than it should; 0 where the calls do not reach over an hour without a hole. */
function deepReach(watch: RegionWatch): number {
  const { perHour, way } = watch;
  if (way === 'keys') return 0;
  if (perHour === null || perHour <= 0) return DEEPEST;
  const { interval, overlap } = rhythmOf(watch);
  const left = CALLS_PER_HOUR * BUSY - callsPerHour(perHour, interval, overlap);
  const reach = ((Math.min(DEEP_PAGES, left) * PAGE) / perHour) * HOUR;
  return reach < DEEP_EVERY + SETTLE ? 0 : seconds(Math.min(DEEPEST, reach));
}
