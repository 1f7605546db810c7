import { RekeyError } from '../src/errors.ts';

const NOT_WRITABLE = /^(EACCES|EPERM|EROFS|EISDIR|ENOTDIR|EEXIST|ENOENT|SQLITE_(CANTOPEN|READONLY|PERM))/;

/** SQLite ends a transaction by itself when it cannot write; whoever then rolls back hears only this. */
const UNDONE = 'cannot rollback - no transaction is active';

/**
 * What is wrong with a database file that does not open, in words; null when that is not the file's fault. Of the
 * original only its code or SQLite's own text goes along.
 */
export function fileFault(error: unknown, where: string): RekeyError | null {
  const found = faultIn(error);
  if (found === null) return null;
  const cause = new Error(`${where}: ${found}`);
  const fault = (code: 'internal' | 'unreachable', message: string, next: string): RekeyError =>
    new RekeyError(code, message, { next, cause });
  if (found.startsWith('SQLITE_NOTADB')) {
    return fault(
      'internal',
      `This file is not a database (${where}).`,
      'Name another file in DATABASE_URL, or put the database back from a backup.',
    );
  }
  if (found.startsWith('SQLITE_CORRUPT')) {
    return fault('internal', `The database is damaged (${where}).`, 'Put it back from a backup.');
  }
  if (found === UNDONE || found.startsWith('ENOSPC')) {
    return fault(
      'unreachable',
      `The database could not be made or migrated, and was left as it was (${where}).`,
      'Most often the disk is full: free some space and try again.',
    );
  }
  if (!NOT_WRITABLE.test(found)) return null;
  return fault(
    'unreachable',
    `The database cannot be opened for writing (${where}).`,
    'DATABASE_URL must name a file, in a folder, that the user Rekey runs as may write.',
  );
}

/** The first code along the causes, or SQLite's text that it undid everything. */
function faultIn(error: unknown): string | null {
  let current = error;
  for (let depth = 0; depth < 5 && current instanceof Error && !(current instanceof RekeyError); depth += 1) {
    if (current.message === UNDONE) return UNDONE;
    if ('code' in current && typeof current.code === 'string') return current.code;
    current = current.cause;
  }
  return null;
}
