import Database from 'better-sqlite3';
import type { Clock } from '../src/ports/world.ts';

/** How long SQLite itself waits for another process: it holds up every click meanwhile; ms. */
export const BRIEF_MS = 20;
const AGAIN_MS = 30;
/** Together with what SQLite waits, five seconds. */
const TRIES = 100;

/**
 * Runs `body` again while another process holds the file's lock, for about five seconds, and lets others run in
 * between. `body` must be safe to run again after SQLITE_BUSY: a transaction that did not begin is.
 * @throws what `body` threw in the end.
 */
export async function patiently<T>(clock: Clock, body: () => T | PromiseLike<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await body();
    } catch (error) {
      if (tries >= TRIES || !isBusy(error)) throw error;
    }
    await clock.sleep(AGAIN_MS);
  }
}

/** Also inside the error that drizzle wraps around a query's. */
function isBusy(error: unknown): boolean {
  if (error instanceof Database.SqliteError) return error.code.startsWith('SQLITE_BUSY');
  return error instanceof Error && error.cause !== undefined && isBusy(error.cause);
}
