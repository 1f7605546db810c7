import { getTableColumns, sql } from 'drizzle-orm';
import type { PgColumn, PgTable, PgUpdateSetSource } from 'drizzle-orm/pg-core';
import type { Write } from '../src/ports/stores.ts';
import { together, write } from './atomically.ts';
import type { Engine } from './engine.ts';

/** SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535. */
const MAX_PARAMETERS = 32_000;

/** The list in parts that fit into one statement each. */
export function chunks<T>(list: readonly T[], parametersEach = 1): T[][] {
  const size = Math.floor(MAX_PARAMETERS / parametersEach);
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

/** Reads for any number of ids what `read` answers for some; in the order of their bytes, each once. */
export async function readFor<T>(
  ids: readonly string[],
  read: (some: readonly string[]) => Promise<readonly T[]>,
): Promise<T[]> {
  const sorted = [...new Set(ids)].toSorted((one, other) =>
    Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );
  const found: T[] = [];
  for (const some of chunks(sorted)) found.push(...(await read(some)));
  return found;
}

/**
 * One row for each id, the last one given, in one order: PostgreSQL refuses an upsert that meets a row twice, and two
 * that lock the same rows in different orders stop each other.
 */
export function onePerId<T>(rows: readonly T[], id: (row: T) => string): T[] {
  const last = new Map(rows.map((row) => [id(row), row]));
  return [...last].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, row]) => row);
}

/** Inserts the rows, or replaces those whose `key` is there, in as few statements as the engines take. */
export function upsert<Table extends PgTable>(
  engine: Engine,
  what: string,
  table: Table,
  key: PgColumn[],
  rows: readonly Table['$inferInsert'][],
): Write {
  const columns = Object.entries(getTableColumns(table));
  const given = columns.filter(
    ([name, column]) => Object.hasOwn(rows[0] ?? {}, name) && !key.includes(column),
  );
  const set = Object.fromEntries(
    given.map(([name, column]) => [name, sql`excluded.${sql.identifier(column.name)}`]),
  ) as PgUpdateSetSource<Table>;
  return together(
    engine,
    chunks(rows, columns.length).map((some) =>
      write(engine, what, some.length, (db) =>
        db.insert(table).values(some).onConflictDoUpdate({ target: key, set }),
      ),
    ),
  );
}
