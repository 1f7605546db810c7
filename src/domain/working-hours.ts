import { DAY_MS } from './time-words.ts';

/** When people of a channel are at work. */
export interface WorkingHours {
  /** IANA name, such as `Europe/Zurich`. */
  readonly timeZone: string;
  /** 1 is Monday, 7 Sunday: the days on which the hours begin. */
  readonly days: readonly number[];
  /** `HH:MM`. */
  readonly from: string;
  /** `HH:MM`; not after `from` means on the next day, so that equal times are a whole day. */
  readonly until: string;
}

export const DEFAULT_WORKING_HOURS: WorkingHours = {
  timeZone: 'UTC',
  days: [1, 2, 3, 4, 5],
  from: '09:00',
  until: '17:00',
};

/** One stretch of work: from `opens` until before `closes`; ms. */
export interface Shift {
  readonly opens: number;
  readonly closes: number;
}

/** The shift in which `at` lies, or null. */
export function shiftAt(hours: WorkingHours, at: number): Shift | null {
  for (const shift of shiftsAround(hours, at, -1, 1)) {
    if (shift.opens <= at && at < shift.closes) return shift;
  }
  return null;
}

/** `at` itself when it is in working hours, else when the next begin. */
export function nextWorkingMoment(hours: WorkingHours, at: number): number {
  if (shiftAt(hours, at) !== null) return at;
  // A day that a zone left out may push it one week further.
  for (const { opens } of shiftsAround(hours, at, 0, 15)) {
    if (opens > at) return opens;
  }
  return at;
}

/** True for what can be used: a time zone this system knows, times of the day, and at least one day. */
export function isWorkingHours(hours: WorkingHours): boolean {
  const times = [hours.from, hours.until].every((time) => /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(time));
  const days =
    hours.days.length > 0 && hours.days.every((day) => Number.isInteger(day) && day >= 1 && day <= 7);
  return times && days && isTimeZone(hours.timeZone);
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `Mon, Tue, Fri 09:00–17:00 (Europe/Zurich)`. */
export function hoursWords({ timeZone, days, from, until }: WorkingHours): string {
  const names = days.toSorted((a, b) => a - b).map((day) => DAYS[day - 1] ?? '');
  const whole = [1, 2, 3, 4, 5].join() === days.toSorted((a, b) => a - b).join();
  return `${whole ? 'Mon–Fri' : names.join(', ')} ${from}–${until} (${timeZone})`;
}

/** Shifts that begin on the local days from `first` to `last` days after that of `at`, in order. */
function* shiftsAround(hours: WorkingHours, at: number, first: number, last: number): Generator<Shift> {
  const { timeZone, days, from, until } = hours;
  const today = Math.floor(wallClock(timeZone, at) / DAY_MS) * DAY_MS;
  for (let away = first; away <= last; away += 1) {
    const day = today + away * DAY_MS;
    if (!days.includes(weekday(day))) continue;
    const opens = instantOf(timeZone, day + timeOfDay(from));
    // A day that the zone left out (Samoa, 30 December 2011) has no hours.
    if (Math.floor(wallClock(timeZone, opens) / DAY_MS) * DAY_MS !== day) continue;
    const ends = day + timeOfDay(until) + (until <= from ? DAY_MS : 0);
    yield { opens, closes: instantOf(timeZone, ends) };
  }
}

/** 1 is Monday. Day 0 of the epoch was a Thursday. */
function weekday(day: number): number {
  return ((((day / DAY_MS + 3) % 7) + 7) % 7) + 1;
}

function timeOfDay(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return (hours * 60 + minutes) * 60_000;
}

/**
 * The moment at which the clocks of a zone show this time, given as if it were UTC. A time that comes twice is its first;
 * one that is left out is as much later as the clocks were put forward, so that a shift keeps its length.
 */
export function instantOf(timeZone: string, wall: number): number {
  const before = wallClock(timeZone, wall - DAY_MS) - (wall - DAY_MS);
  const after = wallClock(timeZone, wall + DAY_MS) - (wall + DAY_MS);
  const fitting = [wall - before, wall - after].filter((at) => wallClock(timeZone, at) === wall);
  return fitting.length === 0 ? wall - before : Math.min(...fitting);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const numeric = 'numeric' as const;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: numeric,
    month: numeric,
    day: numeric,
    hour: numeric,
    minute: numeric,
    second: numeric,
  });
  formats.set(timeZone, format);
  return format;
}

/** What the clocks of a zone show at a moment, as if it were UTC; to the second. */
function wallClock(timeZone: string, at: number): number {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
}
