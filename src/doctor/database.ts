import { inspectDatabase } from '../../db/inspect.ts';
import { openStores, type OpenStores } from '../../db/open.ts';
import type { Config } from '../config.ts';
import { readKeyFile } from '../crypto/key-file.ts';
import type { MasterKey } from '../crypto/master-key.ts';
import { createSealer } from '../crypto/sealer.ts';
import { sealedIdentity } from '../domain/records.ts';
import { RekeyError } from '../errors.ts';
import { databaseUrl } from '../master-keys.ts';
import type { Clock, Log } from '../ports/world.ts';
import { failed, failure, ok, warning, type Finding } from './finding.ts';

const DATABASE = 'Database';
const KEY = 'Master key';
/** An audit log grows, and a full disk stops everything. */
const LITTLE_BYTES = 200 * 1024 * 1024;
const NO_BYTES = 5 * 1024 * 1024;
const EVERY_ROW = 1_000_000;

/** Looks at the database; `stores` is open when it can be used as it is, else null. */
export async function checkDatabase(
  config: Config,
  ground: { readonly clock: Clock; readonly log: Log; readonly uid: number | null },
): Promise<{ findings: Finding[]; stores: OpenStores | null }> {
  const url = databaseUrl(config);
  try {
    const { where, exists, version, pending, unwritable, botPid, freeBytes, ownerUid } =
      await inspectDatabase(url);
    const findings: Finding[] = [];
    if (unwritable !== null) {
      const mend = 'Give the user Rekey runs as the right to write there, or name another DATABASE_URL.';
      findings.push(failed(DATABASE, `${where}: nothing can be written, ${unwritable}.`, mend));
    }
    if (freeBytes !== null && freeBytes < LITTLE_BYTES) {
      const found = `Only ${Math.floor(freeBytes / 1024 / 1024)} MB are free where it lies.`;
      const finding = freeBytes < NO_BYTES ? failed : warning;
      findings.push(finding(DATABASE, found, 'Free some space; nothing need be restarted.'));
    }
    if (ownerUid !== null && ground.uid !== null && ownerUid !== ground.uid) {
      const found = `It belongs to user ${ownerUid}, and the doctor runs as user ${ground.uid}.`;
      findings.push(
        warning(DATABASE, found, 'Run the doctor as the user Rekey runs as; what it may do counts.'),
      );
    }
    if (!exists) {
      findings.push(ok(DATABASE, `${where}: not made yet; the first start makes it.`));
      return { findings, stores: null };
    }
    if (pending) {
      const found = `${where}: it needs migrations, which the next start of this version makes.`;
      findings.push(warning(DATABASE, found, 'Back it up, then start this version of Rekey.'));
      return { findings, stores: null };
    }
    const bot = botPid === null ? '' : `; Rekey runs on it (process ${botPid})`;
    if (unwritable === null) {
      findings.push(
        ok(DATABASE, `${where}, version ${version ?? 'unknown'}, migrations current, writable${bot}.`),
      );
    }
    return { findings, stores: await openStores({ url, exclusive: false, ...ground }) };
  } catch (error) {
    const away = error instanceof RekeyError && error.code === 'unreachable';
    if (!away || config.database.engine !== 'postgres') {
      return { findings: [failure(DATABASE, error)], stores: null };
    }
    // The error's own hint is to run the doctor.
    const mend = 'Look whether it runs, and compare host, port, user and password with DATABASE_URL.';
    return { findings: [failed(DATABASE, error.message, mend)], stores: null };
  }
}

/** The master keys there are, without making any. */
export function findMasterKeys(config: Config): { finding: Finding; keys: readonly MasterKey[] } {
  if (config.masterKeys.length > 0) {
    const found = `${config.masterKeys.length} given, the newest is ${config.masterKeys[0]?.id ?? ''}.`;
    return { finding: ok(KEY, found), keys: config.masterKeys };
  }
  if (config.database.engine !== 'sqlite')
    return { finding: failed(KEY, 'There is none.', 'Set REKEY_MASTER_KEY.'), keys: [] };
  const path = `${config.database.path}.key`;
  try {
    const keys = readKeyFile(path);
    if (keys === null) {
      return { finding: ok(KEY, `None is set; the first start makes the key file ${path}.`), keys: [] };
    }
    const found = `It is read from ${path}, beside the database.`;
    const mend =
      'Keep it out of the database’s backup and back it up elsewhere, or set REKEY_MASTER_KEY_FILE.';
    return { finding: warning(KEY, found, mend), keys };
  } catch (error) {
    return { finding: failure(KEY, error), keys: [] };
  }
}

/** Opens every sealed secret, and shows none: how many each key opens, and what no key does. */
export async function checkSealedSecrets(stores: OpenStores, keys: readonly MasterKey[]): Promise<Finding[]> {
  const what = 'Sealed secrets';
  const rows = await stores.secrets.wrappedByOther('', EVERY_ROW);
  if (rows.length === 0) return [ok(what, 'There are none yet.')];
  const sealer = keys.length === 0 ? null : createSealer(keys);
  const known = new Set(keys.map(({ id }) => id));
  const byKey = Map.groupBy(rows, ({ box }) => box.masterKeyId);
  return [...byKey].map(([id, sealed]) => {
    if (sealer === null || !known.has(id)) {
      const mend =
        'Add that key to REKEY_MASTER_KEY behind the newest, or restore the key file; else these secrets are lost.';
      return failed(what, `${sealed.length} under key ${id}, which was not given.`, mend);
    }
    const broken = sealed.filter((row) => {
      try {
        sealer.open(row.box, sealedIdentity(row));
        return false;
      } catch {
        return true;
      }
    });
    return broken.length === 0
      ? ok(what, `${sealed.length} under key ${id}, all of them open.`)
      : failed(
          what,
          `${broken.length} of ${sealed.length} under key ${id} do not open: ${broken
            .map((row) => `${row.holderKind} ${row.holderId}`)
            .join(', ')
            .slice(0, 300)}.`,
          'Use Replace credentials for these connections; their rows were changed or damaged.',
        );
  });
}
