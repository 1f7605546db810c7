import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import { Client, Pool } from 'pg';
import type { PoolClient } from 'pg';
import { RekeyError } from '../src/errors.ts';
import type { Clock, Log } from '../src/ports/world.ts';
import type { Change, Db, Engine } from './engine.ts';
import { isTransient, rekeyError } from './faults.ts';
import { MIGRATIONS_TABLE, migrationsFolder, needsMigration } from './migrate.ts';
import type { AppliedMigration } from './migrate.ts';
import { SharedReads } from './postgres-reads.ts';
import { runTransaction, type Refused } from './postgres-transaction.ts';
import * as schema from './schema/postgres.ts';

/** Any number, the same in every version: who holds it migrates. ("rekey" in ASCII.) */
const MIGRATION_LOCK = 0x72656b6579;
/** How long an instance waits for another one's migration; ms. */
const MIGRATION_WAIT_MS = 60_000;
/** How often a transaction that lost a deadlock or serialization race is run. */
const TRIES = 8;
/** Held by a transaction that is run again, so that losers do not meet each other a second time. */
const RETRY_LOCK = MIGRATION_LOCK + 1;
const AFTER_OTHERS = { query: 'SELECT pg_advisory_xact_lock($1)', values: [RETRY_LOCK] };

export interface PostgresOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a connection may take to be made; ms. */
  readonly connectMs?: number;
}

/**
 * Host and database of a `postgres://` URL, for people; user and password are left out.
 * @throws RekeyError `invalid`, without the URL, when it is none.
 */
export function postgresPlace(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
    // An unfinished %-escape would make the driver throw the URL at us, password and all.
    decodeURIComponent(`${parsed.username}${parsed.password}${parsed.pathname}`);
  } catch {
    throw new RekeyError('invalid', 'The database URL cannot be understood.', {
      next: 'Write DATABASE_URL as postgres://USER:PASSWORD@HOST:5432/DATABASE, with special characters %-escaped.',
    });
  }
  const host = parsed.searchParams.get('host') ?? (parsed.host || 'localhost');
  return `PostgreSQL, host ${host}, database ${decodeURIComponent(parsed.pathname.slice(1)) || 'by default'}`;
}

/**
 * Opens a pool and migrates the database.
 * @throws RekeyError `unreachable` naming host and database, `internal` when a newer Rekey made it.
 */
export async function openPostgres({ url, clock, log, connectMs = 5_000 }: PostgresOptions): Promise<Engine> {
  const where = postgresPlace(url);
  const connection = {
    connectionString: url,
    application_name: 'rekey',
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
  };
  try {
    await migrateDatabase(new Client(connection), where, clock);
  } catch (error) {
    throw rekeyError(error, where);
  }
  const pool = new Pool({
    ...connection,
    // Covers the wait for a free connection too.
    connectionTimeoutMillis: 2 * connectMs,
    max: 10,
    // Whoever asks several things on one connection need not wait for each: transactions do.
    pipeline: true,
    idleTimeoutMillis: 30_000,
    statement_timeout: 15_000,
    query_timeout: 20_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  // Without a listener a connection that breaks, idle or in use, would end the process.
  const lost = (error: Error): void => {
    log.warn('A database connection was lost.', { where, reason: rekeyError(error, where).code });
  };
  pool.on('error', lost);
  pool.on('connect', (client) => client.on('error', lost));
  return running(pool, where, clock);
}

/** The migrations a database has had. */
export async function appliedTo(client: Client): Promise<AppliedMigration[]> {
  const table = await client.query<{ found: string | null }>(`SELECT to_regclass($1)::text AS found`, [
    `public.${MIGRATIONS_TABLE}`,
  ]);
  if (typeof table.rows[0]?.found !== 'string') return [];
  const { rows } = await client.query<{ hash: string; created_at: string }>(
    `SELECT hash, created_at FROM public.${MIGRATIONS_TABLE}`,
  );
  return rows.map((row) => ({ hash: row.hash, createdAt: Number(row.created_at) }));
}

/** On a connection of its own, without time-outs; its end frees the advisory lock. */
async function migrateDatabase(client: Client, where: string, clock: Clock): Promise<void> {
  // What breaks the connection also fails the query that waits on it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const until = clock.now() + MIGRATION_WAIT_MS;
    while (!(await tryLock(client))) {
      if (clock.now() >= until) {
        throw new RekeyError(
          'unreachable',
          `Another instance has been migrating the database for long (${where}).`,
          {
            next: 'Wait until it has finished, then start this one again.',
          },
        );
      }
      await clock.sleep(100);
    }
    const folder = migrationsFolder('postgres');
    if (needsMigration(folder, await appliedTo(client), where)) {
      await migrate(drizzle(client), {
        migrationsFolder: folder,
        migrationsTable: MIGRATIONS_TABLE,
        migrationsSchema: 'public',
      });
    }
  } finally {
    await client.end();
  }
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
    MIGRATION_LOCK,
  ]);
  return rows[0]?.taken === true;
}

function running(pool: Pool, where: string, clock: Clock): Engine {
  const db: Db = drizzle(pool);
  const shared = new SharedReads(pool);
  async function reading<T>(query: () => PromiseLike<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      throw rekeyError(error, where);
    }
  }
  return {
    tables: schema,
    read: (query) => reading(() => query(db)),
    readShortly: (query) =>
      reading(async () => {
        const { sql: text, params } = query(db);
        return (await shared.query({ text }, params)).rows as Record<string, unknown>[];
      }),
    async transact(changes) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await once(pool, db, changes, attempt > 1);
          return;
        } catch (error) {
          if (attempt >= TRIES || !isTransient(error)) throw rekeyError(error, where);
          await clock.sleep(10 * 2 ** attempt);
        }
      }
    },
    async ping() {
      try {
        await db.execute(sql`select 1`);
      } catch (error) {
        throw rekeyError(error, where);
      }
    },
    async close() {
      if (!pool.ended && !pool.ending) await pool.end();
    },
  };
}

async function once(pool: Pool, db: Db, changes: readonly Change[], again: boolean): Promise<void> {
  const client = await pool.connect();
  let broken = true;
  let refused: Refused | null;
  try {
    refused = await runTransaction(client, db, changes, again ? AFTER_OTHERS : null);
    broken = false;
  } catch (error) {
    broken = await rollbackFailed(client);
    throw error;
  } finally {
    client.release(broken);
  }
  if (refused !== null) throw refused.error;
}

/** True when the connection cannot be used again. The server rolls back what a broken connection left. */
async function rollbackFailed(client: PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return false;
  } catch {
    return true;
  }
}
