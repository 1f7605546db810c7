/** Slack's `<!date^…>` in the reader's language and time zone. */

const DAY = 86_400_000;

/**
 * Writes a moment by Slack's tokens ({date_short_pretty}, {time} …); unknown ones stay as they are.
 * @param atSeconds seconds since the epoch
 * @param now ms since the epoch
 */
export function writeMoment(atSeconds: number, format: string, fallback: string, now: number): string {
  if (!Number.isFinite(atSeconds)) return fallback;
  const date = new Date(atSeconds * 1000);
  const shown = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(undefined, options).format(date);
  const long: Intl.DateTimeFormatOptions = {
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    year: 'numeric',
  };
  const tokens: Readonly<Record<string, () => string>> = {
    date_num: () => date.toISOString().slice(0, 10),
    date: () => shown({ month: 'long', day: 'numeric', year: 'numeric' }),
    date_short: () => shown({ month: 'short', day: 'numeric', year: 'numeric' }),
    date_long: () => shown(long),
    time: () => shown({ hour: 'numeric', minute: '2-digit' }),
    time_secs: () => shown({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
    ago: () => ago(now - date.getTime()),
  };
  return format.replaceAll(/\{(\w+)\}/g, (whole, token: string) => {
    const pretty = token.endsWith('_pretty') ? near(date, now) : null;
    return pretty ?? tokens[token.replace(/_pretty$/, '')]?.() ?? whole;
  });
}

function near(date: Date, now: number): string | null {
  const midnight = (at: number | Date): number => new Date(at).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(date) - midnight(now)) / DAY);
  return { '-1': 'yesterday', '0': 'today', '1': 'tomorrow' }[String(days)] ?? null;
}

function ago(ms: number): string {
  const units = [
    ['day', DAY],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ] as const;
  const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
  for (const [unit, size] of units) {
    if (Math.abs(ms) >= size) return relative.format(-Math.round(ms / size), unit);
  }
  return 'now';
}
