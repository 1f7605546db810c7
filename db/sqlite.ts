import Database from 'better-sqlite3';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RekeyError } from '../src/errors.ts';
import type { Clock, Log } from '../src/ports/world.ts';
import { checkRows } from './atomically.ts';
import type { Change, Db, Engine, Tables } from './engine.ts';
import { rekeyError } from './faults.ts';
import { fileFault } from './file-faults.ts';
import { groupCommit, type Commit } from './group-commit.ts';
import { keepStatements } from './kept-statements.ts';
import { takeLock } from './lock.ts';
import { MIGRATIONS_TABLE, migrationsFolder, needsMigration } from './migrate.ts';
import type { AppliedMigration } from './migrate.ts';
import { BRIEF_MS, patiently } from './patience.ts';
import * as schema from './schema/sqlite.ts';

/** How long a statement waits for another process's write while the file is being opened; ms. */
const BUSY_TIMEOUT_MS = 5_000;
/** How long a starting process waits for another one's migration; ms. */
const MIGRATION_WAIT_MS = 30_000;
/** How soon a checkpoint that met a reader is tried again; ms. */
const SCRUB_AGAIN_MS = 1_000;

export interface SqliteOptions {
  readonly url: string;
  /** A bot: refuses to open a file another bot has open. Command-line tools open beside it. */
  readonly exclusive: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export interface SqliteEngine extends Engine {
  /** For the jobs table, whose short transactions read and write. Callbacks are synchronous. */
  readonly client: Database.Database;
  readonly commit: Commit;
  readonly where: string;
  readonly clock: Clock;
}

/** The file a `file:` URL names: relative to the working directory, or absolute. */
export function sqlitePath(url: string): string {
  const rest = url.slice('file:'.length);
  const path = rest.startsWith('//') ? fileURLToPath(url) : resolve(rest);
  if (rest === '' || rest.includes(':memory:') || rest.includes('?')) {
    throw new RekeyError('invalid', 'The database URL does not name a file.', {
      next: 'Write DATABASE_URL as file:data/rekey.db.',
    });
  }
  return path;
}

/**
 * Opens (and makes, and migrates) the database file.
 * @throws RekeyError `conflict` when another bot has it open, `internal` when a newer Rekey made it or it is
 *   no database, `unreachable` when it cannot be opened.
 */
export async function openSqlite(options: SqliteOptions): Promise<SqliteEngine> {
  const path = sqlitePath(options.url);
  const where = `SQLite, ${path}`;
  let release = (): void => undefined;
  let client: Database.Database | null = null;
  try {
    makeFile(path, options.log);
    if (options.exclusive) release = await lockForLife(path, options.clock);
    client = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    client.pragma('journal_mode = WAL');
    client.pragma('synchronous = FULL');
    client.pragma('foreign_keys = ON');
    client.pragma('secure_delete = ON');
    client.pragma('temp_store = MEMORY');
    client.pragma('trusted_schema = OFF');
    await migrateFile(client, path, where, options);
    keepStatements(client);
    return running(client, where, options, release);
  } catch (error) {
    client?.close();
    release();
    throw fileFault(error, where) ?? rekeyError(error, where);
  }
}

/** Only the owner may read what the bot stores: 0700 for the folder it makes, 0600 for the file. */
function makeFile(path: string, log: Log): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (!existsSync(path)) {
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
  } else if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
    log.warn('The database file can be read by other users of this machine; run chmod 600 on it.', { path });
  }
}

async function lockForLife(path: string, clock: Clock): Promise<() => void> {
  const until = clock.now() + MIGRATION_WAIT_MS;
  for (;;) {
    const lock = takeLock(path, 'bot');
    if (lock.taken) return lock.release;
    if (lock.purpose !== 'migration' || clock.now() >= until) {
      const who = lock.pid === null ? 'another process' : `process ${lock.pid}`;
      throw new RekeyError('conflict', `Another Rekey (${who}) already runs on the database ${path}.`, {
        next: 'Stop it first, or give this one its own DATABASE_URL.',
      });
    }
    await clock.sleep(50);
  }
}

