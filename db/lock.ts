import Database from 'better-sqlite3';
import { chmodSync, existsSync } from 'node:fs';

/** What a lock is held for: the life of a bot, or a migration (seconds at the most). */
export type LockPurpose = 'bot' | 'migration';

export type LockResult =
  | { readonly taken: true; readonly release: () => void }
  | { readonly taken: false; readonly pid: number | null; readonly purpose: LockPurpose | null };

/**
 * Tries to take the lock beside a database file. It is SQLite's own write lock on a small file, so the system
 * frees it when the process dies, however it dies, and containers that share a volume see each other although
 * their process ids do not. The holder's pid is in the file for people to read.
 */
export function takeLock(databasePath: string, purpose: LockPurpose): LockResult {
  const path = `${databasePath}.lock`;
  const file = new Database(path, { timeout: 0 });
  try {
    chmodSync(path, 0o600);
    file.exec('BEGIN IMMEDIATE');
    file.exec(
      'CREATE TABLE IF NOT EXISTS holder (pid INTEGER NOT NULL, purpose TEXT NOT NULL); DELETE FROM holder',
    );
    file.prepare('INSERT INTO holder VALUES (?, ?)').run(process.pid, purpose);
    file.exec('COMMIT; BEGIN IMMEDIATE');
  } catch (error) {
    if (!isBusy(error)) {
      file.close();
      throw error;
    }
    const holder = readHolder(file);
    file.close();
    return { taken: false, ...holder };
  }
  return { taken: true, release: () => file.close() };
}

/** Who holds the lock beside a database file, or null. Makes nothing: not even the file of the lock. */
export function lockHolder(
  databasePath: string,
): { readonly pid: number | null; readonly purpose: LockPurpose | null } | null {
  const path = `${databasePath}.lock`;
  if (!existsSync(path)) return null;
  const file = new Database(path, { timeout: 0, fileMustExist: true });
  try {
    file.exec('BEGIN IMMEDIATE; ROLLBACK');
    return null;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return readHolder(file);
  } finally {
    file.close();
  }
}

function readHolder(file: Database.Database): { pid: number | null; purpose: LockPurpose | null } {
  try {
    const row: unknown = file.prepare('SELECT pid, purpose FROM holder').get();
    if (typeof row !== 'object' || row === null) return { pid: null, purpose: null };
    const pid: unknown = Reflect.get(row, 'pid');
    const purpose: unknown = Reflect.get(row, 'purpose');
    return {
      pid: typeof pid === 'number' ? pid : null,
      purpose: purpose === 'bot' || purpose === 'migration' ? purpose : null,
    };
  } catch {
    // The holder is about to write its name; that it holds the lock is all we need to know.
    return { pid: null, purpose: null };
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY');
}
