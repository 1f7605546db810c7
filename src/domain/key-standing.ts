import type { Finding } from './finding.ts';
import type { KindOfKey } from './key-kind.ts';
import type { Ownership } from './owner.ts';

/**
 * Where a key stands under its policy: worked out from facts, choices and the clock, and kept so that lists can be
 * ordered and filtered by the database. Worked out again after each sweep, each choice, and every hour.
 */
export interface KeyStanding {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly kind: KindOfKey;
  readonly ownership: Ownership;
  readonly findings: readonly Finding[];
  /** When the maximum age is (or was) reached; null where age does not count or is unknown. */
  readonly dueAt: number | null;
  /** The end of a running snooze, or null. */
  readonly snoozedUntil: number | null;
  /** Lists show the largest first. */
  readonly urgency: number;
  /** When it was worked out to be so; looks that found the same since may be up to a day younger. */
  readonly assessedAt: number;
}
