import { is, Placeholder, sql, type SQL } from 'drizzle-orm';
import type { Write } from '../src/ports/stores.ts';
import { write } from './atomically.ts';
import type { BuiltChange, Change, Db, Engine } from './engine.ts';
import { storable } from './schema/values.ts';

type Value = string | number | null;

/**
 * A change whose text is built once, for what is written many times a second. `build` is given a placeholder for each
 * value of a row; rows of other columns get a text of their own.
 */
export function preparedChange<Row extends { readonly [Name in keyof Row]: Value }>(
  engine: Engine,
  what: string,
  rows: Change['rows'],
  build: (db: Db, at: { readonly [Name in keyof Row]: SQL }) => BuiltChange,
): (row: Row) => Write {
  const texts = new Map<string, ReturnType<BuiltChange['toSQL']>>();
  return (row) =>
    write(engine, what, rows, (db) => {
      const columns = Object.keys(row).join();
      const built = texts.get(columns) ?? build(db, placeholdersFor(row)).toSQL();
      texts.set(columns, built);
      return {
        toSQL: () => ({ sql: built.sql, params: built.params.map((param) => filled(param, row)) }),
      };
    });
}

function placeholdersFor<Row extends { readonly [Name in keyof Row]: Value }>(row: Row) {
  const entries = Object.keys(row).map((name) => [name, sql`${sql.placeholder(name)}`]);
  return Object.fromEntries(entries) as { readonly [Name in keyof Row]: SQL };
}

/** As the columns do, which hold text and whole numbers alone. */
function filled(param: unknown, row: Readonly<Record<string, Value>>): unknown {
  if (!is(param, Placeholder)) return param;
  const value = row[param.name];
  if (value === undefined) throw new Error(`No value for "${param.name}"`);
  return value === null ? null : storable(value);
}
