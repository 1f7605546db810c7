import type { Config } from './config.ts';
import { loadOrMakeKeyFile } from './crypto/key-file.ts';
import type { MasterKey } from './crypto/master-key.ts';
import { RekeyError } from './errors.ts';
import type { Stores } from './ports/stores.ts';
import type { Log } from './ports/world.ts';

/** The configured keys, or (SQLite only) those of the key file beside the database, which is made if need be. */
export function masterKeysOf(config: Config, log: Log): readonly MasterKey[] {
  if (config.masterKeys.length > 0) return config.masterKeys;
  if (config.database.engine === 'postgres') throw new RekeyError('internal', 'No master key.');
  const path = `${config.database.path}.key`;
  const { masterKeys, made } = loadOrMakeKeyFile(path);
  log.warn(
    made
      ? 'a master key was made beside the database; keep it out of the database’s backup, and back it up elsewhere'
      : 'the master key is read from a file beside the database; keep it out of the database’s backup',
    { path },
  );
  return masterKeys;
}

/** A secret sealed under a key we were not given could never be opened: better no start than a broken one. */
export async function refuseUnknownMasterKeys(
  stores: Stores,
  masterKeys: readonly MasterKey[],
): Promise<void> {
  const known = new Set(masterKeys.map((key) => key.id));
  const counts = await stores.secrets.countByMasterKey();
  const missing = [...counts].filter(([id]) => !known.has(id));
  if (missing.length === 0) return;
  const words = missing.map(([id, count]) => `${count} under key ${id}`).join(', ');
  throw new RekeyError(
    'invalid',
    `The database holds secrets sealed by master keys that were not given: ${words}.`,
    {
      next: 'Add the old key to REKEY_MASTER_KEY, behind the new one, or restore the key file.',
    },
  );
}

/** `file:PATH` or `postgres://…`, with its password: for the drivers alone. */
export function databaseUrl({ database }: Config): string {
  return database.engine === 'sqlite' ? `file:${database.path}` : database.url.reveal();
}
