import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLearning, learned, type RegionWatch } from '../../src/domain/watch.ts';
import { cutSlice, FLOOR, JUDGED_BEFORE, newRegion, nextSlice, type Slice } from '../../src/watch/plan.ts';
import { afterSlice, isDue, withClock, withFloor } from '../../src/watch/progress.ts';
import {
  CALLS_PER_HOUR,
  callsPerHour,
  INTERVAL,
  intervalOf,
  windowRhythm,
  PAGE,
  SETTLE,
  SLOW_INTERVAL,
  wayOf,
} from '../../src/watch/rhythm.ts';
import { isSilent } from '../../src/watch/silence.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 20, 12, 0, 0, 345);

const read = (begunAt: number, changes: Partial<Parameters<typeof afterSlice>[2]> = {}) => ({
  begunAt,
  calls: 1,
  seen: 0,
  newest: begunAt - 2 * MINUTE,
  dense: null,
  density: null,
  fresh: 0,
  unreadable: 0,
  lateFrom: null,
  active: false,
  perHour: null,
  ...changes,
});

/** Reads on at one moment until nothing is left. */
function catchUp(start: RegionWatch, now: number, perHour = 0): { watch: RegionWatch; slices: Slice[] } {
  let watch = start;
  const slices: Slice[] = [];
  for (let slice = nextSlice(watch, now); slice !== null; slice = nextSlice(watch, now)) {
    slices.push(slice);
    const seen = Math.round((perHour * (slice.to - slice.from + 1_000)) / HOUR);
    watch = afterSlice(watch, slice, read(now, { seen }), 1);
    if (slices.length > 20_000) throw new Error('It never gets there');
  }
  return { watch, slices };
}

describe('the first reading of a region', () => {
  it('learns 90 days when little happens, and judges the last one', () => {
    const fresh = newRegion('us-east-1', NOW);
    expect(fresh.since).toBe(Math.floor(NOW / 1_000) * 1_000 - FLOOR);
    expect(isLearning(fresh)).toBe(true);
    expect(learned(fresh)).toBe(0);
    const { watch, slices } = catchUp(fresh, NOW, 1);
    expect(slices[0]).toMatchObject({ from: fresh.since, purpose: 'learn' });
    const judged = slices.filter(({ purpose }) => purpose === 'judge');
    expect(judged[0]?.from).toBe(Math.floor(NOW / 1_000) * 1_000 - JUDGED_BEFORE);
    expect(judged.at(-1)?.to).toBe(Math.floor(NOW / 1_000) * 1_000);
    expect(learned(watch)).toBe(1);
    expect(watch.completeTo).toBe(Math.floor(NOW / 1_000) * 1_000 - SETTLE);
  });

  it('learns less of a busy region, two days at least', () => {
    const hours = (perHour: number): number => (NOW - newRegion('us-east-1', NOW, { perHour }).since) / HOUR;
    expect(hours(1_000)).toBeCloseTo(100, 0);
    expect(hours(1_000_000)).toBeCloseTo(48, 0);
  });

  it('says how far it is', () => {
    const fresh = newRegion('us-east-1', NOW);
    const half = { ...fresh, readTo: fresh.since + (fresh.judgedFrom - fresh.since) / 2 };
    expect(learned(half)).toBeCloseTo(0.5);
  });
});

