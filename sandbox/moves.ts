import { setTimeout as sleep } from 'node:timers/promises';
import type { MovableClock } from './clock.ts';
import type { ClockStep } from './page/wire.ts';
import type { Traffic } from './traffic.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Where Rekey's working hours begin unless a team sets others: from Monday to Friday at nine, UTC. */
const MORNING = 9 * HOUR;

/** A move waits for so long a quiet, and at most for so long, which is time for a sweep; ms of the machine's clock. */
const CALM_MS = 120;
const PATIENCE_MS = 10_000;

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

/** The next nine o'clock of a working day, later than `now`. */
function nextMorning(now: number): number {
  const today = Math.floor(now / DAY) * DAY + MORNING;
  let morning = today > now ? today : today + DAY;
  while ([0, 6].includes(new Date(morning).getUTCDay())) morning += DAY;
  return morning;
}

/**
 * Puts the clock forward once nothing is under way between Rekey and the stand-ins: a call that is cut off by a day
 * in its middle would be made again, and what it did be seen twice. Whoever never falls silent is not waited for.
 */
export async function moveCalmly(
  clock: MovableClock,
  step: ClockStep,
  traffic: readonly Traffic[],
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline && traffic.some(({ quietMs }) => quietMs < CALM_MS)) await sleep(10);
  clock.forward(lengthOf(step, clock.now()));
}
