/** A check of AWS may take this long; its lease is longer, so that two processes do not work on one attempt. */
export const WORK_DEADLINE_MS = 60_000;
export const LEASE_MS = 90_000;
