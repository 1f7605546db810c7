import { fillPlaceholders, getTableColumns } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Db, Engine, Query } from './engine.ts';
import { shareReads } from './share-reads.ts';
import { storable } from './schema/values.ts';

/**
 * A query for all columns of a table whose text is built once, and whose rows are read without drizzle: for what is asked
 * many times a second, both take longer than asking. What changes stands in it as `sql.placeholder(name)`: text or a
 * whole number. Those who ask the same at once share the rows.
 */
export function prepared<Table extends PgTable>(
  engine: Engine,
  table: Table,
  build: (db: Db) => { toSQL(): Query },
): (values?: Readonly<Record<string, string | number>>) => Promise<readonly Table['$inferSelect'][]> {
  const columns = Object.entries(getTableColumns(table));
  let built: Query | null = null;
  const read = shareReads(async (key) => {
    const rows = await engine.readShortly((db) => {
      built ??= build(db).toSQL();
      const values = JSON.parse(key) as Record<string, string | number>;
      return { sql: built.sql, params: fillPlaceholders([...built.params], values) };
    });
    return rows.map((row) => named(columns, row));
  });
  return async (values = {}) => read(JSON.stringify(mapped(values)));
}

/** The row with its columns named and mapped as drizzle does. */
function named<Table extends PgTable>(
  columns: readonly [string, Table['_']['columns'][string]][],
  row: Readonly<Record<string, unknown>>,
): Table['$inferSelect'] {
  const result: Record<string, unknown> = {};
  for (const [name, column] of columns) {
    const value = row[column.name];
    result[name] = value === null ? null : column.mapFromDriverValue(value);
  }
  return result;
}

/** As the columns do. */
function mapped(values: Readonly<Record<string, string | number>>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, storable(value)]));
}
