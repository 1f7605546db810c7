import { join } from 'node:path';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { groupCommit } from '../../db/group-commit.ts';
import { openStores } from '../../db/open.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

function opened() {
  const client = new Database(join(temporaryFolder(), 'file.db'));
  onTestFinished(() => void client.close());
  client.pragma('journal_mode = WAL');
  client.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)');
  const put = client.prepare('INSERT INTO t (text) VALUES (?)');
  return {
    client,
    commit: groupCommit(client, async (run) => run()),
    put: (text: string) => void put.run(text),
    texts: () => client.prepare('SELECT text FROM t ORDER BY id').pluck().all(),
    /** Frames of the write-ahead log: each commit leaves one, at least. */
    frames: () => (client.pragma('wal_checkpoint(PASSIVE)') as { log: number }[])[0]?.log ?? 0,
  };
}

test('what is asked for in one turn of the loop shares a commit; each gets its own answer', async () => {
  const { commit, put, texts, frames, client } = opened();
  client.pragma('wal_checkpoint(TRUNCATE)');
  const names = Array.from({ length: 50 }, (_, at) => `row ${at}`);
  const answers = await Promise.all(
    names.map((name, at) =>
      commit(() => {
        put(name);
        return at;
      }),
    ),
  );
  expect(answers).toEqual(names.map((_, at) => at));
  expect(texts()).toEqual(names);
  // One a transaction would be 50 commits, each of the table's page and that of its index.
  expect(frames()).toBeLessThan(20);
});

test('nothing is written before the loop turns, and everything once it is answered', async () => {
  const { commit, put, client } = opened();
  const other = new Database(client.name, { readonly: true });
  onTestFinished(() => void other.close());
  const seen = () => other.prepare('SELECT text FROM t').pluck().all();
  const [one, two] = [commit(() => put('one')), commit(() => put('two'))];
  expect(seen()).toEqual([]);
  await one;
  expect(seen()).toEqual(['one', 'two']);
  await two;
});

test('one that fails is taken back whole, alone, with its own error', async () => {
  const { commit, put, texts } = opened();
  const [first, broken, same, last] = await Promise.allSettled([
    commit(() => put('a')),
    commit(() => {
      put('half');
      throw new Error('broken');
    }),
    commit(() => {
      put('b');
      put('a');
    }),
    commit(() => put('c')),
  ]);
  expect([first.status, last.status]).toEqual(['fulfilled', 'fulfilled']);
  expect(broken).toMatchObject({ status: 'rejected', reason: { message: 'broken' } });
  expect(same).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_CONSTRAINT_UNIQUE' } });
  expect(texts()).toEqual(['a', 'c']);
});

test('whatever fails among them, what was answered is there and nothing else', async () => {
  const turn = fc.array(fc.record({ texts: fc.array(fc.nat(12), { maxLength: 3 }), fails: fc.boolean() }), {
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 5 }), async (turns) => {
      const { commit, put, texts } = opened();
      const expected: string[] = [];
      for (const wanted of turns) {
        const came = await Promise.allSettled(
          wanted.map((each) =>
            commit(() => {
              for (const text of each.texts) put(`${text}`);
              if (each.fails) throw new Error('told to');
            }),
          ),
        );
        for (const [at, { status }] of came.entries()) {
          const mine = (wanted[at]?.texts ?? []).map(String);
          const isFine =
            wanted[at]?.fails === false &&
            new Set(mine).size === mine.length &&
            mine.every((text) => !expected.includes(text));
          expect(status).toBe(isFine ? 'fulfilled' : 'rejected');
          if (isFine) expected.push(...mine);
        }
      }
      expect(texts()).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

test('where the file takes the whole transaction back, nobody is told that theirs was written', async () => {
  const { commit, client, put, texts } = opened();
  const pages = client.pragma('page_count', { simple: true }) as number;
  client.pragma(`max_page_count = ${pages + 2}`);
  const wanted = ['before', 'x'.repeat(100_000), 'after'];
  const came = await Promise.allSettled(wanted.map((text) => commit(() => put(text))));
  expect(came[1]).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_FULL' } });
  expect(texts()).toEqual(wanted.filter((_, at) => came[at]?.status === 'fulfilled'));
  expect(client.inTransaction).toBe(false);
  await commit(() => put('later'));
  expect(texts()).toContain('later');
});

test('a commit that fails is everybody’s, and the next ones go on', async () => {
  const { client, put, texts } = opened();
  client.exec('CREATE TABLE child (parent INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)');
  client.pragma('foreign_keys = ON');
  const commit = groupCommit(client, async (run) => run());
  const orphan = () => void client.exec('INSERT INTO child VALUES (99)');
  const came = await Promise.allSettled([commit(() => put('a')), commit(orphan), commit(() => put('b'))]);
  expect(came.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect([texts(), client.inTransaction]).toEqual([[], false]);
  await commit(() => put('c'));
  expect(texts()).toEqual(['c']);
});

test('a store that is closed has written what it was asked for before', async () => {
  const path = join(temporaryFolder(), 'rekey.db');
  const open = () =>
    openStores({ url: `file:${path}`, exclusive: true, clock: systemClock, log: recordingLog() });
  const stores = await open();
  const writing = stores.atomically([stores.settings.set('a', '1', 1)]);
  await stores.close();
  await writing;
  const again = await open();
  onTestFinished(() => again.close());
  expect(await again.settings.get('a')).toBe('1');
});
