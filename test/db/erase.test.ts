import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openStores } from '../../db/open.ts';
import type { Stores } from '../../src/ports/stores.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { secret } from './samples.ts';

async function open(path: string): Promise<Stores> {
  const stores = await openStores({
    url: `file:${path}`,
    exclusive: true,
    clock: systemClock,
    log: recordingLog(),
  });
  onTestFinished(() => stores.close());
  return stores;
}

/** How many of the marks are anywhere in the database's files. */
function found(path: string, marks: readonly string[]): string[] {
  const bytes = Buffer.concat(
    ['', '-wal', '-shm', '-journal', '.lock']
      .map((suffix) => `${path}${suffix}`)
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file)),
  );
  return marks.filter((mark) => bytes.includes(mark));
}

/** A ciphertext all of whose parts can be looked for. */
function marked(id: string, size: number) {
  const mark = `<${id}>`;
  const box = {
    masterKeyId: 'k1',
    wrappedKey: `w${mark}`,
    ciphertext: mark.repeat(Math.ceil(size / mark.length)),
  };
  return { mark, row: secret({ id, holderId: id, box }) };
}

test('an erased secret is in no file of the database', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const stores = await open(path);
  const { mark, row } = marked('only', 100);
  await stores.atomically([stores.secrets.insert(row)]);
  expect(found(path, [mark])).toEqual([mark]);
  await stores.atomically([stores.secrets.erase('attempt', 'only')]);
  expect(found(path, [mark])).toEqual([]);
});

test('a re-wrapped secret leaves nothing of its old wrapping', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const stores = await open(path);
  const { row } = marked('one', 100);
  await stores.atomically([stores.secrets.insert(row)]);
  const to = { ...row.box, masterKeyId: 'k2', wrappedKey: 'fresh' };
  await stores.atomically([stores.secrets.rewrap('one', row.box, to)]);
  expect(found(path, [row.box.wrappedKey])).toEqual([]);
  expect(found(path, ['fresh'])).toEqual(['fresh']);
});

test('secrets of all sizes, erased in any order among others, leave nothing in the files', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const stores = await open(path);
  const all = Array.from({ length: 240 }, (_, n) =>
    marked(`s${(n * 7919) % 1000}x`, 40 + ((n * n * 37) % 2_500)),
  );
  for (const { row } of all) await stores.atomically([stores.secrets.insert(row)]);
  const gone: string[] = [];
  const left: string[] = [];
  for (const [n, { mark, row }] of all.entries()) {
    if (n % 3 === 0) continue;
    await stores.atomically([stores.secrets.eraseOne(row.id)]);
    gone.push(mark);
    if (n % 40 === 1) left.push(...found(path, gone));
  }
  expect([...left, ...found(path, gone)]).toEqual([]);
  expect(
    found(
      path,
      all.map(({ mark }) => mark),
    ),
  ).toHaveLength(80);
});

test('while another process reads, the bytes go as soon as it has finished', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const stores = await open(path);
  const { mark, row } = marked('one', 100);
  await stores.atomically([stores.secrets.insert(row)]);
  const reader = new Database(path);
  reader.exec('BEGIN');
  reader.prepare('SELECT * FROM sealed_secrets').all();
  await stores.atomically([stores.secrets.eraseOne('one')]);
  expect(found(path, [mark])).toEqual([mark]);
  reader.close();
  await vi.waitFor(() => expect(found(path, [mark])).toEqual([]), { timeout: 5_000, interval: 50 });
});

test('what a killed process had erased but not yet wiped is wiped by the next start', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const stores = await open(path);
  const { mark, row } = marked('one', 100);
  await stores.atomically([stores.secrets.insert(row)]);
  await stores.close();
  // As a process leaves it that dies right after its commit: gone from the table, still in the log.
  const raw = new Database(path);
  raw.pragma('secure_delete = ON');
  raw.exec(`UPDATE sealed_secrets SET created_at = 2; DELETE FROM sealed_secrets`);
  expect(found(path, [mark])).toEqual([mark]);
  await open(path);
  expect(found(path, [mark])).toEqual([]);
  raw.close();
});
