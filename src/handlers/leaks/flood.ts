import { authorId, type LeakAuthor } from '../../domain/leak.ts';

const HOUR_MS = 3_600_000;
/** So many messages of one author are told one by one in an hour; each may hold any number of keys. */
export const MOST_AN_HOUR = 10;
/** Authors that are remembered. */
const REMEMBERED = 1_000;

const counts = new Map<string, { readonly from: number; readonly count: number }>();

/**
 * Counts one message of an author: `told` within the hour's measure, `first_over` for the first one beyond it, then
 * `over`. Kept by this instance alone: two instances tell at most twice as many.
 */
export function countMessage(
  instanceId: string,
  author: LeakAuthor,
  now: number,
): 'told' | 'first_over' | 'over' {
  const id = `${instanceId} ${authorId(author) ?? ''}`;
  const known = counts.get(id);
  const isFresh = known !== undefined && now - known.from < HOUR_MS && now >= known.from;
  const next = isFresh ? { from: known.from, count: known.count + 1 } : { from: now, count: 1 };
  counts.delete(id);
  counts.set(id, next);
  for (const oldest of counts.keys()) {
    if (counts.size <= REMEMBERED) break;
    counts.delete(oldest);
  }
  if (next.count <= MOST_AN_HOUR) return 'told';
  return next.count === MOST_AN_HOUR + 1 ? 'first_over' : 'over';
}
