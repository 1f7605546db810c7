import type { Finding, FindingCode } from './finding.ts';
import type { KeyKind } from './key-kind.ts';
import { DAY_MS, wholeDays } from './time-words.ts';

/** The most urgent first. A decoy that was used comes before all of them. */
const ORDER: readonly FindingCode[] = [
  'quarantined',
  'unexpected_use',
  'over_age',
  'unused',
  'never_used',
  'due_soon',
  'console_user',
  'two_active_keys',
  'inactive_long',
  'use_unknown',
  'age_unknown',
  'owner_missing',
  'tag_missing',
  'root_key',
];

/** More than the days of any key's life; one step of the order. */
const STEP = 100_000;
/** Snoozed keys stand between those with and those without findings. */
const SNOOZED = 1;
/** What no snooze quiets. */
const NEVER_QUIET: ReadonlySet<FindingCode> = new Set(['quarantined', 'unexpected_use']);

/** Whether a snooze pauses what is told of a finding. */
export function isQuietedBySnooze(code: FindingCode): boolean {
  return !NEVER_QUIET.has(code);
}

/**
 * How urgent a key is, as one number; the largest is first. The order is total but for the key id, by which lists break
 * ties:
 * 1. a used decoy, then the worst finding by {@link ORDER}
 * 2. within that, by days: longest over age, longest silent, soonest due, else oldest
 * A snoozed key (but for what no snooze quiets) comes after all others with findings; keys without any come last, the
 * oldest of them first. With all else the same, an older key is never less urgent.
 */
export function urgencyOf(
  key: {
    readonly findings: readonly Finding[];
    readonly createdAt: number | null;
    readonly snoozedUntil: number | null;
    readonly kind: KeyKind;
  },
  now: number,
): number {
  const { findings, createdAt, snoozedUntil, kind } = key;
  const heard = snoozedUntil === null ? findings : findings.filter(({ code }) => !isQuietedBySnooze(code));
  const age = createdAt === null ? 0 : wholeDays(now - createdAt);
  const [worst, rank] = heard.reduce<readonly [Finding | null, number]>(
    (best, each) => {
      const own = rankOf(each, kind);
      return own > best[1] ? [each, own] : best;
    },
    [null, 0],
  );
  if (worst !== null) return rank * STEP + within(daysOf(worst, age, now));
  return (findings.length > 0 ? SNOOZED * STEP : 0) + within(age);
}

function rankOf({ code, severity }: Finding, kind: KeyKind): number {
  if (code === 'unexpected_use' && kind === 'decoy') return ORDER.length + SNOOZED + 1;
  // A quarantined key that is switched off already waits with the others that are.
  const place = code === 'quarantined' && severity !== 'critical' ? 'inactive_long' : code;
  return ORDER.length - ORDER.indexOf(place) + SNOOZED;
}

/** Findings whose `at` tells since when. */
const SINCE: ReadonlySet<FindingCode> = new Set(['over_age', 'unused', 'never_used', 'inactive_long']);

function daysOf({ code, at }: Finding, age: number, now: number): number {
  if (at !== null && SINCE.has(code)) return wholeDays(now - at);
  // Nearer is larger.
  if (at !== null && code === 'due_soon') return STEP / 2 - Math.ceil((at - now) / DAY_MS);
  return age;
}

function within(days: number): number {
  return Math.min(STEP - 1, Math.max(0, days));
}
