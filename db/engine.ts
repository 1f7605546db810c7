import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type * as schema from './schema/postgres.ts';

/** The tables every query is written over; those of SQLite have the same shape. */
export type Tables = typeof schema;

/**
 * The query builder every query is written for. drizzle's builder for SQLite answers the same calls; the file
 * that opens SQLite hands it out under this type, and nothing else may tell the engines apart.
 */
export type Db = NodePgDatabase;

/** How many rows a change must touch; `inserted`: the one it inserts, or it fails. */
export type ExpectedRows = number | 'any' | 'inserted';

/** The text of a statement, and its values as the driver takes them. */
export interface Query {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** An insert, update or delete of the query builder. */
export interface BuiltChange {
  toSQL(): Query;
}

/** One prepared change, as the engines run it. */
export interface Change {
  /** Builds the statement; called once for each try. */
  readonly build: (db: Db) => BuiltChange;
  readonly rows: ExpectedRows;
  /** What it does, for the log: `noun.verb`. */
  readonly what: string;
  /** True when what it removes must also leave the files (see the engine's `transact`). */
  readonly erases: boolean;
}

/** What the stores ask of an open database. Errors are RekeyErrors. */
export interface Engine {
  readonly tables: Tables;
  /** Runs one query. */
  read<T>(query: (db: Db) => PromiseLike<T>): Promise<T>;
  /**
   * The rows of a query as the driver gives them, by the columns' names in the database. For what takes no longer than to
   * find a few rows: it may share a connection with others, and wait for them.
   */
  readShortly(query: (db: Db) => Query): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Runs all changes in one transaction, or none. */
  transact(changes: readonly Change[]): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
