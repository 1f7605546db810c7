import type { PoolClient, QueryResult } from 'pg';
import { checkRows } from './atomically.ts';
import type { Change, Db } from './engine.ts';

/** So many statements are on their way at once: the answers to more would pile up, and one time-out be that of all. */
const ON_THEIR_WAY = 64;

interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[];
}

const BEGIN: Statement = { text: 'BEGIN' };
const COMMIT: Statement = { text: 'COMMIT' };

/**
 * Runs the changes in one transaction on this connection, or none of them: their statements go to the server in one
 * packet, without a wait for the answer to each (pg's `pipeline`, which the pool must have been told). Only its end is
 * asked for apart, once every change touched the rows it must; where each does or fails, it goes along. Throws what the
 * first of them failed of; the server refuses those after it, and rolls back. `first`: a statement to begin with.
 */
export async function runTransaction(
  client: PoolClient,
  db: Db,
  changes: readonly Change[],
  first: Statement | null,
): Promise<void> {
  // Built before anything is sent: what cannot be stored throws here.
  const statements = changes.map((change) => statementOf(change, db));
  const opening = first === null ? [BEGIN] : [BEGIN, first];
  const isSure = changes.every(({ rows }) => rows === 'any' || rows === 'inserted');
  const all = [...opening, ...statements, ...(isSure ? [COMMIT] : [])];
  for (let from = 0; from < all.length; from += ON_THEIR_WAY) {
    const ends = await send(client, all.slice(from, from + ON_THEIR_WAY));
    for (const [at, end] of ends.entries()) {
      // What failed later failed, perhaps, of what went wrong here.
      if (end.status === 'rejected') throw end.reason;
      const change = changes[from + at - opening.length];
      if (change !== undefined) checkRows(change, end.value.rowCount ?? 0);
    }
  }
  if (!isSure) await client.query(COMMIT.text);
}

function statementOf(change: Change, db: Db): Statement {
  const { sql, params } = change.build(db).toSQL();
  return { text: sql, values: params };
}

/** How each ended, in order; none is left on its way. */
async function send(
  client: PoolClient,
  statements: readonly Statement[],
): Promise<PromiseSettledResult<QueryResult>[]> {
  const { stream } = client.connection;
  const answers: Promise<QueryResult>[] = [];
  stream.cork();
  try {
    for (const { text, values } of statements) {
      answers.push(values === undefined ? client.query(text) : client.query(text, [...values]));
    }
  } finally {
    stream.uncork();
  }
  return Promise.allSettled(answers);
}
