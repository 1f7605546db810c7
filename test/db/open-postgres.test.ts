import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { expect, onTestFinished, test } from 'vitest';
import { migrationsFolder } from '../../db/migrate.ts';
import { openStores } from '../../db/open.ts';
import { openPostgres } from '../../db/postgres.ts';
import { freshDatabase, withClient } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { connection, verified } from './samples.ts';

const HOLD = fileURLToPath(new URL('../support/hold-stores.ts', import.meta.url));

async function open(url: string, log = recordingLog()) {
  const stores = await openStores({ url, exclusive: true, clock: systemClock, log });
  onTestFinished(() => stores.close());
  return stores;
}

async function refusal(url: string): Promise<{ error: unknown; everything: string }> {
  const log = recordingLog();
  const error: unknown = await open(url, log).catch((reason: unknown) => reason);
  return { error, everything: `${inspect(error, { depth: 9 })} ${log.lines.join()}` };
}

test('instances that start together on an empty database all find it ready', async () => {
  const url = await freshDatabase();
  const all = await Promise.all(Array.from({ length: 6 }, () => open(url)));
  for (const [index, stores] of all.entries()) {
    await stores.atomically([stores.settings.set(`k${index}`, 'x', 1)]);
  }
  expect(await all[0]?.settings.get('k5')).toBe('x');
  const { rows } = await withClient(url, (client) => client.query('SELECT hash FROM rekey_migrations'));
  expect(rows).toHaveLength(readMigrationFiles({ migrationsFolder: migrationsFolder('postgres') }).length);
});

test('a wrong password, host, database or URL shows where, and never the password', async () => {
  const good = new URL(await freshDatabase());
  const password = 'hunter2-s3cret';
  const wrongPassword = new URL(good);
  wrongPassword.password = password;
  const wrongDatabase = new URL(good);
  wrongDatabase.pathname = '/nowhere';
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const address = closed.address();
  closed.close();
  const port = typeof address === 'object' ? address?.port : 0;
  const cases = [
    [wrongPassword.href, 'unreachable', good.host],
    [wrongDatabase.href, 'unreachable', 'database nowhere'],
    [
      `postgres://rekey:${password}@127.0.0.1:${port}/rekey`,
      'unreachable',
      `127.0.0.1:${port}, database rekey`,
    ],
    [`postgres://rekey:${password}@host.invalid/rekey`, 'unreachable', 'host.invalid'],
    [`postgres://rekey:${password}@host:port/rekey`, 'invalid', 'DATABASE_URL'],
    [`postgres://rekey:${password}%@127.0.0.1:${port}/rekey`, 'invalid', 'DATABASE_URL'],
  ] as const;
  for (const [url, code, place] of cases) {
    const { error, everything } = await refusal(url);
    expect(error).toMatchObject({ name: 'RekeyError', code });
    expect(everything).toContain(place);
    expect(everything).not.toContain('hunter2');
    expect(everything).not.toContain(good.password);
  }
});

test('a database that never answers is given up', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  const address = silent.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const opened = openPostgres({
    url: `postgres://u:p@127.0.0.1:${port}/d`,
    clock: systemClock,
    log: recordingLog(),
    connectMs: 300,
  });
  await expect(opened).rejects.toMatchObject({ code: 'unreachable' });
});

test('connections that break, idle or in use, cost one answer and not the process', async () => {
  const url = await freshDatabase();
  const log = recordingLog();
  const stores = await open(url, log);
  await stores.ping();
  const cut = () =>
    withClient(url, (client) =>
      client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
      ),
    );
  await cut();
  await expect.poll(() => log.lines.length).toBeGreaterThan(0);
  expect(log.lines.join()).not.toContain(new URL(url).password);
  await stores.ping();
  // In use: the batch waits for a lock when its connection is cut.
  await withClient(url, async (client) => {
    await client.query('BEGIN');
    await client.query('LOCK TABLE settings');
    const blocked = stores.atomically([stores.settings.set('a', '1', 1)]).catch((error: unknown) => error);
    await expect
      .poll(
        async () =>
          (await withClient(url, (other) => other.query(`SELECT 1 FROM pg_locks WHERE NOT granted`)))
            .rowCount,
      )
      .toBe(1);
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted`);
    expect(await blocked).toMatchObject({ code: 'unreachable' });
  });
  await stores.atomically([stores.settings.set('a', '2', 1)]);
  expect(await stores.settings.get('a')).toBe('2');
});

test('a failure in the database quotes none of the values', async () => {
  const url = await freshDatabase();
  const stores = await open(url);
  await withClient(url, (client) => client.query(`ALTER TABLE connections ADD CHECK (version < 5)`));
  const row = connection({ id: 'c1', version: 9, lastCheck: verified, description: 'wJalrXUtnFEMI' });
  const error: unknown = await stores
    .atomically([stores.connections.insert(row)])
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'internal' });
  expect(inspect(error, { depth: 9 })).toContain('connections_version_check');
  expect(inspect(error, { depth: 9 })).not.toMatch(/wJalr|AIDAEXAMPLE/);
});

test('a batch that meets a serialization failure is run again', async () => {
  const url = await freshDatabase();
  const stores = await open(url);
  await withClient(url, async (client) => {
    await client.query('CREATE SEQUENCE tries');
    await client.query(`CREATE FUNCTION fail_twice() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('tries') < 3 THEN RAISE EXCEPTION 'once more' USING ERRCODE = '40001'; END IF;
        RETURN NEW;
      END $$`);
    await client.query(
      'CREATE TRIGGER t BEFORE INSERT ON settings FOR EACH ROW EXECUTE FUNCTION fail_twice()',
    );
  });
  await stores.atomically([stores.settings.set('a', '1', 1)]);
  expect(await stores.settings.get('a')).toBe('1');
});

test('a newer or edited history is refused and nothing is changed', async () => {
  const url = await freshDatabase();
  await (await open(url)).close();
  await withClient(url, async (client) => {
    await client.query(`UPDATE rekey_migrations SET hash = 'other'`);
    expect((await refusal(url)).error).toMatchObject({
      code: 'internal',
      message: expect.stringContaining('not the one') as unknown,
    });
    await client.query(`INSERT INTO rekey_migrations (hash, created_at) VALUES ('later', 9999999999999)`);
    await client.query('DROP TABLE notices');
    expect((await refusal(url)).error).toMatchObject({
      next: expect.stringContaining('newer version') as unknown,
    });
    const { rows } = await client.query<{ there: string | null }>(
      `SELECT to_regclass('notices')::text AS there`,
    );
    expect(rows).toEqual([{ there: null }]);
  });
});

test('what a killed instance had done is all there, and nothing by halves', async () => {
  const url = await freshDatabase();
  const child = spawn(process.execPath, [HOLD, url, 'k'], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  while (!said.includes('\n20\n')) await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  const acknowledged = Number(said.trim().split('\n').at(-1));
  const stores = await open(url);
  // The server may still be committing what the dead one had sent.
  await expect
    .poll(
      async () =>
        (
          await withClient(url, (client) =>
            client.query(
              `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND pid <> pg_backend_pid()`,
            ),
          )
        ).rowCount,
    )
    .toBe(0);
  const done = Number(await stores.settings.get('k'));
  expect(done - acknowledged).toBeGreaterThanOrEqual(0);
  expect(done - acknowledged).toBeLessThanOrEqual(1);
  expect(await stores.audit.newest(done + 10)).toHaveLength(done);
  expect((await stores.notices.waiting()).count).toBe(done);
});