describe('slices', () => {
  it('leave nothing out, whatever happens and whenever they are read', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200_000 }),
        fc.array(fc.integer({ min: 1, max: 3 * DAY }), { maxLength: 12 }),
        (perHour, pauses) => {
          let now = NOW;
          let watch = newRegion('us-east-1', now, { perHour });
          let covered = watch.since - 1_000;
          for (const pause of [0, ...pauses]) {
            now += pause;
            const { watch: next, slices } = catchUp(watch, now, perHour);
            let gaps = 0;
            for (const { from, to } of slices) {
              if (from > covered + 1_000 || from > to) gaps += 1;
              covered = Math.max(covered, to);
            }
            expect(gaps).toBe(0);
            watch = next;
            expect(watch.readTo).toBe(covered);
            expect(watch.completeTo).toBeLessThanOrEqual(now - SETTLE);
          }
          // What is due was read to its end.
          expect(now < watch.nextAt || watch.readTo >= now - 1_000).toBe(true);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are read again in part, for what comes late', () => {
    const { watch } = catchUp(newRegion('us-east-1', NOW), NOW, 10);
    const later = NOW + 10 * MINUTE;
    const slice = nextSlice({ ...watch, nextAt: later }, later);
    expect(slice?.from).toBe(watch.readTo + 1_000 - SETTLE);
  });

  it('wait for their time', () => {
    const { watch } = catchUp(newRegion('us-east-1', NOW), NOW, 10);
    expect(nextSlice(watch, watch.nextAt - 1)).toBeNull();
    const every = (activeAt: number | null, perHour = 10): number =>
      intervalOf({ ...watch, activeAt, perHour }, NOW);
    expect(every(null)).toBe(SLOW_INTERVAL);
    expect(every(NOW - DAY)).toBe(INTERVAL);
    expect(every(NOW - DAY, 50_000)).toBeLessThan(4 * MINUTE);
    expect(every(NOW - 8 * DAY)).toBe(SLOW_INTERVAL);
  });

  it('are cut when they turn out long, down to a minute', () => {
    const slice: Slice = { from: NOW, to: NOW + HOUR, purpose: 'judge' };
    const cut = cutSlice(slice, NOW + HOUR - 10 * MINUTE, 0);
    expect((cut?.to ?? 0) - NOW).toBeLessThan(10 * MINUTE);
    expect(cutSlice({ ...slice, to: NOW + MINUTE }, NOW, 0)).toBeNull();
    // What was read already is not what a round is cut to.
    expect(cutSlice(slice, NOW + HOUR - 10 * MINUTE, NOW + 20 * MINUTE)?.from).toBe(
      NOW + 20 * MINUTE + 1_000,
    );
  });
});

describe('complete-to', () => {
  it('goes back when an event came late, and comes on again after hours without any', () => {
    const { watch } = catchUp(newRegion('us-east-1', NOW), NOW, 10);
    const later = NOW + HOUR;
    const round = nextSlice(watch, later);
    if (round === null) throw new Error('Nothing to read');
    const read1 = afterSlice(watch, round, read(later), 1);
    const deep = nextSlice(read1, later);
    expect(deep).toMatchObject({ purpose: 'deep', from: watch.judgedFrom + HOUR, to: read1.settledTo });
    if (deep === null) throw new Error('Nothing to read');
    const late = afterSlice(read1, deep, read(later, { lateFrom: later - 3 * HOUR, fresh: 1 }), 1);
    expect(nextSlice(late, later)).toBeNull();
    expect(late.completeTo).toBeLessThanOrEqual(later - 3 * HOUR);
    const after = catchUp(late, later + 7 * HOUR).watch;
    expect(after.completeTo).toBeGreaterThan(later + 6 * HOUR);
  });

  it('is lost where CloudTrail kept nothing any more, and that is said', () => {
    const { watch } = catchUp(newRegion('us-east-1', NOW), NOW, 10);
    const back = NOW + 100 * DAY;
    const late = withFloor(watch, back);
    expect(late.lost).toEqual({ from: watch.readTo + 1_000, to: late.readTo });
    expect(withFloor(watch, NOW + 80 * DAY)).toBe(watch);
  });
});

describe('the cheaper way', () => {
  it('is the whole window as long as that is affordable, else the one with fewer calls', () => {
    expect(wayOf(null, 10)).toBe('window');
    expect(wayOf(1_000, 1)).toBe('window');
    expect(wayOf(400_000, 20)).toBe('keys');
    expect(wayOf(400_000, 20_000)).toBe('window');
    expect(wayOf(400_000, 0)).toBe('window');
  });

  it('leaves the keys again when they turn out to work so much that it takes more calls', () => {
    expect(wayOf(400_000, 200, 300)).toBe('keys');
    expect(wayOf(400_000, 200, 5_000)).toBe('window');
  });

  it.each([
    [20_000, SETTLE],
    [35_000, 8 * MINUTE],
    [50_000, 4 * MINUTE],
    [60_000, 2 * MINUTE],
  ])('reads %d events an hour within six minutes and inside our half', (perHour, overlap) => {
    const rhythm = windowRhythm(perHour);
    if (rhythm === null) throw new Error('It does not get there');
    expect(rhythm.overlap).toBeGreaterThanOrEqual(overlap);
    const pages = Math.ceil((perHour * (rhythm.interval + rhythm.overlap)) / HOUR / PAGE);
    expect(rhythm.interval + pages * 1_000).toBeLessThanOrEqual(6 * MINUTE);
    const settling = rhythm.overlap < SETTLE ? perHour / PAGE : 0;
    const calls = callsPerHour(perHour, rhythm.interval, rhythm.overlap) + settling;
    expect(calls).toBeLessThan(CALLS_PER_HOUR);
    // Events that take their time cost nothing before they are there: the same calls reach further back.
    expect(windowRhythm(perHour, 3 * MINUTE)?.overlap).toBeGreaterThanOrEqual(rhythm.overlap);
  });

  it('says when no rhythm suffices', () => {
    expect(windowRhythm(80_000)).toBeNull();
    expect(wayOf(80_000, 100)).toBe('keys');
  });
});

