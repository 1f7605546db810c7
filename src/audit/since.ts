import { isDay } from '../domain/time-words.ts';
import { RekeyError } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** ISO 8601: a day, or a time of day with a zone (without one, UTC). */
const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?)?$/i;

/**
 * The moment `2026-11-23`, `2026-11-23T14:00Z` or `7d` (`12h`, `2w`: so long before `now`) means, in ms since the
 * epoch. A time without a zone is UTC. Throws RekeyError `invalid`.
 */
export function parseSince(text: string, now: number): number {
  const trimmed = text.trim();
  const ago = /^(\d{1,5})([hdw])$/i.exec(trimmed);
  const unit = UNITS[ago?.[2]?.toLowerCase() ?? ''];
  if (unit !== undefined) return now - Number(ago?.[1]) * unit;
  const found = ISO.exec(trimmed);
  if (found !== null) {
    const zoned = trimmed.length > 10 && found[1] === undefined ? `${trimmed}Z` : trimmed;
    const at = Date.parse(zoned.replace(' ', 'T').toUpperCase());
    if (!Number.isNaN(at) && isDay(trimmed.slice(0, 10))) return at;
  }
  throw new RekeyError('invalid', 'That is not a time.', {
    next: 'Write a day (2026-11-23), a time (2026-11-23T14:00Z), or how long ago (12h, 7d, 2w).',
  });
}
