import { isLearning, type RegionWatch, type Way } from '../domain/watch.ts';

/** What to read next of one region, and when. All times are ms; AWS takes and gives whole seconds. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Events of one page of LookupEvents. */
export const PAGE = 50;
/** CloudTrail's event history goes back so far, less what passes while a slice is read. */
const KEPT = 90 * DAY - 15 * MINUTE;
/** A first reading begins here: well inside, since it takes its time. */
export const FLOOR = 90 * DAY - 2 * HOUR;
/** An event may take so long to appear (DESIGN, section 2): younger silence proves nothing. */
export const SETTLE = 20 * MINUTE;
/** A region in which keys work is read so often, any other once an hour. */
export const INTERVAL = 5 * MINUTE;
export const SLOW_INTERVAL = HOUR;
/** A key works in a region as long as it was seen there in this time. */
export const ACTIVE_FOR = 7 * DAY;
/** What came in the day before an account was connected is judged, not learned: a theft may be under way. */
export const JUDGED_BEFORE = DAY;
/** Our half of the two calls a second that AWS allows an account and region. */
export const CALLS_PER_HOUR = 3_600;
/** How much is read again for what comes late, as the calls allow. */
const OVERLAPS = [15 * MINUTE, 10 * MINUTE, 5 * MINUTE] as const;
/** Of our calls an hour, the part that reading may take before it reads less again. */
const BUSY = 0.8;
/** After events came late, more of them are expected for so long. */
const LATE_FOR = 6 * HOUR;
/** A longer part is read again so often, as far as so many pages go. */
const DEEP_EVERY = HOUR;
const DEEP_PAGES = 150;
const DEEPEST = DAY;
/** The pages one slice is meant to have: what a crash loses at the most is read again in a minute or two. */
const SLICE_PAGES = 60;
/** A slice that has more pages than this is cut, unless it is a minute already. */
export const MOST_PAGES = 240;
const SHORTEST_SLICE = MINUTE;
const LONGEST_SLICE = 90 * DAY;
/** What is learned of a busy region: as much as is read in about half an hour. */
const LEARNED_EVENTS = 100_000;

/** A part of time to read, both ends included, in whole seconds. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  /** `learn`: it is normal; `judge`: rules are asked; `deep`: judged already, read for what came late. */
  readonly purpose: 'learn' | 'judge' | 'deep';
}

/** A region that was never read. `perHour`: events an hour in its last hour, as far as that was measured. */
export function newRegion(
  region: string,
  now: number,
  { perHour = null, activeAt = null }: { perHour?: number | null; activeAt?: number | null } = {},
): RegionWatch {
  const at = seconds(now);
  const reach = perHour === null || perHour <= 0 ? FLOOR : (LEARNED_EVENTS / perHour) * HOUR;
  const since = at - seconds(Math.min(FLOOR, Math.max(reach, 2 * JUDGED_BEFORE)));
  return {
    region,
    since,
    judgedFrom: at - JUDGED_BEFORE,
    readTo: since - SECOND,
    completeTo: since - SECOND,
    lateBy: 0,
    lateAt: null,
    perHour,
    way: 'window',
    nextAt: now,
    deepAt: now,
    activeAt,
    events: 0,
    unreadable: 0,
    unreadableAt: null,
    unreadableTrouble: null,
    trouble: null,
    lost: null,
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
    return { from, to: Math.min(from + width(watch), judgedFrom - SECOND, end), purpose: 'learn' };
  }
  if (now < watch.nextAt) return null;
  const from = Math.max(readTo + SECOND - overlapOf(watch.perHour), judgedFrom);
  if (now - watch.deepAt >= DEEP_EVERY && readTo + width(watch) >= end) {
    const deepest = Math.max(end - deepReach(watch), judgedFrom);
    return { from: Math.min(from, deepest), to: end, purpose: 'deep' };
  }
  // The part that is read again adds to the slice; without it, a short one would never get on.
  const to = Math.min(Math.max(readTo, from) + width(watch), end);
  return from > to ? null : { from, to, purpose: 'judge' };
}

/** How much is read again each time: as much as the calls allow. */
export function overlapOf(perHour: number | null): number {
  const most = CALLS_PER_HOUR * BUSY;
  return (
    OVERLAPS.find((overlap) => callsPerHour(perHour ?? 0, INTERVAL, overlap) <= most) ??
    OVERLAPS[OVERLAPS.length - 1] ??
    0
  );
}

/** Calls an hour to read all events of a region (facts: aws.md 6, strategy B). */
export function callsPerHour(perHour: number, interval: number, overlap: number): number {
  return (HOUR / interval) * Math.max(1, Math.ceil((perHour * (interval + overlap)) / HOUR / PAGE));
}

