import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DEFAULT_WORKING_HOURS,
  hoursWords,
  isWorkingHours,
  nextWorkingMoment,
  shiftAt,
  type WorkingHours,
} from '../../src/domain/working-hours.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

function hours(timeZone: string, changes: Partial<WorkingHours> = {}): WorkingHours {
  return { ...DEFAULT_WORKING_HOURS, timeZone, days: EVERY_DAY, ...changes };
}

function at(iso: string): number {
  return Date.parse(iso);
}

function next(zone: WorkingHours, iso: string): string {
  return new Date(nextWorkingMoment(zone, at(iso))).toISOString();
}

describe('the next working moment', () => {
  test('is now within the hours, whose end is not', () => {
    const utc = hours('UTC');
    expect(next(utc, '2026-11-27T09:00:00Z')).toBe('2026-11-27T09:00:00.000Z');
    expect(next(utc, '2026-11-27T16:59:59Z')).toBe('2026-11-27T16:59:59.000Z');
    expect(next(utc, '2026-11-27T17:00:00Z')).toBe('2026-11-28T09:00:00.000Z');
    expect(next(utc, '2026-11-27T08:59:59Z')).toBe('2026-11-27T09:00:00.000Z');
  });

  test('leaves days off out', () => {
    // 27 November 2026 is a Friday.
    expect(next(DEFAULT_WORKING_HOURS, '2026-11-27T17:00:00Z')).toBe('2026-11-30T09:00:00.000Z');
    expect(next({ ...DEFAULT_WORKING_HOURS, days: [5] }, '2026-11-27T17:00:00Z')).toBe(
      '2026-12-04T09:00:00.000Z',
    );
  });

  test.each([
    [
      'the day before the clocks go forward',
      'Europe/Zurich',
      '2027-03-27T01:00:00Z',
      '2027-03-27T08:00:00.000Z',
    ],
    ['the day they do', 'Europe/Zurich', '2027-03-28T00:30:00Z', '2027-03-28T07:00:00.000Z'],
    ['the day they go back', 'Europe/Zurich', '2026-10-25T00:30:00Z', '2026-10-25T08:00:00.000Z'],
    ['the same in New York', 'America/New_York', '2026-11-01T05:30:00Z', '2026-11-01T14:00:00.000Z'],
    ['forward in New York', 'America/New_York', '2027-03-14T06:30:00Z', '2027-03-14T13:00:00.000Z'],
    ['a leap day', 'Europe/Zurich', '2028-02-28T20:00:00Z', '2028-02-29T08:00:00.000Z'],
    ['after a leap day', 'Europe/Zurich', '2028-02-29T20:00:00Z', '2028-03-01T08:00:00.000Z'],
    ['45 minutes off', 'Asia/Kathmandu', '2026-11-27T00:00:00Z', '2026-11-27T03:15:00.000Z'],
    ['half an hour of summer', 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', '2026-10-03T22:00:00.000Z'],
    ['before that summer', 'Australia/Lord_Howe', '2026-10-02T12:00:00Z', '2026-10-02T22:30:00.000Z'],
    ['45 minutes off, in summer', 'Pacific/Chatham', '2026-11-27T10:00:00Z', '2026-11-27T19:15:00.000Z'],
    ['and in winter', 'Pacific/Chatham', '2026-06-27T10:00:00Z', '2026-06-27T20:15:00.000Z'],
    ['the far east', 'Pacific/Kiritimati', '2026-11-26T18:00:00Z', '2026-11-26T19:00:00.000Z'],
    ['a day that Samoa left out', 'Pacific/Apia', '2011-12-30T06:00:00Z', '2011-12-30T19:00:00.000Z'],
  ])('on %s', (_name, zone, from, expected) => {
    expect(next(hours(zone), from)).toBe(expected);
  });

  test('of hours that begin in a time that is left out keeps their length', () => {
    const early = hours('Europe/Zurich', { from: '02:30', until: '04:00' });
    expect(next(early, '2027-03-28T00:00:00Z')).toBe('2027-03-28T01:30:00.000Z');
    const short = hours('Europe/Zurich', { from: '02:15', until: '02:45' });
    expect(shiftAt(short, at('2027-03-28T01:20:00Z'))).toEqual({
      opens: at('2027-03-28T01:15:00Z'),
      closes: at('2027-03-28T01:45:00Z'),
    });
  });

  test('of hours that begin in a time that comes twice is the first', () => {
    const early = hours('America/New_York', { from: '01:30', until: '02:30' });
    expect(shiftAt(early, at('2026-11-01T06:45:00Z'))).toEqual({
      opens: at('2026-11-01T05:30:00Z'),
      closes: at('2026-11-01T07:30:00Z'),
    });
  });

  test('of hours over midnight belongs to the day they begin', () => {
    const night = hours('UTC', { from: '22:00', until: '06:00', days: [5] });
    expect(next(night, '2026-11-27T12:00:00Z')).toBe('2026-11-27T22:00:00.000Z');
    expect(next(night, '2026-11-28T05:59:00Z')).toBe('2026-11-28T05:59:00.000Z');
    expect(next(night, '2026-11-28T06:00:00Z')).toBe('2026-12-04T22:00:00.000Z');
    expect(next(night, '2026-11-27T05:00:00Z')).toBe('2026-11-27T22:00:00.000Z');
  });

  test('of equal times is any moment of the day', () => {
    const all = hours('Asia/Kathmandu', { from: '00:00', until: '00:00' });
    expect(next(all, '2026-11-27T18:14:59Z')).toBe('2026-11-27T18:14:59.000Z');
    expect(next(all, '2026-11-27T18:15:00Z')).toBe('2026-11-27T18:15:00.000Z');
  });
});

describe('in every zone and at any time', () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
  const zone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
  const any = fc.record({
    timeZone: zone,
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    from: time,
    until: time,
  });
  const moment = fc.integer({ min: at('2015-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });

  test('the next moment is not before, is at work, and comes within eight days', () => {
    fc.assert(
      fc.property(any, moment, (zone, now) => {
        const found = nextWorkingMoment(zone, now);
        expect(found).toBeGreaterThanOrEqual(now);
        expect(found - now).toBeLessThanOrEqual(8 * DAY);
        expect(shiftAt(zone, found)).not.toBeNull();
        expect(nextWorkingMoment(zone, found)).toBe(found);
      }),
      { numRuns: 500 },
    );
  });

  test('clocks there show the beginning, but for times that were left out', () => {
    fc.assert(
      fc.property(any, moment, (zone, now) => {
        const { opens } = shiftAt(zone, nextWorkingMoment(zone, now)) ?? { opens: 0 };
        const shown = new Intl.DateTimeFormat('en-GB', {
          timeZone: zone.timeZone,
          hour: '2-digit',
          minute: '2-digit',
        }).format(opens);
        const shift = (minutes(shown) - minutes(zone.from) + 1440) % 1440;
        expect([0, 20, 30, 60, 120, 180]).toContain(shift);
      }),
      { numRuns: 500 },
    );
  });

  function minutes(time: string): number {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return (hour % 24) * 60 + minute;
  }
});

describe('hours as they are given', () => {
  test.each([
    [{}, true],
    [{ timeZone: 'Europe/Nowhere' }, false],
    [{ timeZone: '' }, false],
    [{ days: [] }, false],
    [{ days: [0] }, false],
    [{ from: '24:00' }, false],
    [{ until: '9:00' }, false],
  ])('%o can be used: %s', (changes, expected) => {
    expect(isWorkingHours({ ...DEFAULT_WORKING_HOURS, ...changes })).toBe(expected);
  });

  test('are said in a line', () => {
    expect(hoursWords(DEFAULT_WORKING_HOURS)).toBe('Mon–Fri 09:00–17:00 (UTC)');
    expect(hoursWords({ ...DEFAULT_WORKING_HOURS, days: [7, 1] })).toBe('Mon, Sun 09:00–17:00 (UTC)');
  });
});
