import type { AttemptResult } from '../domain/attempt-result.ts';
import type { Attempt } from '../domain/attempt.ts';
import type { Connection } from '../domain/connection.ts';
import type { AuditEntry } from '../domain/records.ts';
import type { Write } from '../ports/stores.ts';

/** What one kind of attempt comes to: the outcome, and the writes that make it true. */
export interface Ending {
  readonly result: AttemptResult;
  readonly outcome: NonNullable<AuditEntry['outcome']>;
  readonly entityId: string;
  readonly writes: readonly Write[];
  /** Makes the same ending for a newer row of the connection, without asking AWS again. */
  readonly again?: { readonly from: Connection; on(row: Connection): Ending };
}

/** Whether what AWS said of one holds for the other: nothing but the names and words around it has changed. */
export function sameCredentials(one: Connection, other: Connection): boolean {
  return (
    one.method === other.method &&
    one.accessKeyId === other.accessKeyId &&
    one.roleArn === other.roleArn &&
    one.uniqueId === other.uniqueId
  );
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
