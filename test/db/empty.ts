import Database from 'better-sqlite3';
import { getTableName } from 'drizzle-orm';
import * as tables from '../../db/schema/postgres.ts';
import { withClient } from '../support/postgres.ts';

const DELETES = Object.values(tables)
  .map((table) => `DELETE FROM ${getTableName(table)}`)
  .join('; ');

/**
 * Empties the tables that both engines have, in a database of ours. On PostgreSQL, TRUNCATE would make new files for
 * each table and index, which takes far longer.
 */
export async function emptyTables(url: string): Promise<void> {
  if (!url.startsWith('file:')) {
    await withClient(url, (client) => client.query(DELETES));
    return;
  }
  const client = new Database(url.slice('file:'.length));
  client.exec(`BEGIN; ${DELETES}; COMMIT`);
  client.close();
}
