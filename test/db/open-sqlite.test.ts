import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { fileFault } from '../../db/file-faults.ts';
import { openStores } from '../../db/open.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { key, standing } from './key-samples.ts';

const HOLD = fileURLToPath(new URL('../support/hold-stores.ts', import.meta.url));

async function open(path: string, { exclusive = true, log = recordingLog() } = {}) {
  const stores = await openStores({ url: `file:${path}`, exclusive, clock: systemClock, log });
  onTestFinished(() => stores.close());
  return stores;
}

function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

test('folder and files are made for the owner alone', async () => {
  const folder = join(temporaryFolder(), 'a', 'b');
  const path = join(folder, 'rekey.db');
  const stores = await open(path);
  await stores.atomically([stores.settings.set('a', '1', 1)]);
  expect(mode(folder)).toBe('700');
  const files = ['', '-wal', '-shm', '.lock'].map((suffix) => mode(`${path}${suffix}`));
  expect(files).toEqual(['600', '600', '600', '600']);
});

test('a file others may read is pointed out, and used', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  await (await open(path)).close();
  chmodSync(path, 0o644);
  const log = recordingLog();
  await open(path, { log });
  expect(log.lines.join()).toContain('chmod 600');
});

test('a second bot is refused and told who has the file; a tool is not', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const first = await open(path);
  await expect(open(path)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`process ${process.pid}`) as unknown,
  });
  const tool = await open(path, { exclusive: false });
  await tool.atomically([tool.settings.set('a', '1', 1)]);
  expect(await first.settings.get('a')).toBe('1');
  await first.close();
  await open(path);
});

test('the lock of a killed process does not block, and what it had done is all there', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const child = spawn(process.execPath, [HOLD, `file:${path}`, 'k'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  await once(child.stdout, 'data');
  await expect(open(path)).rejects.toMatchObject({
    message: expect.stringContaining(`process ${child.pid}`) as unknown,
  });
  while (!said.includes('\n20\n')) await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'close');
  const acknowledged = Number(said.trim().split('\n').at(-1));
  const stores = await open(path);
  const done = Number(await stores.settings.get('k'));
  expect(done - acknowledged).toBeGreaterThanOrEqual(0);
  expect(done - acknowledged).toBeLessThanOrEqual(1);
  expect(await stores.audit.newest(done + 10)).toHaveLength(done);
  expect((await stores.notices.waiting()).count).toBe(done);
});

test('a database made by a newer Rekey is refused and left as it is', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  await (await open(path)).close();
  const raw = new Database(path);
  raw.exec(`INSERT INTO rekey_migrations (hash, created_at) VALUES ('later', 9999999999999)`);
  raw.close();
  const before = readFileSync(path);
  const error: unknown = await open(path).catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'internal',
    next: expect.stringContaining('newer version') as unknown,
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a database made by an edited migration is refused', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  await (await open(path)).close();
  const raw = new Database(path);
  raw.exec(`UPDATE rekey_migrations SET hash = 'other'`);
  raw.close();
  await expect(open(path)).rejects.toMatchObject({
    message: expect.stringContaining('not the one') as unknown,
  });
});

test('a bot and tools that start together on a new file all find it ready', async () => {
  const path = join(temporaryFolder(), 'new', 'rekey.db');
  const all = await Promise.all([false, true, false, false].map((exclusive) => open(path, { exclusive })));
  for (const [index, stores] of all.entries()) {
    await stores.atomically([stores.settings.set(`k${index}`, 'x', 1)]);
  }
  expect(await all[0]?.settings.get('k3')).toBe('x');
});

test.each(['file:', 'file::memory:', 'file:x.db?mode=ro', 'mysql://h/d', '', 'rekey.db'])(
  'the URL %j is refused with what is expected',
  async (url) => {
    const opened = openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
    await expect(opened).rejects.toMatchObject({
      code: 'invalid',
      next: expect.stringContaining('file:data/rekey.db') as unknown,
    });
  },
);

