import { RekeyError } from '../src/errors.ts';
import type { JobsTable } from '../src/jobs/table.ts';
import type { Stores } from '../src/ports/stores.ts';
import type { Clock, Log } from '../src/ports/world.ts';
import { atomically } from './atomically.ts';
import type { Engine } from './engine.ts';
import { jobsTable } from './jobs-table.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import { attemptStore } from './stores/attempts.ts';
import { auditStore } from './stores/audit.ts';
import { connectionStore } from './stores/connections.ts';
import { containmentStore } from './stores/containments.ts';
import { externalIdDraftStore } from './stores/external-id-drafts.ts';
import { groupMemberStore } from './stores/group-members.ts';
import { interactionStore } from './stores/interactions.ts';
import { inventoryStores } from './stores/inventory.ts';
import { noticeStore } from './stores/notices.ts';
import { outletStore } from './stores/outlets.ts';
import { roleGrantStore } from './stores/role-grants.ts';
import { rotationStores } from './stores/rotation.ts';
import { watchStores } from './stores/watch.ts';
import { secretStore } from './stores/secrets.ts';
import { settingStore } from './stores/settings.ts';

/** An open database. `jobs` is what the jobs port stands on where the engine has no queue of its own. */
export type OpenStores = Stores &
  (
    | { readonly engine: 'sqlite'; readonly jobs: JobsTable }
    | { readonly engine: 'postgres'; readonly jobs: null }
  );

export interface OpenOptions {
  /** `file:PATH` or `postgres://…`. It may hold a password: it is never shown. */
  readonly url: string;
  /** SQLite: true for a bot, of which a file has one; false for a command-line tool beside it. */
  readonly exclusive: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** The engine a database URL names. Throws RekeyError `invalid` for any other. */
export function engineOf(url: string): OpenStores['engine'] {
  if (/^file:/i.test(url)) return 'sqlite';
  if (/^postgres(ql)?:\/\//i.test(url)) return 'postgres';
  throw new RekeyError('invalid', 'The database URL names no engine Rekey knows.', {
    next: 'Write DATABASE_URL as file:data/rekey.db or postgres://USER:PASSWORD@HOST/DATABASE.',
  });
}

/**
 * Opens the stores of a database, after making and migrating it where needed.
 * @throws RekeyError `invalid` for a wrong URL, `unreachable` when the database does not answer, `conflict` when
 *   another bot has the file, `internal` when the database was made by a newer Rekey (nothing is changed then).
 */
export async function openStores(options: OpenOptions): Promise<OpenStores> {
  if (engineOf(options.url) === 'postgres') {
    return { engine: 'postgres', jobs: null, ...storesOn(await openPostgres(options)) };
  }
  const sqlite = await openSqlite(options);
  return { engine: 'sqlite', jobs: jobsTable(sqlite), ...storesOn(sqlite) };
}

function storesOn(engine: Engine): Stores {
  return {
    connections: connectionStore(engine),
    attempts: attemptStore(engine),
    externalIdDrafts: externalIdDraftStore(engine),
    secrets: secretStore(engine),
    settings: settingStore(engine),
    roleGrants: roleGrantStore(engine),
    groupMembers: groupMemberStore(engine),
    interactions: interactionStore(engine),
    audit: auditStore(engine),
    notices: noticeStore(engine),
    outlets: outletStore(engine),
    inventory: inventoryStores(engine),
    rotation: rotationStores(engine),
    watch: watchStores(engine),
    containments: containmentStore(engine),
    atomically: (writes) => atomically(engine, writes),
    ping: () => engine.ping(),
    close: () => engine.close(),
  };
}
