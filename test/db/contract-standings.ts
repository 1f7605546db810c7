import { describe, expect, test } from 'vitest';
import type { InventoryKey } from '../../src/domain/inventory.ts';
import type { KeyStanding } from '../../src/domain/key-standing.ts';
import { ANY_KEY, type KeyFilter, type KeyPlace, type KeyRow } from '../../src/ports/inventory.ts';
import type { Stores } from '../../src/ports/stores.ts';
import type { FreshStores } from './contract.ts';
import { HOSTILE, key, standing } from './key-samples.ts';

const A = '123456789012';
const B = '210987654321';
const U1 = { kind: 'user', userId: 'U1' } as const;
const U2 = { kind: 'user', userId: 'U2' } as const;
const S1 = { kind: 'group', groupId: 'S1' } as const;

const place = ({ key: { accessKeyId }, standing: found }: KeyRow): KeyPlace => ({
  urgency: found?.urgency ?? -1,
  accessKeyId,
});

/** What the store of standings does, whatever the engine. */
export function standingsContract(fresh: FreshStores): void {
  async function put(keys: readonly InventoryKey[], standings: readonly KeyStanding[]): Promise<Stores> {
    const stores = await fresh();
    await stores.atomically([stores.inventory.keys.put(keys), stores.inventory.standings.put(standings)]);
    return stores;
  }

  const ids = (rows: readonly KeyRow[]) => rows.map((row) => row.key.accessKeyId);

  /** The key ids that a filter takes, by id; the count must say the same. */
  async function taken({ inventory: { standings } }: Stores, filter: Partial<KeyFilter>): Promise<string[]> {
    const rows = ids(await standings.page({ ...ANY_KEY, ...filter }, null, 99));
    expect(await standings.count({ ...ANY_KEY, ...filter })).toBe(rows.length);
    return rows.toSorted();
  }

  describe('standings', () => {
    test('come back as they were put and are replaced', async () => {
      const whole = standing('K1', 7, ['over_age'], [U1, S1], {
        kind: { kind: 'managed_elsewhere', from: 'guess', managedBy: 'Terraform 🍏' },
        ownership: {
          known: true,
          owners: [U1, S1],
          from: 'tag',
          changed: { at: 9, before: [U2], earlier: [{ at: 8, before: [] }] },
        },
        findings: [{ code: 'unused', severity: 'high', at: null, propose: 'deactivate' }],
        dueAt: 5,
        snoozedUntil: 6,
      });
      const stores = await put([key({ accessKeyId: 'K1' })], [whole]);
      const { standings } = stores.inventory;
      expect(await standings.byKey('K1')).toEqual(whole);
      expect(await standings.byKey('K2')).toBeNull();
      expect(await standings.page(ANY_KEY, null, 9)).toEqual([
        { key: key({ accessKeyId: 'K1' }), standing: whole },
      ]);
      await stores.atomically([standings.put([standing('K1', 0)])]);
      expect(await standings.byKey('K1')).toEqual(standing('K1', 0));
      expect(await standings.ofKeys(['K2', 'K1', 'K1'])).toEqual([standing('K1', 0)]);
      expect(await standings.ofKeys([])).toEqual([]);
      expect(await taken(stores, { findings: ['unused'] })).toEqual([]);
      expect(await taken(stores, { owner: U1 })).toEqual([]);
    });

    test('are listed by urgency, then key id; those without one last, gone keys not at all', async () => {
      const { inventory } = await put(
        ['K6', 'K5', 'K4', 'K3', 'K2', 'K1', 'K0'].map((accessKeyId) =>
          key({ accessKeyId, goneAt: accessKeyId === 'K4' ? 3 : null }),
        ),
        [standing('K1', 0), standing('K2', 50), standing('K3', 50), standing('K4', 90), standing('K5', 1e9)],
      );
      const rows = await inventory.standings.page(ANY_KEY, null, 9);
      expect(ids(rows)).toEqual(['K5', 'K2', 'K3', 'K1', 'K0', 'K6']);
      expect(rows.map((row) => row.standing?.urgency ?? null)).toEqual([1e9, 50, 50, 0, null, null]);
    });

    test('are paged both ways, equal urgencies among them', async () => {
      const all = Array.from({ length: 23 }, (_, index) => `K${String(index).padStart(2, '0')}`);
      const { inventory } = await put(
        all.map((accessKeyId) => key({ accessKeyId })),
        all.slice(4).map((accessKeyId, index) => standing(accessKeyId, (index * 7) % 3)),
      );
      const { standings } = inventory;
      const whole = await standings.page(ANY_KEY, null, 99);
      expect(ids(whole).toSorted()).toEqual(all);
      for (const size of [1, 4, 5]) {
        const seen: KeyRow[] = [];
        let from: { after: KeyPlace } | null = null;
        for (;;) {
          const page: KeyRow[] = await standings.page(ANY_KEY, from, size);
          const last = page.at(-1);
          if (last === undefined) break;
          seen.push(...page);
          from = { after: place(last) };
        }
        expect(seen).toEqual(whole);
      }
      for (const [index, row] of whole.entries()) {
        const before = await standings.page(ANY_KEY, { before: place(row) }, 4);
        expect(before).toEqual(whole.slice(Math.max(0, index - 4), index));
      }
      expect(await standings.page(ANY_KEY, { before: { urgency: -2, accessKeyId: '' } }, 3)).toEqual(
        whole.slice(-3),
      );
    });

    test('keep the order whichever of key and standing is written first or again', async () => {
      const stores = await fresh();
      const { keys, standings } = stores.inventory;
      await stores.atomically([standings.put([standing('K1', 5)])]);
      expect(await standings.page(ANY_KEY, null, 9)).toEqual([]);
      await stores.atomically([keys.put([key({ accessKeyId: 'K0' }), key({ accessKeyId: 'K1' })])]);
      expect(ids(await standings.page(ANY_KEY, null, 9))).toEqual(['K1', 'K0']);
      await stores.atomically([
        standings.put([standing('K0', 6)]),
        keys.put([key({ accessKeyId: 'K0', description: 'new' })]),
      ]);
      const [first] = await standings.page(ANY_KEY, { after: { urgency: 7, accessKeyId: 'K9' } }, 1);
      expect(first).toEqual({
        key: key({ accessKeyId: 'K0', description: 'new' }),
        standing: standing('K0', 6),
      });
    });

    test('are filtered by account, status, age, finding, owner and snooze', async () => {
      const stores = await put(
        [
          key({ accessKeyId: 'K1', createdAt: 10 }),
          key({ accessKeyId: 'K2', createdAt: 20, status: 'Inactive' }),
          key({ accessKeyId: 'K3', createdAt: null, accountId: B }),
          key({ accessKeyId: 'K4', createdAt: 5, status: 'Expired' }),
          key({ accessKeyId: 'K5', createdAt: 5, goneAt: 9 }),
        ],
        [
          standing('K1', 3, ['over_age', 'unused'], [U1]),
          standing('K2', 2, ['unused'], [U2, S1, U2], { snoozedUntil: 40 }),
          standing('K3', 1, ['use_unknown'], [], { accountId: B }),
          standing('K5', 9, ['unused'], [U1], { snoozedUntil: 40 }),
        ],
      );
      expect(await taken(stores, {})).toEqual(['K1', 'K2', 'K3', 'K4']);
      expect(await taken(stores, { accountId: B })).toEqual(['K3']);
      expect(await taken(stores, { status: 'Active' })).toEqual(['K1', 'K3']);
      expect(await taken(stores, { createdBefore: 20 })).toEqual(['K1', 'K4']);
      expect(await taken(stores, { findings: ['unused'] })).toEqual(['K1', 'K2']);
      expect(await taken(stores, { findings: ['never_used'] })).toEqual([]);
      expect(await taken(stores, { owner: U1 })).toEqual(['K1']);
      expect(await taken(stores, { owner: S1 })).toEqual(['K2']);
      expect(await taken(stores, { owner: { kind: 'group', groupId: 'U1' } })).toEqual([]);
      expect(await taken(stores, { owner: { kind: 'user', userId: 'u1' } })).toEqual([]);
      expect(await taken(stores, { owner: { kind: 'user', userId: 'unused' } })).toEqual([]);
      expect(await taken(stores, { snoozed: true })).toEqual(['K2']);
      expect(await taken(stores, { snoozed: false })).toEqual(['K1', 'K3']);
      expect(await taken(stores, { findings: ['unused'], snoozed: false, status: 'Active' })).toEqual(['K1']);
      const { standings } = stores.inventory;
      const unused = { ...ANY_KEY, findings: ['unused'] } as const;
      expect(ids(await standings.page(unused, { after: { urgency: 3, accessKeyId: 'K1' } }, 9))).toEqual([
        'K2',
      ]);
      expect(ids(await standings.page(unused, { before: { urgency: 2, accessKeyId: 'K2' } }, 9))).toEqual([
        'K1',
      ]);
    });

    test('are counted by finding over existing keys', async () => {
      const { inventory } = await put(
        [
          key({ accessKeyId: 'K1' }),
          key({ accessKeyId: 'K2' }),
          key({ accessKeyId: 'K3', accountId: B }),
          key({ accessKeyId: 'K4', goneAt: 1 }),
        ],
        [
          standing('K1', 1, ['over_age', 'unused', 'unused'], [U1]),
          standing('K2', 1, ['unused']),
          standing('K3', 1, ['unused'], [], { accountId: B }),
          standing('K4', 1, ['unused']),
        ],
      );
      const count = (accountId: string | null) => inventory.standings.countByFinding(accountId);
      expect(await count(null)).toEqual(new Map(Object.entries({ over_age: 1, unused: 3 })));
      expect(await count(A)).toEqual(new Map(Object.entries({ over_age: 1, unused: 2 })));
      expect(await count('1')).toEqual(new Map());
    });

    test('name the groups that own existing keys, those with the most first', async () => {
      const S2 = { kind: 'group', groupId: 'S2' } as const;
      const S0 = { kind: 'group', groupId: 'S0' } as const;
      const { inventory } = await put(
        [key({ accessKeyId: 'K1' }), key({ accessKeyId: 'K2' }), key({ accessKeyId: 'K3', goneAt: 1 })],
        [standing('K1', 1, [], [S1, S2, U1]), standing('K2', 1, [], [S2]), standing('K3', 1, [], [S0])],
      );
      expect(await inventory.standings.ownerGroups(9)).toEqual(['S2', 'S1']);
      expect(await inventory.standings.ownerGroups(1)).toEqual(['S2']);
    });
  });

  describe('user names and key ids', () => {
    const named = async (...names: string[]) =>
      put(
        names.map((userName, index) => key({ accessKeyId: `AKIA${index}`, userName })),
        [],
      );

    test('are found by a part, whatever the case of A to Z', async () => {
      const stores = await named('Deploy-Prod', 'deploy-test', 'ÉCLAIR', 'éclair', 'admin');
      expect(await taken(stores, { userName: 'DEPLOY' })).toEqual(['AKIA0', 'AKIA1']);
      expect(await taken(stores, { userName: 'ploy-p' })).toEqual(['AKIA0']);
      expect(await taken(stores, { userName: 'É' })).toEqual(['AKIA2']);
      expect(await taken(stores, { userName: 'é' })).toEqual(['AKIA3']);
      expect(await taken(stores, { userName: 'clair' })).toEqual(['AKIA2', 'AKIA3']);
      expect(await taken(stores, { userName: 'İ' })).toEqual([]);
      expect(await taken(stores, { userName: 'nobody' })).toEqual([]);
      expect(await taken(stores, { accessKeyId: 'akia3' })).toEqual(['AKIA3']);
      expect(await taken(stores, { accessKeyId: '4' })).toEqual(['AKIA4']);
    });

    test('take * for any text', async () => {
      const stores = await named('ci-web-prod', 'ci-web', 'prod-ci', 'web');
      expect(await taken(stores, { userName: 'ci*prod' })).toEqual(['AKIA0']);
      expect(await taken(stores, { userName: 'CI-***' })).toEqual(['AKIA0', 'AKIA1']);
      expect(await taken(stores, { userName: '*' })).toHaveLength(4);
      expect(await taken(stores, { userName: '' })).toHaveLength(4);
      expect(await taken(stores, { accessKeyId: 'A*2' })).toEqual(['AKIA2']);
    });

    test('take nothing else for a pattern', async () => {
      const stores = await named(...HOSTILE, 'plain');
      const holding = (part: string) =>
        HOSTILE.flatMap((name, index) => (name.includes(part) ? [`AKIA${index}`] : [])).toSorted();
      for (const part of HOSTILE.filter((text) => text.length <= 1_000)) {
        expect(await taken(stores, { userName: part })).toEqual(holding(part));
        expect(await taken(stores, { accessKeyId: part })).toEqual([]);
        expect(await taken(stores, { owner: { kind: 'user', userId: part } })).toEqual([]);
      }
    });

    test('are not looked for by what is too long or cannot be stored', async () => {
      const { inventory } = await named('x');
      for (const userName of ['x'.repeat(1_001), 'x\0', 'x\uD800']) {
        const filter = { ...ANY_KEY, userName };
        await expect(inventory.standings.page(filter, null, 9)).rejects.toMatchObject({ code: 'invalid' });
        await expect(inventory.standings.count(filter)).rejects.toMatchObject({ code: 'invalid' });
      }
      expect(await inventory.standings.count({ ...ANY_KEY, userName: '*%_\\'.repeat(250) })).toBe(0);
    });

    test('belong to owners with any text', async () => {
      const owners = HOSTILE.map((userId) => ({ kind: 'user', userId }) as const);
      const stores = await put(
        HOSTILE.map((_, index) => key({ accessKeyId: `AKIA${index}` })),
        owners.map((owner, index) => standing(`AKIA${index}`, 0, [], [owner])),
      );
      for (const [index, owner] of owners.entries()) {
        expect(await taken(stores, { owner })).toEqual([`AKIA${index}`]);
      }
    });
  });
}
