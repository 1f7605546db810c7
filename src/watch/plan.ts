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
/** A region in which keys work is read so often, busy ones more often; any other once an hour. */
export const INTERVAL = 5 * MINUTE;
export const SLOW_INTERVAL = HOUR;
/** A key works in a region as long as it was seen there in this time. */
export const ACTIVE_FOR = 7 * DAY;
/** What came in the day before an account was connected is judged, not learned: a theft may be under way. */
export const JUDGED_BEFORE = DAY;
/** Our half of the two calls a second that AWS allows an account and region. */
export const CALLS_PER_HOUR = 3_600;
const CALL = HOUR / CALLS_PER_HOUR;
/** Of our calls an hour, the part that reading is planned to take; the rest is for people, and for what goes wrong. */
const BUSY = 0.95;
/** An event that can be seen is to be judged so soon: six minutes, less what judging and writing take. */
const FOUND_WITHIN = 345 * SECOND;
/** How much is read again in each round for what comes late: the most that the calls and the six minutes allow. */
const OVERLAPS = [
  SETTLE,
  ...[15, 12, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((minutes) => minutes * MINUTE),
] as const;
const SHORTEST_OVERLAP = 2 * MINUTE;
/** How long after they happen even the first events appear is believed up to here. */
const LONGEST_LAG = 15 * MINUTE;
/** After events came late, more of them are expected for so long. */
const LATE_FOR = 6 * HOUR;
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
/** Asking for each key takes a second each: with more of them, a round would never end. */
const MOST_KEYS_ASKED = 1_200;
/** Rekey's own look-ups are events, too. Where one does not show up for so long, the history stands still. */
const SILENT_AFTER = 45 * MINUTE;

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

function pagesOf(perHour: number | null, length: number): number {
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

function rhythmOf({ perHour, lag, way, roundCalls }: RegionWatch): Rhythm {
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

/** What was seen while a slice was read. */
export interface SliceRead {
  /** When the reading of it began; ms. */
  readonly begunAt: number;
  /** Calls it took. */
  readonly calls: number;
  /** Events in the slice, those known already included. */
  readonly seen: number;
  /** The time of the newest event of the region that was seen; null: none was. */
  readonly newest: number | null;
  /** Up to here events are as dense as they happen: the time of the last one on a full first page; null: it was not full. */
  readonly dense: number | null;
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
 * read when everything in it should have appeared; an event that came later than that opens it again.
 */
export function afterSlice(watch: RegionWatch, slice: Slice, read: SliceRead, keys: number): RegionWatch {
  const { begunAt, newest } = read;
  const isRound = slice.purpose === 'judge';
  const caughtUp = isRound && slice.to >= seconds(begunAt);
  const readTo = Math.max(watch.readTo, slice.to);
  const late = read.lateFrom === null ? 0 : begunAt - read.lateFrom;
  const stillLate = watch.lateAt !== null && begunAt - watch.lateAt < LATE_FOR ? watch.lateBy : 0;
  const lateBy = Math.max(late, stillLate);
  const perHour = measured(watch, slice, read, caughtUp);
  const lag =
    caughtUp && read.dense !== null
      ? Math.min(LONGEST_LAG, Math.max(0, seconds(begunAt) - read.dense))
      : watch.lag;
  const affordable = perHour !== null && windowRhythm(perHour, lag) !== null;
  const roundCalls = watch.way === 'keys' && isRound ? read.calls : affordable ? null : watch.roundCalls;
  const activeAt = read.active ? begunAt : watch.activeAt;
  const settled = slice.from <= watch.settledTo + SECOND ? Math.min(slice.to, seconds(begunAt - SETTLE)) : 0;
  const isDeep = slice.purpose === 'deep';
  const deepest = isDeep && slice.to >= watch.settledTo;
  const newestAt = newest === null ? watch.newestAt : Math.max(newest, watch.newestAt ?? 0);
  const next: RegionWatch = {
    ...watch,
    readTo,
    settledTo: Math.max(watch.settledTo, settled),
    lateBy,
    lateAt: late > 0 ? begunAt : watch.lateAt,
    perHour,
    lag,
    way: wayOf(perHour, keys, roundCalls, lag),
    roundCalls,
    roundAt: isRound && !watch.midRound ? begunAt : watch.roundAt,
    midRound: isRound ? !caughtUp : watch.midRound,
    deepAt: deepest ? begunAt : watch.deepAt,
    deepFrom: !isDeep ? watch.deepFrom : deepest ? null : slice.to + SECOND,
    newestAt,
    unseenCallAt: isRound ? unseenCallAt(watch, newestAt, begunAt) : watch.unseenCallAt,
    activeAt,
    events: watch.events + read.fresh,
    unreadable: watch.unreadable + read.unreadable,
    unreadableAt: read.unreadable > 0 ? begunAt : watch.unreadableAt,
  };
  // What was read while the history stood still is to be read again when it goes on.
  const settledTo = isSilent(next)
    ? Math.min(
        next.settledTo,
        seconds(next.newestAt ?? next.settledTo),
        seconds(next.unseenCallAt ?? begunAt),
      )
    : next.settledTo;
  return {
    ...next,
    settledTo,
    completeTo: Math.min(readTo, settledTo, seconds(begunAt - Math.max(SETTLE, lateBy))),
    nextAt: isRound ? (caughtUp ? begunAt + intervalOf(next, begunAt) : begunAt) : watch.nextAt,
  };
}

/** Short slices jump about; a mean that follows within a few of them is what plans are made of. */
function measured(
  watch: RegionWatch,
  slice: Slice,
  { perHour, seen, dense }: SliceRead,
  caughtUp: boolean,
): number | null {
  if (perHour !== null) return perHour;
  if (watch.way === 'keys' || slice.purpose === 'deep') return watch.perHour;
  // What happened just now is not there yet, and says nothing.
  const to = caughtUp ? (dense ?? slice.to) : slice.to;
  const hours = Math.max(to - slice.from + SECOND, MINUTE) / HOUR;
  const found = seen / hours;
  if (watch.perHour === null || slice.purpose === 'learn') return found;
  // A round sees less than there is, since not all of it is there yet; what is settled says how much it was.
  if (caughtUp && found < watch.perHour && rhythmOf(watch).overlap < SETTLE) return watch.perHour;
  const weight = Math.min(1, Math.max(0.3, hours));
  return watch.perHour + (found - watch.perHour) * weight;
}

/** The first of our own calls there that no event shows yet; once one does, that is the one just made. */
function unseenCallAt(
  { unseenCallAt: before }: RegionWatch,
  newestAt: number | null,
  begunAt: number,
): number {
  return before === null || (newestAt !== null && newestAt >= seconds(before)) ? begunAt : before;
}

/** Whether the history of a region stands still: when looked at last, it did not show what Rekey had asked there itself. */
export function isSilent({ unseenCallAt: since, roundAt }: RegionWatch): boolean {
  return since !== null && roundAt !== null && roundAt - since > SILENT_AFTER;
}

/** How often a region is read. */
export function intervalOf(watch: RegionWatch, now: number): number {
  const { activeAt } = watch;
  return activeAt !== null && now - activeAt < ACTIVE_FOR ? rhythmOf(watch).interval : SLOW_INTERVAL;
}

/** The region after a time in which nobody read: what CloudTrail no longer keeps is lost. */
export function withFloor(watch: RegionWatch, now: number): RegionWatch {
  const floor = seconds(now) - KEPT;
  if (watch.readTo >= floor) return watch;
  const read = { readTo: floor, settledTo: floor, completeTo: floor };
  // What was only to be learned is no loss.
  if (isLearning(watch)) return { ...watch, ...read };
  const from = watch.lost?.from ?? watch.readTo + SECOND;
  return { ...watch, ...read, lost: { from, to: floor } };
}

/**
 * The region after the clock was set back: nothing is known of times to come. How long the clock was wrong nobody knows,
 * so that the last day counts as not settled, and is read again.
 */
export function withClock(watch: RegionWatch, now: number): RegionWatch {
  const at = seconds(now);
  const ahead = Math.max(watch.readTo - at, watch.nextAt - now - SLOW_INTERVAL, (watch.roundAt ?? now) - now);
  if (ahead <= 0) return watch;
  const past = (time: number | null): number | null => (time === null ? null : Math.min(time, now));
  const judgedFrom = Math.min(watch.judgedFrom, at);
  const readTo = Math.min(watch.readTo, at);
  const back = ahead > MINUTE ? Math.max(at - DAY, judgedFrom - SECOND) : readTo;
  const settledTo = Math.min(watch.settledTo, readTo, back);
  return {
    ...watch,
    judgedFrom,
    readTo,
    settledTo,
    completeTo: Math.min(watch.completeTo, settledTo),
    lateAt: past(watch.lateAt),
    roundAt: past(watch.roundAt),
    nextAt: Math.min(watch.nextAt, now),
    deepAt: Math.min(watch.deepAt, now),
    deepFrom: null,
    newestAt: past(watch.newestAt),
    unseenCallAt: past(watch.unseenCallAt),
    activeAt: past(watch.activeAt),
    unreadableAt: past(watch.unreadableAt),
  };
}

/** Whether there is something to read now. */
export function isDue(watch: RegionWatch, now: number): boolean {
  return withClock(watch, now).nextAt <= now;
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

function seconds(ms: number): number {
  return Math.floor(ms / SECOND) * SECOND;
}