test('what is no database is named and left alone', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'rekey.db');
  writeFileSync(path, 'not a database at all, but some text of mine'.repeat(50), { mode: 0o600 });
  copyFileSync(path, `${path}.copy`);
  await expect(open(path)).rejects.toMatchObject({
    name: 'RekeyError',
    message: expect.stringContaining(path) as unknown,
  });
  expect(readFileSync(path).equals(readFileSync(`${path}.copy`))).toBe(true);
  mkdirSync(join(folder, 'folder.db'));
  await expect(open(join(folder, 'folder.db'))).rejects.toMatchObject({ code: 'unreachable' });
});

test('a broken row names itself and none of its values', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const stores = await open(path);
  await stores.atomically([stores.groupMembers.set({ groupId: 'S1', members: ['U1'], fetchedAt: 1 })]);
  const raw = new Database(path);
  for (const members of ['{oops wJalr', '[1]', '"U1"']) {
    raw.prepare('UPDATE group_members SET members = ?').run(members);
    await expect(stores.groupMembers.byId('S1')).rejects.toMatchObject({
      code: 'internal',
      message: 'Row S1 of the table group_members cannot be read (members).'.replace(
        '(members)',
        members === '[1]' ? '(members.0)' : '(members)',
      ),
    });
  }
  const { keys, standings } = stores.inventory;
  await stores.atomically([
    keys.put([key({ accessKeyId: 'K1' })]),
    standings.put([standing('K1', 1, ['unused'])]),
  ]);
  raw.exec(`UPDATE inventory_keys SET last_use = '{"kind":"wJalr"}'; UPDATE key_marks SET value = 'wJalr'`);
  await expect(keys.byId('K1')).rejects.toMatchObject({
    code: 'internal',
    message: 'Row K1 of the table inventory_keys cannot be read (lastUse.kind).',
  });
  await expect(standings.countByFinding(null)).rejects.toMatchObject({
    message: 'A row of the table key_marks cannot be read (code).',
  });
  raw.close();
});

test('a file that is no database, and one that is damaged, are named as such and left alone', async () => {
  const folder = temporaryFolder();
  const garbage = join(folder, 'garbage.db');
  writeFileSync(garbage, Buffer.alloc(9_000, 'no database '), { mode: 0o600 });
  await expect(open(garbage)).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('is not a database') as unknown,
    next: expect.stringContaining('DATABASE_URL') as unknown,
  });
  expect(readFileSync(garbage).equals(Buffer.alloc(9_000, 'no database '))).toBe(true);

  const damaged = join(folder, 'damaged.db');
  await (await open(damaged)).close();
  const bytes = readFileSync(damaged);
  writeFileSync(damaged, bytes.fill(0xa5, 4_096));
  await expect(open(damaged)).rejects.toMatchObject({
    message: expect.stringContaining('is damaged') as unknown,
    next: expect.stringContaining('backup') as unknown,
  });
});

test('a path that is no file in a folder is no moment of bad luck', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileSync(file, '');
  mkdirSync(join(folder, 'folder'));
  for (const path of [join(file, 'rekey.db'), join(folder, 'folder')]) {
    await expect(open(path)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('cannot be opened for writing') as unknown,
      next: expect.stringContaining('may write') as unknown,
    });
  }
});

test.each([
  ['EACCES', /cannot be opened for writing/],
  ['EROFS', /cannot be opened for writing/],
  ['SQLITE_READONLY_DIRECTORY', /cannot be opened for writing/],
  ['ENOSPC', /left as it was/],
])('%s is said in words, without what the system said', (code, words) => {
  const system = Object.assign(new Error('a system says canary'), { code });
  const error = fileFault(new Error('wrapped', { cause: system }), 'SQLite, /x');
  expect(error?.message).toMatch(words);
  expect(inspect(error, { depth: 9 })).not.toContain('canary');
});

test('what SQLite undid by itself is not blamed on the code', () => {
  const error = fileFault(new Error('cannot rollback - no transaction is active'), 'SQLite, /x');
  expect(error).toMatchObject({
    code: 'unreachable',
    next: expect.stringContaining('disk is full') as unknown,
  });
  expect(fileFault(new Error('anything else'), 'SQLite, /x')).toBeNull();
});
