import { setTimeout as sleep } from 'node:timers/promises';
import type { MovableClock } from './clock.ts';
import type { ClockStep } from './page/wire.ts';
import type { Traffic } from './traffic.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Where Rekey's working hours begin unless a team sets others: from Monday to Friday at nine, UTC. */
const MORNING = 9 * HOUR;

/** Before anybody's morning, in Berlin too, a longer move stops for a moment: sweeps come before reminders. */
const DAWN = 6 * HOUR;

/** A move waits for so long a quiet; ms of the machine's clock. */
const CALM_MS = 120;
/** And at dawn for so long, since what the night brought only begins then. */
const SETTLED_MS = 1_000;
/** Each time for so long at the most, which is enough for a sweep of the sample accounts. */
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

/** The lengths of the parts of a step, in order; ms. */
export function partsOf(step: ClockStep, now: number): readonly number[] {
  const length = lengthOf(step, now);
  const end = now + length;
  const dawn = Math.floor(end / DAY) * DAY + DAWN;
  return now < dawn && dawn < end ? [dawn - now, end - dawn] : [length];
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
  let quietMs = CALM_MS;
  for (const length of partsOf(step, clock.now())) {
    await quiet(traffic, quietMs, patienceMs);
    clock.forward(length);
    quietMs = SETTLED_MS;
  }
}

/** Resolves when nothing was under way for so long from now on, or patience is over. */
async function quiet(traffic: readonly Traffic[], ms: number, patienceMs: number): Promise<void> {
  const from = performance.now();
  for (let waited = 0; waited < patienceMs; waited = performance.now() - from) {
    if (waited >= ms && traffic.every(({ quietMs }) => quietMs >= ms)) return;
    await sleep(10);
  }
}
