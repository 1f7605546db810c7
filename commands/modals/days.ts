import type { Values } from '../incoming.ts';

/** Ten years: more is a slip of the hand. */
export const MOST_DAYS = 3_650;

/** The whole number of days typed into an input; null when it is empty. */
export function daysIn(values: Values, block: string): number | null | 'wrong' {
  const typed = (values.get(block)?.one ?? '').trim();
  if (typed === '') return null;
  const days = /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
  return days >= 1 && days <= MOST_DAYS ? days : 'wrong';
}
