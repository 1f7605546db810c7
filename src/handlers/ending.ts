import type { AttemptResult } from '../domain/attempt-result.ts';
import type { Attempt } from '../domain/attempt.ts';
import type { AuditEntry } from '../domain/records.ts';
import type { Write } from '../ports/stores.ts';

/** What one kind of attempt comes to: the outcome, and the writes that make it true. */
export interface Ending {
  readonly result: AttemptResult;
  readonly outcome: NonNullable<AuditEntry['outcome']>;
  readonly entityId: string;
  readonly writes: readonly Write[];
}

/** An ending in which nothing is kept and nothing was done. */
export function stopped(attempt: Attempt, why: string, next: string, writes: readonly Write[] = []): Ending {
  return {
    result: { kind: 'stopped', why, next },
    outcome: 'failed',
    entityId: attempt.connectionId ?? attempt.id,
    writes,
  };
}
