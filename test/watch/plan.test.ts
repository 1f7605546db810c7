import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLearning, learned, type RegionWatch } from '../../src/domain/watch.ts';
import {
  afterSlice,
  CALLS_PER_HOUR,
  callsPerHour,
  cutSlice,
  FLOOR,
  INTERVAL,
  intervalOf,
  JUDGED_BEFORE,
  newRegion,
  nextSlice,
  overlapOf,
  PAGE,
  SETTLE,
  SLOW_INTERVAL,
  wayOf,
  withFloor,
  type Slice,
} from '../../src/watch/plan.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 20, 12, 0, 0, 345);

const read = (begunAt: number, changes: Partial<Parameters<typeof afterSlice>[2]> = {}) => ({
  begunAt,
  seen: 0,
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
    expect(slice?.from).toBe(watch.readTo + 1_000 - 15 * MINUTE);
    expect(overlapOf(1_000_000)).toBe(5 * MINUTE);
  });

  it('wait for their time', () => {
    const { watch } = catchUp(newRegion('us-east-1', NOW), NOW, 10);
    expect(nextSlice(watch, watch.nextAt - 1)).toBeNull();
    expect(intervalOf({ activeAt: null }, NOW)).toBe(SLOW_INTERVAL);
    expect(intervalOf({ activeAt: NOW - DAY }, NOW)).toBe(INTERVAL);
    expect(intervalOf({ activeAt: NOW - 8 * DAY }, NOW)).toBe(SLOW_INTERVAL);
  });

  it('are cut when they turn out long, down to a minute', () => {
    const slice: Slice = { from: NOW, to: NOW + HOUR, purpose: 'judge' };
    const cut = cutSlice(slice, NOW + HOUR - 10 * MINUTE);
    expect((cut?.to ?? 0) - NOW).toBeLessThan(10 * MINUTE);
    expect(cutSlice({ ...slice, to: NOW + MINUTE }, NOW)).toBeNull();
  });
});

describe('complete-to', () => {
  it('goes back when an event came late, and comes on again after hours without any', () => {
    const { watch } = catchUp(newRegion('us-east-1', NOW), NOW, 10);
    const later = NOW + HOUR;
    const deep = nextSlice(watch, later);
    if (deep === null) throw new Error('Nothing to read');
    expect(deep.purpose).toBe('deep');
    const late = afterSlice(watch, deep, read(later, { lateFrom: later - 3 * HOUR, fresh: 1 }), 1);
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

  it('keeps 50,000 events an hour in one region inside our half', () => {
    const overlap = overlapOf(50_000);
    const deep = (CALLS_PER_HOUR * 150) / CALLS_PER_HOUR;
    expect(callsPerHour(50_000, INTERVAL, overlap) + Math.max(deep, (50_000 * 25) / 60 / PAGE)).toBeLessThan(
      CALLS_PER_HOUR,
    );
    expect(callsPerHour(50_000, INTERVAL, overlap)).toBeGreaterThan(50_000 / PAGE);
  });
});
