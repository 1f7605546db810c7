import { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { openStores } from '../../db/open.ts';
import { SharedReads } from '../../db/postgres-reads.ts';
import { freshDatabase, withClient } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';

async function opened() {
  const url = await freshDatabase();
  const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
  onTestFinished(() => stores.close());
  return { url, stores };
}

async function shared() {
  const pool = new Pool({ connectionString: await freshDatabase(), pipeline: true });
  // The server ends connections here.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  onTestFinished(() => pool.end());
  const reads = new SharedReads(pool);
  const ask = (text: string, values: readonly unknown[] = []) =>
    reads.query({ text }, values).then(({ rows }) => rows as Record<string, unknown>[]);
  return { pool, ask };
}

test('reads that come together share connections, and each gets its own answer', async () => {
  const { url, stores } = await opened();
  const names = Array.from({ length: 60 }, (_, at) => `together ${at}`);
  await stores.atomically(names.map((name) => stores.settings.set(name, `of ${name}`, 1)));
  const found = await Promise.all(names.map((name) => stores.settings.get(name)));
  expect(found).toEqual(names.map((name) => `of ${name}`));
  const { rows } = await withClient(url, (client) =>
    client.query(
      "SELECT count(*)::int AS connections FROM pg_stat_activity WHERE application_name = 'rekey' AND datname = current_database()",
    ),
  );
  // One each would be ten, as many as there may be.
  expect((rows as { connections: number }[])[0]?.connections).toBeLessThan(5);
});

test('a read that fails fails alone', async () => {
  const { ask } = await shared();
  const ends = await Promise.allSettled([
    ask('SELECT $1::text AS word', ['one']),
    ask('SELECT 1 / $1::int AS none', [0]),
    ask('SELECT $1::text AS word', ['two']),
  ]);
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(ends[2]).toMatchObject({ value: [{ word: 'two' }] });
  expect(await ask('SELECT 3 AS n')).toEqual([{ n: 3 }]);
});

test('a connection that breaks fails the reads on it, and those after it are answered', async () => {
  const { ask } = await shared();
  const ends = await Promise.allSettled([
    ask('SELECT pg_terminate_backend(pg_backend_pid())'),
    ask('SELECT 1 AS n'),
    ask('SELECT 2 AS n'),
  ]);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(await ask('SELECT 3 AS n')).toEqual([{ n: 3 }]);
});

test('a read that cannot get a connection is told so', async () => {
  const pool = new Pool({ host: '127.0.0.1', port: 1, pipeline: true });
  onTestFinished(() => pool.end());
  const reads = new SharedReads(pool);
  await expect(reads.query({ text: 'SELECT 1' })).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('more changes than go at once are made all or none', async () => {
  const { stores } = await opened();
  const many = (from: number) =>
    Array.from({ length: 150 }, (_, at) => stores.settings.set(`many ${from + at}`, 'x', 1));
  await expect(
    stores.atomically([...many(0), stores.settings.replace('nobody', 'was', 'is', 1), ...many(150)]),
  ).rejects.toMatchObject({
    code: 'conflict',
    cause: { message: expect.stringContaining('settings.') as string },
  });
  expect(await stores.settings.get('many 0')).toBeNull();
  await stores.atomically([...many(0), ...many(150)]);
  expect(await stores.settings.get('many 0')).toBe('x');
  expect(await stores.settings.get('many 299')).toBe('x');
});

test('a transaction that the server ended is not ended a second time, and one that was never ended is', async () => {
  const { url, stores } = await opened();
  const refused = stores.settings.replace('nobody', 'was', 'is', 1);
  const last = async () => {
    const { rows } = await withClient(url, (client) =>
      client.query(
        "SELECT query, state FROM pg_stat_activity WHERE application_name = 'rekey' AND datname = current_database() ORDER BY query_start DESC LIMIT 1",
      ),
    );
    return rows[0] as { query: string; state: string } | undefined;
  };
  await expect(stores.atomically([refused])).rejects.toMatchObject({ code: 'conflict' });
  expect(await last()).toEqual({ query: 'COMMIT', state: 'idle' });
  // More than goes at once: its end was never sent.
  const many = Array.from({ length: 80 }, (_, at) => stores.settings.set(`after ${at}`, 'x', 1));
  await expect(stores.atomically([refused, ...many])).rejects.toMatchObject({ code: 'conflict' });
  expect(await last()).toEqual({ query: 'ROLLBACK', state: 'idle' });
});

test('a connection that breaks in the middle of a transaction is not used again', async () => {
  const { url, stores } = await opened();
  await stores.atomically([stores.settings.set('before', 'x', 1)]);
  await withClient(url, async (client) => {
    await client.query('BEGIN');
    await client.query("SELECT * FROM settings WHERE key = 'before' FOR UPDATE");
    const waiting = stores
      .atomically([stores.settings.set('before', 'y', 1)])
      .catch((error: unknown) => error);
    await expect
      .poll(async () => {
        const { rows } = await client.query(
          "SELECT count(pg_terminate_backend(pid))::int AS ended FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
        );
        return (rows as { ended: number }[])[0]?.ended;
      })
      .toBe(1);
    await client.query('ROLLBACK');
    expect(await waiting).toMatchObject({ code: 'unreachable' });
  });
  expect(await stores.settings.get('before')).toBe('x');
});

test('a change that touches other rows says how many, as the server counted them', async () => {
  const { url, stores } = await opened();
  const name = new URL(url).pathname.slice(1);
  await expect(stores.atomically([stores.settings.replace(name, 'was', 'is', 1)])).rejects.toMatchObject({
    code: 'conflict',
    cause: { message: 'settings.replace touched 0 rows instead of 1' },
  });
});
