import { z } from 'zod';
import { RekeyError } from '../src/errors.ts';

/** A column that holds JSON: parsed, then checked by `schema`. */
export function json<T>(schema: z.ZodType<T>): z.ZodType<T, string> {
  return z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'not JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** A column that holds 0 or 1. */
export const flag = z.union([z.literal(0), z.literal(1)]).transform((value) => value === 1);

/** One of the names that are the keys of `names`; the record makes the compiler see that none is missing. */
export function oneOf<Name extends string>(names: Readonly<Record<Name, true>>): z.ZodType<Name, Name> {
  return z.custom<Name>(
    (value) => typeof value === 'string' && Object.hasOwn(names, value),
    'not a known word',
  );
}

/** The columns that name a row: the first of them that is there. */
const NAMING = ['id', 'key', 'groupId', 'accessKeyId', 'userId', 'connectionId', 'subject', 'accountId'];

/**
 * A row as its domain value.
 * @throws RekeyError `internal` that names table, row and column, and none of its values.
 */
export function readRow<T>(table: string, schema: z.ZodType<T>, row: Readonly<Record<string, unknown>>): T {
  const result = schema.safeParse(row);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path ?? [];
  const id = NAMING.map((name) => row[name]).find((value) => typeof value === 'string');
  throw new RekeyError(
    'internal',
    `${id === undefined ? 'A row' : `Row ${id}`} of the table ${table} cannot be read (${path.map(String).join('.') || 'row'}).`,
    { next: 'Restore the row from a backup, or remove it; nothing else is affected.' },
  );
}

/**
 * The same for the rows of a query that is asked again and again: one that stands where it stood is checked once, since
 * that takes longer than reading it. Those who asked share its value.
 */
export function rereadRows<T>(
  table: string,
  schema: z.ZodType<T>,
): (rows: readonly Readonly<Record<string, unknown>>[]) => T[] {
  let last: readonly { readonly row: Readonly<Record<string, unknown>>; readonly value: T }[] = [];
  return (rows) => {
    last = rows.map((row, at) => {
      const known = last[at];
      return known !== undefined && isSame(known.row, row)
        ? known
        : { row, value: readRow(table, schema, row) };
    });
    return last.map(({ value }) => value);
  };
}

function isSame(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(one).every((name) => one[name] === other[name]);
}

/** The first row as its domain value, or null. */
export function readFirst<T>(
  table: string,
  schema: z.ZodType<T>,
  rows: readonly Readonly<Record<string, unknown>>[],
): T | null {
  const row = rows[0];
  return row === undefined ? null : readRow(table, schema, row);
}