/** The migrations a file has had. */
export function appliedTo(client: Database.Database): AppliedMigration[] {
  const table = client.prepare(`SELECT 1 FROM sqlite_master WHERE name = ?`).get(MIGRATIONS_TABLE);
  if (table === undefined) return [];
  return client
    .prepare<[], AppliedMigration>(
      `SELECT hash, CAST(created_at AS INTEGER) AS createdAt FROM ${MIGRATIONS_TABLE}`,
    )
    .all();
}

/** Migrates under the lock file: drizzle reads what was applied before its transaction begins. */
async function migrateFile(
  client: Database.Database,
  path: string,
  where: string,
  { exclusive, clock }: SqliteOptions,
): Promise<void> {
  const folder = migrationsFolder('sqlite');
  const until = clock.now() + MIGRATION_WAIT_MS;
  while (needsMigration(folder, appliedTo(client), where)) {
    const lock = exclusive ? null : takeLock(path, 'migration');
    if (lock === null || lock.taken) {
      migrate(drizzle(client), { migrationsFolder: folder, migrationsTable: MIGRATIONS_TABLE });
      lock?.release();
      return;
    }
    if (clock.now() >= until) {
      throw new RekeyError(
        'conflict',
        `The Rekey that runs on the database ${path} is older than this one.`,
        {
          next: 'Restart it with this version first.',
        },
      );
    }
    await clock.sleep(50);
  }
}

function running(
  client: Database.Database,
  where: string,
  { exclusive, clock, log }: SqliteOptions,
  release: () => void,
): SqliteEngine {
  // The one place where SQLite's builder takes the other's type: both answer the calls the stores make.
  const db = drizzle(client) as unknown as Db;
  const commit = groupCommit(client, (run) => patiently(clock, run));
  const closing = new AbortController();
  let scrubbing: Promise<void> | null = null;
  // From here on the waiting is done between the statements: see patience.ts.
  client.pragma(`busy_timeout = ${BRIEF_MS}`);

  /** Empties the write-ahead log, which still holds the pages as they were. False when a reader is in the way. */
  function scrub(): boolean {
    client.pragma('busy_timeout = 0');
    try {
      const answer: unknown = client.pragma('wal_checkpoint(TRUNCATE)', { simple: true });
      return answer === 0;
    } finally {
      client.pragma(`busy_timeout = ${BRIEF_MS}`);
    }
  }

  async function scrubLater(): Promise<void> {
    log.warn('Erased bytes stay in the write-ahead log until another process has finished reading.');
    while (!closing.signal.aborted) {
      try {
        await clock.sleep(SCRUB_AGAIN_MS, closing.signal);
        if (scrub()) return;
      } catch (error) {
        if (!closing.signal.aborted) log.error('The write-ahead log could not be emptied.', { error });
      }
    }
  }

  /** Never throws: what was asked for is committed by now. */
  function erase(): void {
    try {
      if (scrub()) return;
    } catch (error) {
      log.error('The write-ahead log could not be emptied.', { error });
    }
    scrubbing ??= scrubLater().finally(() => {
      scrubbing = null;
    });
  }

  async function reading<T>(query: () => T | PromiseLike<T>): Promise<T> {
    try {
      return await patiently(clock, query);
    } catch (error) {
      throw rekeyError(error, where);
    }
  }

  // A bot that was killed between erasing and emptying the log is made good here.
  if (exclusive) erase();

  return {
    client,
    commit,
    where,
    clock,
    tables: schema as unknown as Tables,
    read: (query) => reading(() => query(db)),
    readShortly: (query) =>
      reading(() => {
        const { sql: text, params } = query(db);
        return client.prepare(text).all(...params) as Record<string, unknown>[];
      }),
    async transact(changes) {
      try {
        await commit<void>(() => changes.forEach((change) => run(client, db, change)));
      } catch (error) {
        throw rekeyError(error, where);
      }
      if (changes.some((change) => change.erases)) erase();
    },
    async ping() {
      try {
        await db
          .select({ one: sql`1` })
          .from(schema.settings as unknown as Tables['settings'])
          .limit(1);
      } catch (error) {
        throw rekeyError(error, where);
      }
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await scrubbing;
      // What was asked for before is written.
      await commit<void>(() => undefined).catch(() => undefined);
      // The last connection to close empties and removes the write-ahead log.
      client.close();
      release();
    },
  };
}

function run(client: Database.Database, db: Db, change: Change): void {
  const { sql: text, params } = change.build(db).toSQL();
  checkRows(change, client.prepare(text).run(...params).changes);
}
