const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A day (UTC), such as `3 Nov 2026`. Times are ms since the epoch. */
export function dayWords(at: number): string {
  const date = new Date(at);
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
}

/** Whether a text is a day that exists, such as `2026-11-03`: JavaScript takes 30 February for a day in March. */
export function isDay(text: string): boolean {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** A moment, such as `3 Nov 2026 14:05 UTC`. */
export function momentWords(at: number): string {
  return `${dayWords(at)} ${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** Whole days in a span, rounded towards its beginning. */
export function wholeDays(ms: number): number {
  return Math.floor(ms / DAY_MS);
}

/** A span in its largest whole unit: `12 days`, `5 hours`, `less than a minute`. */
export function spanWords(ms: number): string {
  const units = [
    ['day', DAY_MS],
    ['hour', HOUR_MS],
    ['minute', MINUTE_MS],
  ] as const;
  for (const [unit, size] of units) {
    const count = Math.floor(ms / size);
    if (count >= 1) return counted(count, unit);
  }
  return 'less than a minute';
}

/** How long something lasts at the least, rounded up: `36 hours`, `7 days`. */
export function lengthWords(ms: number): string {
  const hours = Math.ceil(ms / HOUR_MS);
  return hours < 72 ? counted(hours, 'hour') : counted(Math.ceil(ms / DAY_MS), 'day');
}

/** `1 key`, `2 keys`. */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
