import type { PoolClient, QueryConfig, QueryResult } from 'pg';

/** What a connection is asked, as pg takes it; without values also more than a query, such as the end of a transaction. */
export interface Asking {
  readonly query: string | QueryConfig;
  readonly values?: readonly unknown[];
}

/**
 * Asks a connection several things in one packet, without a wait for each answer (pg's `pipeline`, which the pool must
 * have been told). The answers are in order; each may fail by itself.
 */
export function askTogether(client: PoolClient, asked: readonly Asking[]): Promise<QueryResult>[] {
  const { stream } = client.connection;
  stream.cork();
  try {
    return asked.map(({ query, values }) =>
      values === undefined ? client.query(query) : client.query(query, [...values]),
    );
  } finally {
    stream.uncork();
  }
}
