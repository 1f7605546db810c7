import Database from 'better-sqlite3';
import { existsSync, statSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { Client } from 'pg';
import { rekeyError } from './faults.ts';
import { fileFault } from './file-faults.ts';
import { lockHolder } from './lock.ts';
import { migrationsFolder, needsMigration } from './migrate.ts';
import { appliedTo as appliedToPostgres, postgresPlace } from './postgres.ts';
import { appliedTo as appliedToSqlite, sqlitePath } from './sqlite.ts';

const WAIT_MS = 5_000;

/** What a database is like, found without changing it. */
export interface Inspection {
  /** Engine and place, for people; no password. */
  readonly where: string;
  /** The engine's own version; null when there is no database yet. */
  readonly version: string | null;
  /** False: the first start makes it. */
  readonly exists: boolean;
  /** Migrations of this Rekey that it has not had. */
  readonly pending: boolean;
  /** Why nothing can be written, or null. */
  readonly unwritable: string | null;
  /** The process id of the bot that runs on it, where the engine tells (SQLite); null when none does. */
  readonly botPid: number | null;
  /** Bytes free where it lies, where that can be known (SQLite). */
  readonly freeBytes: number | null;
  /** The user who owns the file (SQLite). */
  readonly ownerUid: number | null;
}

/**
 * Looks at a database without making, migrating or changing it. Safe beside a running bot.
 * @throws RekeyError `unreachable` when it does not answer, `internal` when a newer Rekey made it.
 */
export async function inspectDatabase(url: string): Promise<Inspection> {
  return /^file:/i.test(url) ? inspectSqlite(sqlitePath(url)) : inspectPostgres(url);
}

function inspectSqlite(path: string): Inspection {
  const where = `SQLite, ${path}`;
  const nothing = { where, version: null, pending: true, unwritable: null, botPid: null, ownerUid: null };
  if (!existsSync(path)) return { ...nothing, exists: false, freeBytes: freeAt(path) };
  let client: Database.Database | null = null;
  try {
    client = new Database(path, { timeout: WAIT_MS, fileMustExist: true });
    return {
      where,
      exists: true,
      version: String(client.prepare('SELECT sqlite_version()').pluck().get()),
      pending: needsMigration(migrationsFolder('sqlite'), appliedToSqlite(client), where),
      unwritable: writeTrouble(client),
      botPid: lockHolder(path)?.pid ?? null,
      freeBytes: freeAt(path),
      ownerUid: statSync(path).uid,
    };
  } catch (error) {
    throw fileFault(error, where) ?? rekeyError(error, where);
  } finally {
    client?.close();
  }
}

/** Takes the write lock for a moment, and writes nothing. */
function writeTrouble(client: Database.Database): string | null {
  try {
    client.exec('BEGIN IMMEDIATE; ROLLBACK');
    return null;
  } catch (error) {
    return error instanceof Database.SqliteError ? error.code : 'unknown reason';
  }
}

/** Bytes free in the nearest folder that exists. */
function freeAt(path: string): number | null {
  let folder = dirname(path);
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

async function inspectPostgres(url: string): Promise<Inspection> {
  const where = postgresPlace(url);
  const client = new Client({
    connectionString: url,
    application_name: 'rekey-doctor',
    connectionTimeoutMillis: WAIT_MS,
    statement_timeout: WAIT_MS,
    query_timeout: 2 * WAIT_MS,
  });
  // What breaks the connection also fails the query that waits on it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const applied = await appliedToPostgres(client);
    const { rows } = await client.query<{ version: string; readonly: string; may: boolean }>(
      `SELECT current_setting('server_version') AS version,
        current_setting('transaction_read_only') AS readonly,
        has_database_privilege(current_user, current_database(), 'CREATE') AS may`,
    );
    const [found] = rows;
    return {
      where,
      exists: applied.length > 0,
      version: found?.version ?? null,
      pending: needsMigration(migrationsFolder('postgres'), applied, where),
      unwritable:
        found?.readonly === 'on'
          ? 'the server takes no writes (a standby?)'
          : found?.may === false
            ? 'the user may not create schemas in this database'
            : null,
      botPid: null,
      freeBytes: null,
      ownerUid: null,
    };
  } catch (error) {
    throw rekeyError(error, where);
  } finally {
    await client.end().catch(() => undefined);
  }
}
