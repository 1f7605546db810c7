import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Debian and Ubuntu put PostgreSQL, a folder for each version. */
const PLACE = '/usr/lib/postgresql';
/** What a server of its own and a backup take. */
const NEEDED = ['initdb', 'postgres', 'createdb', 'dropdb', 'pg_dump', 'pg_restore'];

/** The folder of the newest installed PostgreSQL's programs; null where there is none. */
export function debianPostgres(): string | null {
  if (!existsSync(PLACE)) return null;
  const versions = readdirSync(PLACE).toSorted((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(PLACE, version, 'bin'));
  return folders.find((folder) => NEEDED.every((name) => existsSync(join(folder, name)))) ?? null;
}
