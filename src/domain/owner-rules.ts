import type { OwnerRule } from './owner.ts';

/**
 * The rule that says whom a user's keys belong to, or null. The most specific one wins: of this account before of all,
 * then the one with the most letters that must be as they are, then the one with the fewest `*`, then the oldest.
 */
export function ruleFor(rules: readonly OwnerRule[], accountId: string, userName: string): OwnerRule | null {
  const fitting = rules.filter(
    (rule) => (rule.accountId ?? accountId) === accountId && matches(rule.pattern, userName),
  );
  return fitting.toSorted(bySpecificity)[0] ?? null;
}

function bySpecificity(a: OwnerRule, b: OwnerRule): number {
  return (
    Number(a.accountId === null) - Number(b.accountId === null) ||
    letters(b) - letters(a) ||
    stars(a) - stars(b) ||
    a.createdAt - b.createdAt ||
    (a.id < b.id ? -1 : 1)
  );
}

function stars({ pattern }: OwnerRule): number {
  return pattern.split('*').length - 1;
}

function letters({ pattern }: OwnerRule): number {
  return pattern.replaceAll('*', '').length;
}

/**
 * Whether a name fits a pattern in which `*` is any text. Case does not matter: IAM has no two users whose names differ
 * in case only. Takes time in proportion to both lengths at the most, whatever the pattern.
 */
export function matches(pattern: string, name: string): boolean {
  const [wanted, text] = [pattern.toLowerCase(), name.toLowerCase()];
  let [at, seen, star, retry] = [0, 0, -1, 0];
  while (seen < text.length) {
    if (wanted[at] === '*') {
      star = at;
      at += 1;
      retry = seen;
    } else if (at < wanted.length && wanted[at] === text[seen]) {
      at += 1;
      seen += 1;
    } else if (star >= 0) {
      retry += 1;
      at = star + 1;
      seen = retry;
    } else {
      return false;
    }
  }
  return /^\**$/.test(wanted.slice(at));
}
