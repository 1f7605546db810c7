/** CloudTrail is taken to be complete up to this long ago (DESIGN, section 2: the watcher's time to settle); ms. */
export const SETTLE_MS = 20 * 60_000;