describe('a whole life of a region', () => {
  it('calls complete only what was read when it was old enough', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000 }),
        fc.array(fc.integer({ min: 0, max: 3 * HOUR }), { minLength: 1, maxLength: 4 }),
        (perHour, pauses) => {
          let now = NOW;
          let watch = { ...newRegion('us-east-1', now, { perHour }), activeAt: now };
          const reads: (Slice & { at: number })[] = [];
          for (const pause of pauses) {
            now += pause;
            for (let step = 0; step < 60; step += 1) {
              const slice = nextSlice(watch, now);
              if (slice === null) {
                now = Math.max(now + 20_000, Math.min(watch.nextAt, now + HOUR));
                continue;
              }
              reads.push({ ...slice, at: now });
              const seen = Math.round((perHour * (slice.to - slice.from + 1_000)) / HOUR);
              watch = { ...afterSlice(watch, slice, read(now, { seen }), 1), activeAt: now };
              now += Math.max(1, Math.ceil(seen / PAGE)) * 1_000;
            }
          }
          if (isLearning(watch)) return;
          for (let time = watch.judgedFrom; time <= watch.completeTo; time += 37_000) {
            const settled = reads.some(
              ({ from, to, at, purpose }) =>
                purpose !== 'deep' && from <= time && time <= to && at - time >= SETTLE,
            );
            if (!settled)
              throw new Error(`${time - NOW} of ${watch.completeTo - NOW} was never read when settled`);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('goes back a day when the clock was set back, and reads what comes meanwhile', () => {
    const { watch } = catchUp(newRegion('us-east-1', NOW + 3 * HOUR), NOW + 3 * HOUR, 10);
    const active = { ...watch, activeAt: NOW };
    expect(withClock(active, NOW + 3 * HOUR)).toBe(active);
    expect(isDue(active, NOW)).toBe(true);
    const back = withClock(active, NOW);
    expect(back.readTo).toBeLessThanOrEqual(NOW);
    expect(back.completeTo).toBeLessThanOrEqual(NOW - 20 * HOUR);
    const { watch: after, slices } = catchUp(back, NOW, 10);
    expect(slices[0]).toMatchObject({ purpose: 'judge' });
    expect(slices.some(({ purpose, from }) => purpose === 'settle' && from <= NOW - 20 * HOUR)).toBe(true);
    expect(after.completeTo).toBeGreaterThan(NOW - SETTLE - 3_000);
  });

  it('takes a history that shows not even Rekey’s own look-ups for one that stands still', () => {
    let watch: RegionWatch = { ...catchUp(newRegion('us-east-1', NOW), NOW, 10).watch, activeAt: NOW };
    const seen = NOW - MINUTE;
    let now = NOW;
    const round = (newest: number): void => {
      now += 6 * MINUTE;
      for (let slice = nextSlice(watch, now); slice !== null; slice = nextSlice(watch, now))
        watch = afterSlice(watch, slice, read(now, { newest, active: true }), 1);
    };
    for (let count = 0; count < 6; count += 1) round(seen);
    expect(isSilent(watch)).toBe(false);
    for (let count = 0; count < 30; count += 1) round(seen);
    expect(isSilent(watch)).toBe(true);
    expect(watch.completeTo).toBeLessThanOrEqual(seen);
    round(now);
    expect(isSilent(watch)).toBe(false);
    expect(watch.completeTo).toBeGreaterThan(now - 21 * MINUTE);
  });
});
