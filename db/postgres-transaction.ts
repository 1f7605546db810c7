import { DatabaseError, type PoolClient } from 'pg';
import { checkRows } from './atomically.ts';
import type { Change, Db } from './engine.ts';
import { askTogether, type Asking } from './postgres-packet.ts';

/** So many statements are on their way at once: the answers to more would pile up, and one time-out be that of all. */
const ON_THEIR_WAY = 64;

const BEGIN: Asking = { query: 'BEGIN' };
const COMMIT: Asking = { query: 'COMMIT' };

/** Why the server made none of the changes. It answered the end of the transaction: nothing of it is open any more. */
export interface Refused {
  readonly error: unknown;
}

/**
 * Runs the changes in one transaction on this connection, or none of them: its statements, and its end, go to the server
 * in one packet. A change that must touch so many rows fails there when it touches others. The server refuses those after
 * the first that fails, and rolls back: answers what that failed of, null when all were made. Throws the same where the
 * end was not answered, and the transaction may still be open. `first`: a statement to begin with.
 */
export async function runTransaction(
  client: PoolClient,
  db: Db,
  changes: readonly Change[],
  first: Asking | null,
): Promise<Refused | null> {
  // Built before anything is sent: what cannot be stored throws here.
  const statements = changes.map((change) => statementOf(change, db));
  const opening = first === null ? [BEGIN] : [BEGIN, first];
  const all = [...opening, ...statements, COMMIT];
  for (let from = 0; from < all.length; from += ON_THEIR_WAY) {
    // Of each how it ended: none is left on its way.
    const ends = await Promise.allSettled(askTogether(client, all.slice(from, from + ON_THEIR_WAY)));
    // What failed later failed, perhaps, of what went wrong first.
    const at = ends.findIndex(({ status }) => status === 'rejected');
    const failed = ends[at];
    if (failed?.status !== 'rejected') continue;
    const error = reasonOf(failed.reason, changes[from + at - opening.length]);
    // To the end of what it refused the server says that it rolled back.
    const isOver = from + ends.length === all.length && ends.at(-1)?.status === 'fulfilled';
    if (!isOver) throw error;
    return { error };
  }
  return null;
}

function reasonOf(error: unknown, change: Change | undefined): unknown {
  const touched = otherRows(error);
  if (change === undefined || touched === null) return error;
  try {
    checkRows(change, touched);
  } catch (other) {
    return other;
  }
  return error;
}

function statementOf(change: Change, db: Db): Asking {
  const { sql, params } = change.build(db).toSQL();
  return { query: typeof change.rows === 'number' ? counted(sql, change.rows) : sql, values: params };
}

/** What the server says of a text that is no number; nobody gives it another one. */
const NO_NUMBER = '22P02';
const OTHER_ROWS = 'rows touched: ';

/** The change as a statement that fails when it touches another number of rows, and says so in the server's own log. */
function counted(change: string, rows: number): string {
  return `with changed as (${change} returning 1) select case when count(*) = ${rows} then 1 else ('${OTHER_ROWS}' || count(*))::int end from changed`;
}

/** How many rows a change touched that must touch others; null for whatever else went wrong. */
function otherRows(error: unknown): number | null {
  if (!(error instanceof DatabaseError) || error.code !== NO_NUMBER) return null;
  const [, count] = error.message.split(OTHER_ROWS);
  return count === undefined ? null : Number.parseInt(count, 10);
}
