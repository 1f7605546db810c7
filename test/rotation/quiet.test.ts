import { describe, expect, test } from 'vitest';
import { known, unknown } from '../../src/domain/known.ts';
import { longestGap, MAX_QUIET_MS, MIN_QUIET_MS, quietWindow, silence } from '../../src/rotation/quiet.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('the quiet window', () => {
  test.each([
    ['nothing is used', 0, MIN_QUIET_MS],
    ['it is used every hour', HOUR, MIN_QUIET_MS],
    ['it is used every 16 hours', 16 * HOUR, MIN_QUIET_MS],
    ['it is used every week', 7 * DAY, 10.5 * DAY],
    ['it is used every month', 31 * DAY, MAX_QUIET_MS],
  ])('when %s', (_, gap, window) => {
    expect(quietWindow(known(gap, 1))).toBe(window);
  });

  test('is the longest where gaps are not known', () => {
    expect(quietWindow(unknown('throttled', 1))).toBe(MAX_QUIET_MS);
  });

  test('counts the gap up to now, whatever the order of uses', () => {
    expect(longestGap([5, 1, 2], 9)).toBe(4);
    expect(longestGap([], 9)).toBe(0);
  });
});

describe('silence', () => {
  const facts = {
    cutoverAt: 100 * DAY,
    quietMs: DAY,
    lastUse: { kind: 'not_seen', asOf: 102 * DAY },
    trail: known({ lastAt: null, completeTo: 102 * DAY }, 102 * DAY),
  } as const;

  test('needs last-used and complete CloudTrail, both up to the end of the window', () => {
    expect(silence(facts)).toEqual({ answer: 'silent' });
    const short = known({ lastAt: null, completeTo: 101 * DAY - 1 }, 1);
    expect(silence({ ...facts, trail: short })).toMatchObject({ answer: 'not_yet', until: 101 * DAY });
    const lastUse = { kind: 'not_seen', asOf: 101 * DAY - 1 } as const;
    expect(silence({ ...facts, lastUse })).toMatchObject({ answer: 'not_yet' });
  });

  test('never follows from what could not be read', () => {
    const lastUse = { kind: 'unknown', why: 'throttled', since: 1, last: null } as const;
    expect(silence({ ...facts, lastUse })).toEqual({ answer: 'unknown', why: 'last use: throttled' });
    const trail = unknown('a region could not be read', 1);
    expect(silence({ ...facts, trail })).toMatchObject({ answer: 'unknown' });
  });

  test('begins again with each use, whichever source shows it', () => {
    const at = 101.5 * DAY;
    const trail = known({ lastAt: at, completeTo: 102 * DAY }, 1);
    expect(silence({ ...facts, trail })).toMatchObject({ answer: 'not_yet', lastAt: at, until: at + DAY });
    const lastUse = { kind: 'used', at, asOf: 102 * DAY, service: null, region: null } as const;
    expect(silence({ ...facts, lastUse })).toMatchObject({ answer: 'not_yet', lastAt: at + HOUR / 4 });
  });
});
