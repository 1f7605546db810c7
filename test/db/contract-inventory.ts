import { describe, expect, test } from 'vitest';
import type { InventoryKey } from '../../src/domain/inventory.ts';
import type { InventoryStores } from '../../src/ports/inventory.ts';
import type { Stores, Write } from '../../src/ports/stores.ts';
import type { FreshStores } from './contract.ts';
import { account, HOSTILE, key, standing, user } from './key-samples.ts';

const conflict = { name: 'RekeyError', code: 'conflict' };
const keyIds = (keys: readonly InventoryKey[]) => keys.map(({ accessKeyId }) => accessKeyId);
const A = '123456789012';
const B = '210987654321';

/** What the stores of facts about accounts, users and keys do, whatever the engine. */
export function inventoryContract(fresh: FreshStores): void {
  async function opened(...make: ((inventory: InventoryStores) => Write)[]): Promise<Stores> {
    const stores = await fresh();
    await stores.atomically(make.map((each) => each(stores.inventory)));
    return stores;
  }

  describe('accounts', () => {
    const whole = account({
      accountId: B,
      partition: 'aws-cn',
      rootKeys: { known: false, why: 'not allowed: iam:GetAccountSummary', since: 5 },
      users: 3,
      keys: 4,
      fullAt: 6,
      sweptAt: 7,
      reportAt: 8,
      gaps: [
        { what: 'tags', subject: '"אבג"', why: 'throttled', since: 9 },
        { what: 'report', subject: null, why: 'not allowed', since: 9 },
      ],
      running: { id: 's1', kind: 'full', startedAt: 10, cursor: 'AIDA1', planned: 5, done: 2 },
      trouble: { why: 'no answer', since: 11 },
    });

    test('come back as they were put, by account id', async () => {
      const { inventory } = await opened(
        ({ accounts }) => accounts.insert(whole),
        ({ accounts }) => accounts.insert(account()),
      );
      expect(await inventory.accounts.list()).toEqual([account(), whole]);
      expect(await inventory.accounts.byId(B)).toEqual(whole);
      expect(await inventory.accounts.byId('1')).toBeNull();
    });

    test('are made once and change at the version that was read', async () => {
      const stores = await opened(({ accounts }) => accounts.insert(account()));
      const { accounts } = stores.inventory;
      await expect(stores.atomically([accounts.insert(account())])).rejects.toMatchObject(conflict);
      const next = { ...whole, accountId: A, version: 2 };
      await stores.atomically([accounts.update(next)]);
      expect(await accounts.byId(A)).toEqual(next);
      await expect(stores.atomically([accounts.update(next)])).rejects.toMatchObject(conflict);
      await expect(stores.atomically([accounts.update({ ...next, version: 4 })])).rejects.toMatchObject(
        conflict,
      );
      await expect(stores.atomically([accounts.update(whole)])).rejects.toMatchObject(conflict);
    });
  });

  describe('users', () => {
    test('come back as they were put and are replaced', async () => {
      const one = user({
        userId: 'AIDA1',
        createdAt: null,
        tags: { known: true, value: Object.fromEntries(HOSTILE.map((text) => [text, text])), asOf: 3 },
        console: { known: false, why: 'not allowed', since: 4 },
        quarantine: { known: true, value: ['AWSCompromisedKeyQuarantineV3'], asOf: 5 },
        reportRow: 'digest',
        keysReadAt: 6,
      });
      const stores = await opened(({ users }) => users.put([one, user({ userId: 'AIDA2' })]));
      const { users } = stores.inventory;
      expect(await users.byId(A, 'AIDA1')).toEqual(one);
      expect(await users.byId(B, 'AIDA1')).toBeNull();
      const changed = user({ userId: 'AIDA1', createdAt: 9, userName: 'renamed' });
      await stores.atomically([users.put([changed, user({ userId: 'AIDA3' })])]);
      expect(await users.page(A, null, 9)).toEqual([
        changed,
        user({ userId: 'AIDA2' }),
        user({ userId: 'AIDA3' }),
      ]);
    });

    test('of one unique id in two accounts do not meet', async () => {
      const { inventory } = await opened(({ users }) =>
        users.put([user({ userId: 'AIDA1' }), user({ userId: 'AIDA1', accountId: B, userName: 'b' })]),
      );
      expect((await inventory.users.byId(A, 'AIDA1'))?.userName).toBe('name-AIDA1');
      expect((await inventory.users.byId(B, 'AIDA1'))?.userName).toBe('b');
    });

    test('are paged and counted by account while they exist', async () => {
      const ids = ['AIDA3', 'AIDA1', 'AIDA2', 'AIDA4'];
      const { inventory } = await opened(({ users }) =>
        users.put([
          ...ids.map((userId) => user({ userId, goneAt: userId === 'AIDA2' ? 5 : null })),
          user({ userId: 'AIDA5', accountId: B }),
        ]),
      );
      const page = async (after: string | null, limit: number) =>
        (await inventory.users.page(A, after, limit)).map(({ userId }) => userId);
      expect(await page(null, 2)).toEqual(['AIDA1', 'AIDA3']);
      expect(await page('AIDA3', 2)).toEqual(['AIDA4']);
      expect(await page('AIDA2', 1)).toEqual(['AIDA3']);
      expect(await inventory.users.count(A)).toBe(3);
      expect(await inventory.users.count('1')).toBe(0);
      expect((await inventory.users.byId(A, 'AIDA2'))?.goneAt).toBe(5);
    });

    test('are found by exactly their name while they exist', async () => {
      const { inventory } = await opened(({ users }) =>
        users.put([
          user({ userId: 'AIDA1', userName: 'deploy', goneAt: 5 }),
          user({ userId: 'AIDA2', userName: 'deploy', firstSeenAt: 7 }),
          user({ userId: 'AIDA3', userName: 'deploy', firstSeenAt: 6 }),
          user({ userId: 'AIDA4', userName: 'Gone', goneAt: 5 }),
          ...HOSTILE.map((userName, index) => user({ userId: `H${index}`, userName })),
        ]),
      );
      const id = async (name: string) => (await inventory.users.byName(A, name))?.userId ?? null;
      expect(await id('deploy')).toBe('AIDA2');
      expect(await id('Deploy')).toBeNull();
      expect(await id('Gone')).toBeNull();
      expect(await inventory.users.byName(B, 'deploy')).toBeNull();
      for (const [index, name] of HOSTILE.entries()) expect(await id(name)).toBe(`H${index}`);
    });
  });

  describe('keys', () => {
    test('come back as they were put and are replaced', async () => {
      const used = key({
        accessKeyId: 'AKIA1',
        createdAt: null,
        description: HOSTILE.join(' '),
        lastUse: { kind: 'used', asOf: 5, at: 4, service: 's3', region: null },
        status: 'Expired',
        statusSeen: true,
        statusSince: 7,
      });
      const unknown = key({
        accessKeyId: 'AKIA2',
        lastUse: { kind: 'unknown', why: 'throttled', since: 5, last: { at: 1, service: null, region: 'r' } },
        goneAt: 9,
      });
      const stores = await opened(({ keys }) => keys.put([used, unknown]));
      const { keys } = stores.inventory;
      expect(await keys.byId('AKIA1')).toEqual(used);
      expect(await keys.byId('AKIA2')).toEqual(unknown);
      expect(await keys.byId('AKIA3')).toBeNull();
      const next = key({ accessKeyId: 'AKIA1', status: 'Inactive' });
      await stores.atomically([keys.put([next])]);
      expect(await keys.byId('AKIA1')).toEqual(next);
      expect(await keys.byId('AKIA2')).toEqual(unknown);
    });

    test('of a user come oldest first, of several user by user', async () => {
      const { inventory } = await opened(({ keys }) =>
        keys.put([
          key({ accessKeyId: 'K4', createdAt: 5 }),
          key({ accessKeyId: 'K3', createdAt: 9 }),
          key({ accessKeyId: 'K2', createdAt: null }),
          key({ accessKeyId: 'K1', createdAt: 9 }),
          key({ accessKeyId: 'K5', createdAt: 1, goneAt: 2 }),
          key({ accessKeyId: 'K6', userId: 'AIDA0' }),
          key({ accessKeyId: 'K7', accountId: B }),
          key({ accessKeyId: 'K8', userId: 'AIDA2' }),
        ]),
      );
      expect(keyIds(await inventory.keys.ofUser(A, 'AIDA1'))).toEqual(['K2', 'K4', 'K1', 'K3']);
      const several = ['AIDA2', 'AIDA1', 'AIDA0', 'AIDA9', 'AIDA1'];
      expect(keyIds(await inventory.keys.ofUsers(A, several))).toEqual(['K6', 'K2', 'K4', 'K1', 'K3', 'K8']);
      expect(await inventory.keys.ofUsers(A, [])).toEqual([]);
    });

    test('are paged and counted by account while they exist', async () => {
      const { inventory } = await opened(({ keys }) =>
        keys.put([
          ...['K3', 'K1', 'K2', 'K5'].map((accessKeyId) => key({ accessKeyId })),
          key({ accessKeyId: 'K4', goneAt: 1 }),
          key({ accessKeyId: 'K0', accountId: B }),
        ]),
      );
      expect(keyIds(await inventory.keys.page(A, null, 2))).toEqual(['K1', 'K2']);
      expect(keyIds(await inventory.keys.page(A, 'K2', 9))).toEqual(['K3', 'K5']);
      expect(keyIds(await inventory.keys.page(A, 'K5', 9))).toEqual([]);
      expect(await inventory.keys.count(A)).toBe(4);
      expect(await inventory.keys.count(B)).toBe(1);
    });
  });

  test('nothing to put is nothing done', async () => {
    const stores = await fresh();
    const { users, keys, standings, keyHistory } = stores.inventory;
    await stores.atomically([users.put([]), keys.put([]), standings.put([]), keyHistory.add(A, [])]);
    expect(await users.count(A)).toBe(0);
  });

  test('of two rows for one thing in a put the later counts', async () => {
    const stores = await fresh();
    const { users, keys, standings } = stores.inventory;
    await stores.atomically([
      users.put([user({ userId: 'AIDA1', userName: 'a' }), user({ userId: 'AIDA1', userName: 'b' })]),
      keys.put([key({ accessKeyId: 'K1', userName: 'a' }), key({ accessKeyId: 'K1', userName: 'b' })]),
      standings.put([standing('K1', 1, ['unused']), standing('K1', 2, ['over_age'])]),
    ]);
    expect((await users.byId(A, 'AIDA1'))?.userName).toBe('b');
    expect((await keys.byId('K1'))?.userName).toBe('b');
    expect(await standings.byKey('K1')).toEqual(standing('K1', 2, ['over_age']));
    expect(await standings.countByFinding(A)).toEqual(new Map([['over_age', 1]]));
  });

  test('more rows than fit into a statement are put and read', async () => {
    const stores = await fresh();
    const { users, keys, standings } = stores.inventory;
    const ids = Array.from({ length: 33_000 }, (_, index) => `K${String(index).padStart(5, '0')}`);
    const some = ids.slice(0, 3_600);
    await stores.atomically([
      users.put(some.map((userId) => user({ userId }))),
      keys.put(some.map((accessKeyId) => key({ accessKeyId, userId: accessKeyId }))),
      standings.put(
        some.map((accessKeyId) => standing(accessKeyId, 1, ['unused', 'over_age', 'tag_missing'])),
      ),
    ]);
    expect(await users.count(A)).toBe(3_600);
    expect(await keys.count(A)).toBe(3_600);
    expect(await standings.countByFinding(null)).toEqual(
      new Map(Object.entries({ over_age: 3_600, tag_missing: 3_600, unused: 3_600 })),
    );
    expect(keyIds(await keys.ofUsers(A, ids.toReversed()))).toEqual(some);
  }, 60_000);

  test('two who put the same rows in opposite orders both get done', async () => {
    const stores = await fresh();
    const { keys } = stores.inventory;
    const rows = Array.from({ length: 300 }, (_, index) => key({ accessKeyId: `K${index}` }));
    await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        stores.atomically([keys.put(index % 2 === 0 ? rows : rows.toReversed())]),
      ),
    );
    expect(await keys.count(A)).toBe(300);
  });

  test('text that cannot be stored is refused before anything is', async () => {
    const stores = await fresh();
    const { keys, users } = stores.inventory;
    const batch = [
      keys.put([key({ accessKeyId: 'K1' })]),
      users.put([user({ userId: 'AIDA1', userName: 'a\0' })]),
    ];
    await expect(stores.atomically(batch)).rejects.toMatchObject({ code: 'invalid' });
    expect(await keys.byId('K1')).toBeNull();
  });
}
