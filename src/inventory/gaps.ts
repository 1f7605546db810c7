import type { Gap } from '../domain/inventory.ts';

/** So many subjects of one kind are named; beyond that the gap is said of the account. */
const MOST_NAMED = 20;

/** A gap as it is found; since when is looked up. */
export type FoundGap = Omit<Gap, 'since'>;

/**
 * The gaps with one more. One that was known before (in `former` or in the list) keeps its first time. When many
 * subjects have the same kind of gap, they become one that names none of them.
 */
export function withGap(gaps: readonly Gap[], former: readonly Gap[], found: FoundGap, at: number): Gap[] {
  const alike = (gap: Gap) => gap.what === found.what;
  const same = (gap: Gap) => alike(gap) && gap.subject === found.subject;
  const whole = gaps.find((gap) => alike(gap) && gap.subject === null);
  if (whole !== undefined) return gaps.map((gap) => (gap === whole ? { ...gap, why: found.why } : gap));
  const since = Math.min(at, ...[...gaps, ...former].filter(same).map((gap) => gap.since));
  const rest = gaps.filter((gap) => !same(gap));
  const named = rest.filter(alike);
  if (found.subject === null || named.length < MOST_NAMED) return [...rest, { ...found, since }];
  const first = Math.min(since, ...[...named, ...former.filter(alike)].map((gap) => gap.since));
  return [
    ...rest.filter((gap) => !alike(gap)),
    { what: found.what, subject: null, why: found.why, since: first },
  ];
}

/** Gaps that belong to one user. */
const OF_USERS: ReadonlySet<Gap['what']> = new Set(['keys', 'last_use', 'tags', 'policies']);

/** Without those of a user that was read well, or is gone. */
export function withoutSubject(gaps: readonly Gap[], subject: string): Gap[] {
  return gaps.filter((gap) => gap.subject !== subject);
}

/** What remains unread when a sweep has ended: what it found, and after one for changes what it did not look at. */
export function gapsAfter(kind: 'full' | 'changes', former: readonly Gap[], found: readonly Gap[]): Gap[] {
  if (kind === 'full') return [...found];
  const again = (gap: Gap) => found.some((one) => one.what === gap.what && one.subject === gap.subject);
  return [...former.filter((gap) => OF_USERS.has(gap.what) && !again(gap)), ...found];
}
