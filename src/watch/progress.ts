import { isLearning, type RegionWatch } from '../domain/watch.ts';
import type { Slice } from './plan.ts';
import { intervalOf, rhythmOf, SETTLE, SLOW_INTERVAL, windowRhythm, wayOf } from './rhythm.ts';
import { isSilent, unseenCallAt } from './silence.ts';
import { DAY, HOUR, MINUTE, SECOND, seconds } from './spans.ts';

/** What is known of a region after it was read, after nobody read, and after the clock was set back. All times are ms. */

/** CloudTrail's event history goes back so far, less what passes while a slice is read. */
const KEPT = 90 * DAY - 15 * MINUTE;
/** How long after they happen even the first events appear is believed up to here. */
const LONGEST_LAG = 15 * MINUTE;
/** After events came late, more of them are expected for so long. */
const LATE_FOR = 6 * HOUR;

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
  /** Events an hour of the part just before that, where there are many; null: there are not. */
  readonly density: number | null;
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
  const lateBy = Math.max(late, expectedLate(watch, begunAt));
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

/** How late events are expected to be: as late as the latest of the last hours; 0 when none was. */
export function expectedLate({ lateBy, lateAt }: RegionWatch, now: number): number {
  return lateAt !== null && now - lateAt < LATE_FOR ? lateBy : 0;
}

/** Short slices jump about; a mean that follows within a few of them is what plans are made of. */
function measured(
  watch: RegionWatch,
  slice: Slice,
  { perHour, seen, dense, density }: SliceRead,
  caughtUp: boolean,
): number | null {
  if (perHour !== null) return perHour;
  if (watch.way === 'keys' || slice.purpose === 'deep') return watch.perHour;
  // What happened just now is not there yet, and says nothing.
  const to = caughtUp ? (dense ?? slice.to) : slice.to;
  const hours = Math.max(to - slice.from + SECOND, MINUTE) / HOUR;
  const found = Math.max(seen / hours, caughtUp ? (density ?? 0) : 0);
  if (watch.perHour === null || slice.purpose === 'learn') return found;
  // When there is suddenly more, the next round must know.
  if (density !== null && caughtUp && found > watch.perHour) return found;
  // A round sees less than there is, since not all of it is there yet; what is settled says how much it was.
  if (caughtUp && found < watch.perHour && rhythmOf(watch).overlap < SETTLE) return watch.perHour;
  const weight = Math.min(1, Math.max(0.3, hours));
  return watch.perHour + (found - watch.perHour) * weight;
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
