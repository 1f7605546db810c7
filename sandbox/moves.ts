import { setTimeout as sleep } from 'node:timers/promises';
import type { MovableClock } from './clock.ts';
import type { ClockStep } from './page/wire.ts';
import type { Traffic } from './traffic.ts';

const QUARTER = 15 * 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The sample team's working mornings: nine o'clock from Monday to Friday, where all of them live. */
const TEAM_TIME_ZONE = 'Europe/Berlin';
const MORNING_HOUR = 9;
const WEEKEND = ['Sat', 'Sun'];

/** A move waits for so long a quiet, at most for so long; ms of the machine's clock. */
const CALM_MS = 120;
const PATIENCE_MS = 3_000;

/** How far a step puts the clock forward; ms, more than 0. */
export function lengthOf(step: ClockStep, now: number): number {
  switch (step) {
    case 'hour':
      return HOUR;
    case 'day':
      return DAY;
    case 'week':
      return 7 * DAY;
    case 'morning':
      return nextMorning(now) - now;
  }
}

/** The next nine o'clock of a working day in the team's time zone, later than `now`. */
function nextMorning(now: number): number {
  // Step by step, so that a night in which the clocks were changed is as long as it was.
  for (let at = Math.floor(now / QUARTER + 1) * QUARTER; ; at += QUARTER) {
    const { weekday, hour, minutes } = localTime(at);
    if (hour === MORNING_HOUR && minutes === 0 && !WEEKEND.includes(weekday)) return at;
  }
}

const zoneClock = new Intl.DateTimeFormat('en-GB', {
  timeZone: TEAM_TIME_ZONE,
  weekday: 'short',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});

function localTime(at: number): {
  readonly weekday: string;
  readonly hour: number;
  readonly minutes: number;
} {
  const parts = new Map(zoneClock.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    weekday: parts.get('weekday') ?? '',
    hour: Number(parts.get('hour')),
    minutes: Number(parts.get('minute')),
  };
}

/**
 * Puts the clock forward once nothing is under way between Rekey and the stand-ins: a call that is cut off by a day
 * in its middle would be made again, and what it did be seen twice. Whoever never falls silent is not waited for.
 */
export async function moveCalmly(
  clock: MovableClock,
  step: ClockStep,
  traffic: readonly Traffic[],
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline && traffic.some(({ quietMs }) => quietMs < CALM_MS)) await sleep(10);
  clock.forward(lengthOf(step, clock.now()));
}
