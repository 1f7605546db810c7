import { fileURLToPath } from 'node:url';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { RekeyError } from '../src/errors.ts';

/** Where both engines keep the list of what was applied. */
export const MIGRATIONS_TABLE = 'rekey_migrations';

/** One applied migration, as drizzle records it: the SHA-256 of its file, and when it was generated (ms). */
export interface AppliedMigration {
  readonly hash: string;
  readonly createdAt: number;
}

/** The folder of an engine's migrations. */
export function migrationsFolder(engine: 'sqlite' | 'postgres'): string {
  return fileURLToPath(new URL(`./migrations/${engine}`, import.meta.url));
}

/**
 * True when there is something to apply.
 * @throws RekeyError `internal` when the database was made by a newer Rekey, or by another history than ours.
 */
export function needsMigration(folder: string, applied: readonly AppliedMigration[], where: string): boolean {
  const files = readMigrationFiles({ migrationsFolder: folder });
  const hashes = new Map(files.map((file) => [file.folderMillis, file.hash]));
  const newest = Math.max(...hashes.keys());
  if (applied.some(({ createdAt }) => createdAt > newest)) {
    throw new RekeyError(
      'internal',
      `The database (${where}) was made by a newer Rekey; nothing was changed.`,
      {
        next: 'Start the newer version again, or restore the backup made before it was started.',
      },
    );
  }
  if (applied.some(({ hash, createdAt }) => hashes.get(createdAt) !== hash)) {
    throw new RekeyError(
      'internal',
      `The database (${where}) was made by a migration that is not the one in this checkout; nothing was changed.`,
      { next: 'Restore db/migrations as released: a migration that was applied must not be edited.' },
    );
  }
  return applied.length < files.length;
}
