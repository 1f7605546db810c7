/**
 * No lease or wait ends so much later than now, beyond what it was given for: one that does dates from before the clock
 * was set back, and holds no more; ms.
 */
export const CLOCK_STEP_MS = 15 * 60_000;