/**
 * The way that takes fewer calls; the whole window wins as long as it is affordable, because only it shows sessions and
 * what is done to keys. Strategy A of the same facts: at least one call for each key.
 */
export function wayOf(perHour: number | null, keys: number): Way {
  if (perHour === null || keys === 0) return 'window';
  const shortest = OVERLAPS[OVERLAPS.length - 1] ?? 0;
  const window = callsPerHour(perHour, INTERVAL, shortest);
  if (window <= CALLS_PER_HOUR * BUSY) return 'window';
  return (HOUR / INTERVAL) * keys < window ? 'keys' : 'window';
}

/** What was seen while a slice was read. */
export interface SliceRead {
  /** When the reading of it began; ms. */
  readonly begunAt: number;
  /** Events in the slice, those known already included. */
  readonly seen: number;
  /** Events that were new. */
  readonly fresh: number;
  readonly unreadable: number;
  /** The time of the earliest new event that should have been seen before; null: there was none. */
  readonly lateFrom: number | null;
  /** Whether a key worked there. */
  readonly active: boolean;
  /** Events an hour as found otherwise, where the slice does not show all; null: by the slice. */
  readonly perHour: number | null;
}

/**
 * The region after a slice was paged to its end and its events are in the same batch of writes. Complete is what was
 * read, less the time events take to appear; an event that came later than that opens it again.
 */
export function afterSlice(watch: RegionWatch, slice: Slice, read: SliceRead, keys: number): RegionWatch {
  const { begunAt } = read;
  const readTo = Math.max(watch.readTo, slice.to);
  const hours = Math.max(slice.to - slice.from + SECOND, MINUTE) / HOUR;
  // Short slices jump about; a mean that follows within a few of them is what plans are made of.
  const measured = read.perHour ?? read.seen / hours;
  const weight = Math.min(1, Math.max(0.3, hours));
  const perHour =
    read.perHour !== null || watch.perHour === null || slice.purpose !== 'judge'
      ? measured
      : watch.perHour + (measured - watch.perHour) * weight;
  const late = read.lateFrom === null ? 0 : begunAt - read.lateFrom;
  const stillLate = watch.lateAt !== null && begunAt - watch.lateAt < LATE_FOR ? watch.lateBy : 0;
  const lateBy = Math.max(late, stillLate);
  const activeAt = read.active ? begunAt : watch.activeAt;
  const caughtUp = slice.to >= seconds(begunAt);
  return {
    ...watch,
    readTo,
    completeTo: Math.min(readTo, seconds(begunAt - Math.max(SETTLE, lateBy))),
    lateBy,
    lateAt: late > 0 ? begunAt : watch.lateAt,
    perHour,
    way: wayOf(perHour, keys),
    nextAt: caughtUp ? begunAt + intervalOf({ ...watch, activeAt }, begunAt) : begunAt,
    deepAt: slice.purpose === 'deep' ? begunAt : watch.deepAt,
    activeAt,
    events: watch.events + read.fresh,
    unreadable: watch.unreadable + read.unreadable,
    unreadableAt: read.unreadable > 0 ? begunAt : watch.unreadableAt,
  };
}

/** How often a region is read. */
export function intervalOf({ activeAt }: Pick<RegionWatch, 'activeAt'>, now: number): number {
  return activeAt !== null && now - activeAt < ACTIVE_FOR ? INTERVAL : SLOW_INTERVAL;
}

/** The region after a time in which nobody read: what CloudTrail no longer keeps is lost. */
export function withFloor(watch: RegionWatch, now: number): RegionWatch {
  const floor = seconds(now) - KEPT;
  if (watch.readTo >= floor) return watch;
  // What was only to be learned is no loss.
  if (isLearning(watch)) return { ...watch, readTo: floor, completeTo: floor };
  const from = watch.lost?.from ?? watch.readTo + SECOND;
  return { ...watch, readTo: floor, completeTo: floor, lost: { from, to: floor } };
}

/** A slice that turned out too long, cut to what its newest pages show it may be; null when it cannot be cut. */
export function cutSlice(slice: Slice, oldestSeen: number): Slice | null {
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

function deepReach({ perHour }: RegionWatch): number {
  const affordable = perHour === null || perHour <= 0 ? DEEPEST : ((DEEP_PAGES * PAGE) / perHour) * HOUR;
  return seconds(Math.min(DEEPEST, Math.max(SETTLE + INTERVAL, affordable)));
}

function seconds(ms: number): number {
  return Math.floor(ms / SECOND) * SECOND;
}
