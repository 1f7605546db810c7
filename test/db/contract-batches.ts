import { expect, test } from 'vitest';
import type { Write } from '../../src/ports/stores.ts';
import type { FreshStores } from './contract.ts';
import { attempt, connection, entry, interaction, notice, secret } from './samples.ts';

const conflict = { name: 'RekeyError', code: 'conflict' };

/** What holds for batches of writes and for the secrets, whatever the engine. */
export function batchesContract(fresh: FreshStores): void {
  test('a batch with a lost compare-and-swap leaves nothing behind', async () => {
    const stores = await fresh();
    await stores.atomically([stores.connections.insert(connection({ id: 'c1' }))]);
    const batch = [
      stores.audit.add(entry({ id: 'e1' })),
      stores.notices.add(notice({ id: 'n1' })),
      stores.settings.set('s', '1', 1),
      stores.connections.update(connection({ id: 'c1', version: 3 })),
      stores.audit.add(entry({ id: 'e2' })),
    ];
    await expect(stores.atomically(batch)).rejects.toMatchObject(conflict);
    expect(await stores.audit.newest(9)).toEqual([]);
    expect(await stores.notices.byId('n1')).toBeNull();
    expect(await stores.settings.get('s')).toBeNull();
    expect((await stores.connections.byId('c1'))?.version).toBe(1);
  });

  test('a batch with a taken unique value leaves nothing behind', async () => {
    const stores = await fresh();
    await stores.atomically([stores.interactions.claim(interaction('i1'))]);
    const batch = [stores.settings.set('s', '1', 1), stores.interactions.claim(interaction('i1'))];
    await expect(stores.atomically(batch)).rejects.toMatchObject(conflict);
    expect(await stores.settings.get('s')).toBeNull();
  });

  test('the writes of a batch see each other in order', async () => {
    const stores = await fresh();
    const { connections } = stores;
    await stores.atomically([
      connections.insert(connection({ id: 'c1', name: 'a' })),
      connections.update(connection({ id: 'c1', name: 'b', version: 2 })),
      connections.insert(connection({ id: 'c2', name: 'a' })),
      connections.remove('c1', 2),
    ]);
    expect((await connections.list()).map(({ id }) => id)).toEqual(['c2']);
    await stores.atomically([]);
  });

  test('of twenty who claim one id at a time exactly one wins', async () => {
    const stores = await fresh();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        stores.atomically([
          stores.interactions.claim(interaction('i1')),
          stores.audit.add(entry({ id: `e${index}` })),
        ]),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const reasons = results.flatMap((result) =>
      result.status === 'rejected' ? [result.reason as unknown] : [],
    );
    expect(reasons).toEqual(reasons.map(() => expect.objectContaining(conflict)));
    expect(await stores.audit.newest(30)).toHaveLength(1);
  });

  test('of twenty who change one row at a time exactly one wins', async () => {
    const stores = await fresh();
    await stores.atomically([stores.connections.insert(connection({ id: 'c1' }))]);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        stores.atomically([
          stores.connections.update(connection({ id: 'c1', description: `${index}`, version: 2 })),
        ]),
      ),
    );
    const winner = results.findIndex(({ status }) => status === 'fulfilled');
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await stores.connections.byId('c1'))?.description).toBe(`${winner}`);
  });

  test('batches that lock rows in opposite order all get done', async () => {
    const stores = await fresh();
    const set = (key: string): Write => stores.settings.set(key, 'x', 1);
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        stores.atomically(index % 2 === 0 ? [set('a'), set('b'), set('c')] : [set('c'), set('b'), set('a')]),
      ),
    );
    expect(await stores.settings.get('b')).toBe('x');
  });

  test.each(['a\0b', 'a\uD800b'])(
    'text that cannot be stored (%j) is refused before anything is',
    async (text) => {
      const stores = await fresh();
      const batch = [stores.settings.set('s', 'ok', 1), stores.settings.set('t', text, 1)];
      await expect(stores.atomically(batch)).rejects.toMatchObject({ code: 'invalid' });
      const looks = [
        stores.settings.get(text),
        stores.connections.byName(text),
        stores.interactions.byId(text),
        stores.containments.byId(text),
        stores.notices.byId(text),
        stores.inventory.keys.byId(text),
        stores.secrets.newest('attempt', text),
      ];
      for (const came of await Promise.allSettled(looks)) {
        expect(came).toMatchObject({ status: 'rejected', reason: { code: 'invalid' } });
      }
      expect(await stores.settings.get('s')).toBeNull();
    },
  );

  test.each([1.5, Number.NaN, 2 ** 53])('a time that is no whole number (%d) is refused', async (at) => {
    const stores = await fresh();
    await expect(stores.atomically([stores.settings.set('s', '', at)])).rejects.toMatchObject({
      code: 'internal',
    });
    expect(await stores.settings.get('s')).toBeNull();
  });

  test('large and strange texts come back as they were', async () => {
    const stores = await fresh();
    const texts = [
      '🍏'.repeat(300_000),
      '\'"\\;--\u2028\uFEFF\u0001\u{10FFFF}',
      '',
      'e\u0301 vs \u00e9',
      '%$1?',
    ];
    for (const [index, text] of texts.entries()) {
      await stores.atomically([
        stores.settings.set(`k${index}`, text, Number.MAX_SAFE_INTEGER),
        stores.notices.add(notice({ id: `n${index}`, blocks: [{ text }, `${text}\0`] })),
      ]);
      expect(await stores.settings.get(`k${index}`)).toBe(text);
      expect((await stores.notices.byId(`n${index}`))?.blocks).toEqual([{ text }, `${text}\0`]);
    }
  });

  test('a change made by another store is refused', async () => {
    const [mine, other] = [await fresh(), await fresh()];
    await expect(mine.atomically([other.settings.set('s', '1', 1)])).rejects.toMatchObject({
      code: 'internal',
    });
    await expect(mine.atomically([{} as Write])).rejects.toMatchObject({ code: 'internal' });
  });

  test('secrets come back newest first and go with their holder', async () => {
    const stores = await fresh();
    const { secrets } = stores;
    const [one, two, other] = [
      secret({ id: 's1' }),
      secret({ id: 's2', version: 2 }),
      secret({ id: 's3', holderId: 'a2' }),
    ];
    await stores.atomically([one, two, other].map((row) => secrets.insert(row)));
    expect(await secrets.newest('attempt', 'a1')).toEqual(two);
    expect(await secrets.newest('connection', 'a1')).toBeNull();
    await expect(stores.atomically([secrets.insert(secret({ id: 's4', version: 2 }))])).rejects.toMatchObject(
      conflict,
    );
    await stores.atomically([secrets.erase('attempt', 'a1'), secrets.erase('attempt', 'a1')]);
    expect(await secrets.newest('attempt', 'a1')).toBeNull();
    await stores.atomically([secrets.eraseOne('s3')]);
    await expect(stores.atomically([secrets.eraseOne('s3')])).rejects.toMatchObject(conflict);
  });

  test('secrets are re-wrapped as read, counted by key, and found by another key', async () => {
    const stores = await fresh();
    const { secrets } = stores;
    const rows = ['s1', 's2', 's3'].map((id) => secret({ id, holderId: id }));
    await stores.atomically(rows.map((row) => secrets.insert(row)));
    const box = secret({ id: 's1' }).box;
    const to = { ...box, masterKeyId: 'k2', wrappedKey: 'new' };
    await stores.atomically([secrets.rewrap('s1', box, to)]);
    await expect(stores.atomically([secrets.rewrap('s1', box, to)])).rejects.toMatchObject(conflict);
    expect((await secrets.newest('attempt', 's1'))?.box).toEqual(to);
    expect(await secrets.wrappedByOther('k2', 9)).toEqual([rows[1], rows[2]]);
    expect(await secrets.wrappedByOther('k2', 1)).toEqual([rows[1]]);
    expect(await secrets.countByMasterKey()).toEqual(
      new Map([
        ['k1', 2],
        ['k2', 1],
      ]),
    );
  });

  test('secrets without a holder are orphans', async () => {
    const stores = await fresh();
    const rows = [
      secret({ id: 's1', holderKind: 'attempt', holderId: 'a1' }),
      secret({ id: 's2', holderKind: 'connection', holderId: 'c1' }),
      secret({ id: 's3', holderKind: 'connection', holderId: 'a1' }),
      secret({ id: 's4', holderKind: 'attempt', holderId: 'c1' }),
    ];
    await stores.atomically([
      stores.attempts.insert(attempt({ id: 'a1' })),
      stores.connections.insert(connection({ id: 'c1' })),
      ...rows.map((row) => stores.secrets.insert(row)),
    ]);
    expect(await stores.secrets.orphans()).toEqual([rows[2], rows[3]]);
  });
}
