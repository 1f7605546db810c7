import Database from 'better-sqlite3';
import { drizzle as onSqlite } from 'drizzle-orm/better-sqlite3';
import { migrate as migrateSqlite } from 'drizzle-orm/better-sqlite3/migrator';
import { drizzle as onPostgres } from 'drizzle-orm/node-postgres';
import { migrate as migratePostgres } from 'drizzle-orm/node-postgres/migrator';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { inspectDatabase } from '../../db/inspect.ts';
import { MIGRATIONS_TABLE, migrationsFolder } from '../../db/migrate.ts';
import { openStores } from '../../db/open.ts';
import { ANY_KEY } from '../../src/ports/inventory.ts';
import { freshDatabase, withClient } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { containment } from './containment-samples.ts';
import { key, standing } from './key-samples.ts';

type Engine = 'sqlite' | 'postgres';

interface Journal {
  readonly entries: readonly { readonly tag: string }[];
}

function journalIn(folder: string): Journal {
  return JSON.parse(readFileSync(join(folder, 'meta', '_journal.json'), 'utf8')) as Journal;
}

/** The migrations an engine had when `tag` was its newest. */
function migrationsUpTo(engine: Engine, tag: string): string {
  const folder = join(temporaryFolder(), engine);
  cpSync(migrationsFolder(engine), folder, { recursive: true });
  const journal = journalIn(folder);
  const count = journal.entries.findIndex((entry) => entry.tag === tag) + 1;
  const older = { ...journal, entries: journal.entries.slice(0, count) };
  writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify(older));
  return folder;
}

const A_SETTING = `INSERT INTO settings (key, value, updated_at) VALUES ('kept', 'as it was', 1)`;

/** A database as an older Rekey left it. */
async function older(engine: Engine, tag: string): Promise<string> {
  const options = { migrationsFolder: migrationsUpTo(engine, tag), migrationsTable: MIGRATIONS_TABLE };
  if (engine === 'sqlite') {
    const path = join(temporaryFolder(), 'rekey.db');
    const client = new Database(path);
    migrateSqlite(onSqlite(client), options);
    client.exec(A_SETTING);
    client.close();
    return `file:${path}`;
  }
  const url = await freshDatabase();
  await withClient(url, async (client) => {
    await migratePostgres(onPostgres(client), { ...options, migrationsSchema: 'public' });
    await client.query(A_SETTING);
  });
  return url;
}

describe.each(['sqlite', 'postgres'] as const)('%s', (engine) => {
  const tags = journalIn(migrationsFolder(engine)).entries.map(({ tag }) => tag);

  test.each(tags.slice(0, -1))('a database at %s gets the rest, and keeps what it holds', async (tag) => {
    const url = await older(engine, tag);
    expect((await inspectDatabase(url)).pending).toBe(true);
    const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
    onTestFinished(() => stores.close());
    expect((await inspectDatabase(url)).pending).toBe(false);
    expect(await stores.settings.get('kept')).toBe('as it was');
    const { keys, standings } = stores.inventory;
    const mine = { key: key({ accessKeyId: 'K1' }), standing: standing('K1', 5, ['unused']) };
    await stores.atomically([keys.put([mine.key]), standings.put([mine.standing])]);
    expect(await standings.page({ ...ANY_KEY, findings: ['unused'] }, null, 9)).toEqual([mine]);
  });

  test('a containment from before its keys had a column is found by a key that joined it', async () => {
    const url = await older(engine, '0011_containments');
    const joined = containment({
      state: 'acting',
      userName: 'alice',
      userId: 'AIDA1',
      holders: [
        ...containment().holders,
        ...containment().holders.map((holder) => ({ ...holder, id: 'h2', accessKeyId: 'AKIAJOINED' })),
      ],
    });
    const { id, accountId, accessKeyId, state, leaseUntil, createdAt, updatedAt, version } = joined;
    const row = [id, accountId, accessKeyId, state, leaseUntil, createdAt, updatedAt, version];
    const values = [...row, 1, `${accountId}/AIDA1`, JSON.stringify(joined)];
    const places = values.map((_, at) => (engine === 'sqlite' ? '?' : `$${at + 1}`)).join(', ');
    const insert = `INSERT INTO containments (id, account_id, access_key_id, state, lease_until, created_at, updated_at, version, open, open_user, facts) VALUES (${places})`;
    if (engine === 'sqlite') {
      const client = new Database(new URL(url).pathname);
      client.prepare(insert).run(...values);
      client.close();
    } else {
      await withClient(url, async (client) => void (await client.query(insert, values)));
    }
    const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
    onTestFinished(() => stores.close());
    const about = { accessKeyId: 'AKIAJOINED', userId: null, userName: null };
    const found = await stores.containments.openAbout(accountId, about);
    expect(found).toMatchObject([{ id, holders: [{ accessKeyId }, { accessKeyId: 'AKIAJOINED' }] }]);
  });
});
