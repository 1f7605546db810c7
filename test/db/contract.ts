import { describe, expect, test } from 'vitest';
import type { Stores, Write } from '../../src/ports/stores.ts';
import { attempt, connection, draft, entry, grant, interaction, rejected, verified } from './samples.ts';

/** A store as one engine opens it; `put` writes one change at a time. */
export type FreshStores = () => Promise<Stores>;

async function put(stores: Stores, ...writes: Write[]): Promise<void> {
  for (const write of writes) await stores.atomically([write]);
}

const conflict = { name: 'RekeyError', code: 'conflict' };
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

/** What every store of the port does, whatever the engine; secrets and batches have suites of their own. */
export function storesContract(fresh: FreshStores): void {
  describe('connections', () => {
    const full = connection({
      id: 'c1',
      name: 'Äpfel 🍏 \u0001',
      accessKeyId: 'AKIA1',
      owners: ['U1', 'U2'],
      keyCreatedAt: 1_700_000_000_000,
      accountAlias: 'acme',
      lastCheck: verified,
    });

    test('come back as they were put', async () => {
      const stores = await fresh();
      await put(stores, stores.connections.insert(full));
      expect(await stores.connections.byId('c1')).toEqual(full);
      expect(await stores.connections.byAccessKeyId('AKIA1')).toEqual(full);
      expect(await stores.connections.byId('c2')).toBeNull();
      expect(await stores.connections.byAccessKeyId('AKIA2')).toBeNull();
    });

    test('are found by name whatever its case, space and Unicode form', async () => {
      const stores = await fresh();
      await put(stores, stores.connections.insert(connection({ id: 'c1', name: 'Café  Prod' })));
      expect((await stores.connections.byName('  CAFE\u0301 prod '))?.id).toBe('c1');
      expect(await stores.connections.byName('Cafe Prod')).toBeNull();
    });

    test('are listed by name in the order of bytes', async () => {
      const stores = await fresh();
      for (const [index, name] of ['b', 'Ä', 'a-b', 'B c', '🍏', 'ab', 'a b', 'z', '￼'].entries()) {
        await put(stores, stores.connections.insert(connection({ id: `c${index}`, name })));
      }
      const names = (await stores.connections.list()).map(({ name }) => name);
      expect(names).toEqual(['a b', 'a-b', 'ab', 'b', 'B c', 'z', 'Ä', '￼', '🍏']);
    });

    test.each([
      ['name', connection({ id: 'c2', name: ' name C1' })],
      ['access key id', connection({ id: 'c2', accessKeyId: 'AKIA1' })],
      ['role', connection({ id: 'c2', roleArn: 'arn:role' })],
      ['external ID', connection({ id: 'c2', externalId: 'x' })],
      ['id', connection({ id: 'c1', name: 'other' })],
    ])('of a taken %s are a conflict', async (_, second) => {
      const stores = await fresh();
      const first = connection({ id: 'c1', accessKeyId: 'AKIA1', roleArn: 'arn:role', externalId: 'x' });
      await put(stores, stores.connections.insert(first));
      await expect(put(stores, stores.connections.insert(second))).rejects.toMatchObject(conflict);
      expect(await stores.connections.list()).toEqual([first]);
    });

    test('without a key or role do not meet each other', async () => {
      const stores = await fresh();
      await put(stores, ...['c1', 'c2'].map((id) => stores.connections.insert(connection({ id }))));
      expect(await stores.connections.list()).toHaveLength(2);
    });

    test('change and go at the version that was read, and at no other', async () => {
      const stores = await fresh();
      await put(stores, stores.connections.insert(full));
      const next = connection({ ...full, name: 'Other', roleArn: 'arn:r', lastCheck: rejected, version: 2 });
      await put(stores, stores.connections.update(next));
      expect(await stores.connections.byRoleArn('arn:r')).toEqual(next);
      expect(await stores.connections.byName('other')).toEqual(next);
      await expect(put(stores, stores.connections.update(next))).rejects.toMatchObject(conflict);
      await expect(put(stores, stores.connections.remove('c1', 1))).rejects.toMatchObject(conflict);
      await put(stores, stores.connections.remove('c1', 2));
      expect(await stores.connections.byId('c1')).toBeNull();
      await expect(put(stores, stores.connections.remove('c1', 2))).rejects.toMatchObject(conflict);
    });
  });

  describe('attempts', () => {
    test('come back as they were put, oldest first', async () => {
      const stores = await fresh();
      const late = attempt({
        id: 'a1',
        connectionId: 'c1',
        createdAt: 9,
        draft,
        deactivateKey: true,
        viewId: null,
      });
      const early = attempt({ id: 'a2', connectionId: 'c1', createdAt: 2 });
      const other = attempt({ id: 'a3', connectionId: 'c2' });
      await put(stores, ...[late, early, other].map((row) => stores.attempts.insert(row)));
      expect(await stores.attempts.byId('a1')).toEqual(late);
      expect(await stores.attempts.byId('a9')).toBeNull();
      expect(await stores.attempts.ofConnection('c1')).toEqual([early, late]);
    });

    test('are abandoned when their lease has ended, or is not mine', async () => {
      const stores = await fresh();
      const rows = [
        attempt({ id: 'a1', leaseOwner: 'me', leaseUntil: 50 }),
        attempt({ id: 'a2', leaseOwner: 'you', leaseUntil: 150 }),
        attempt({ id: 'a3', leaseOwner: 'me', leaseUntil: 150 }),
        attempt({ id: 'a4', leaseOwner: 'you', leaseUntil: 100 }),
      ];
      await put(stores, ...rows.map((row) => stores.attempts.insert(row)));
      expect(ids(await stores.attempts.abandoned(100))).toEqual(['a1']);
      expect(ids(await stores.attempts.abandoned(100, { anyLeaseBut: 'me' }))).toEqual(['a1', 'a2', 'a4']);
    });

    test('are abandoned when their lease was given before the clock was set back', async () => {
      const stores = await fresh();
      const hours = 5 * 3_600_000;
      await put(
        stores,
        stores.attempts.insert(attempt({ id: 'a1', leaseOwner: 'you', leaseUntil: hours })),
        stores.attempts.insert(attempt({ id: 'a2', leaseOwner: 'you', leaseUntil: 90_000 })),
      );
      expect(ids(await stores.attempts.abandoned(0))).toEqual(['a1']);
    });

    test('are told their modal by who holds them', async () => {
      const stores = await fresh();
      const read = attempt({ id: 'a1', leaseOwner: 'me', viewId: null });
      await put(stores, stores.attempts.insert(read));
      await expect(put(stores, stores.attempts.showIn('a1', 'you', 'V2'))).rejects.toMatchObject(conflict);
      await put(stores, stores.attempts.showIn('a1', 'me', 'V1'));
      expect(await stores.attempts.byId('a1')).toEqual({ ...read, viewId: 'V1' });
    });

    test('are leased as read and finished by who holds them', async () => {
      const stores = await fresh();
      const read = attempt({ id: 'a1', leaseOwner: 'dead', leaseUntil: 50 });
      await put(stores, stores.attempts.insert(read), stores.attempts.lease(read, 'me', 200));
      await expect(put(stores, stores.attempts.lease(read, 'you', 300))).rejects.toMatchObject(conflict);
      // Who holds it already, and read it before, does not take it a second time either.
      const mine = { ...read, leaseOwner: 'me', leaseUntil: 199 };
      await expect(put(stores, stores.attempts.lease(mine, 'me', 300))).rejects.toMatchObject(conflict);
      await expect(put(stores, stores.attempts.finish('a1', 'dead'))).rejects.toMatchObject(conflict);
      expect(await stores.attempts.byId('a1')).toEqual({ ...read, leaseOwner: 'me', leaseUntil: 200 });
      await put(stores, stores.attempts.finish('a1', 'me'));
      expect(await stores.attempts.byId('a1')).toBeNull();
    });
  });

  test('external ids are promised per asker and account until they expire', async () => {
    const stores = await fresh();
    const promise = {
      id: 'd1',
      teamId: 'T1',
      userId: 'U1',
      accountId: '',
      externalId: 'x1',
      createdAt: 1,
      expiresAt: 100,
    };
    const { externalIdDrafts: drafts } = stores;
    await put(stores, drafts.insert(promise), drafts.insert({ ...promise, id: 'd2', accountId: '1' }));
    await put(stores, drafts.insert({ ...promise, id: 'd3', createdAt: 2, externalId: 'x3' }));
    expect((await drafts.find('T1', 'U1', '', 99))?.externalId).toBe('x3');
    expect(await drafts.find('T1', 'U1', '1', 99)).toEqual({ ...promise, id: 'd2', accountId: '1' });
    expect(await drafts.find('T1', 'U2', '', 99)).toBeNull();
    expect(await drafts.find('T2', 'U1', '', 99)).toBeNull();
    expect(await drafts.find('T1', 'U1', '', 100)).toBeNull();
    await put(stores, drafts.remove('d3'), drafts.remove('d3'));
    expect((await drafts.find('T1', 'U1', '', 99))?.id).toBe('d1');
    expect((await drafts.newest('T1', 'U1', 99))?.id).toBe('d2');
    expect(await drafts.newest('T1', 'U2', 99)).toBeNull();
    expect(await drafts.promised('T1', 'U2', 'x1', 99)).toBeNull();
    await put(stores, drafts.insert({ ...promise, id: 'd4', externalId: 'x4' }), drafts.bind('d4', '4'));
    expect((await drafts.promised('T1', 'U1', 'x4', 99))?.accountId).toBe('4');
    expect(await drafts.promised('T1', 'U1', 'x4', 100)).toBeNull();
    await put(stores, drafts.consume('x4'), drafts.consume('x4'));
    expect(await drafts.find('T1', 'U1', '4', 99)).toBeNull();
    await put(stores, drafts.removeExpired(99));
    expect((await drafts.find('T1', 'U1', '', 99))?.id).toBe('d1');
    await put(stores, drafts.removeExpired(100));
    expect(await drafts.find('T1', 'U1', '', 99)).toBeNull();
  });

  test('settings are set, replaced and removed', async () => {
    const stores = await fresh();
    await put(
      stores,
      stores.settings.set('a', '1', 1),
      stores.settings.set('a', '2', 2),
      stores.settings.set('b', '', 3),
    );
    expect(await stores.settings.get('a')).toBe('2');
    expect(await stores.settings.get('b')).toBe('');
    await put(stores, stores.settings.remove('a'), stores.settings.remove('a'));
    expect(await stores.settings.get('a')).toBeNull();
  });

  test('a setting is replaced only where it is what was seen', async () => {
    const stores = await fresh();
    const { settings } = stores;
    await put(stores, settings.replace('a', null, '1', 1));
    await expect(put(stores, settings.replace('a', null, '2', 2))).rejects.toMatchObject(conflict);
    await expect(put(stores, settings.replace('a', '0', '2', 2))).rejects.toMatchObject(conflict);
    await expect(put(stores, settings.replace('b', '0', '2', 2))).rejects.toMatchObject(conflict);
    await put(stores, settings.replace('a', '1', '2', 2));
    expect([await settings.get('a'), await settings.get('b')]).toEqual(['2', null]);
  });

  test('settings are found by how their key begins', async () => {
    const stores = await fresh();
    const keys = ['a', 'a:', 'a:b', 'a:Ä', 'a:🍏', 'a:1', 'a;', 'A:b', 'ä:b'];
    await put(stores, ...keys.map((key) => stores.settings.set(key, `of ${key}`, 1)));
    expect(await stores.settings.startingWith('a:')).toEqual(
      ['a:', 'a:1', 'a:b', 'a:Ä', 'a:🍏'].map((key) => ({ key, value: `of ${key}` })),
    );
    expect(await stores.settings.startingWith('b')).toEqual([]);
  });

  test('a role is granted once to one subject', async () => {
    const stores = await fresh();
    const first = grant({ id: 'g1', grantedAt: 5 });
    const group = grant({ id: 'g2', subjectKind: 'group', grantedAt: 3 });
    const viewer = grant({ id: 'g3', role: 'viewer', grantedAt: 4 });
    await put(stores, ...[first, group, viewer].map((row) => stores.roleGrants.insert(row)));
    await expect(put(stores, stores.roleGrants.insert(grant({ id: 'g4' })))).rejects.toMatchObject(conflict);
    expect(await stores.roleGrants.list()).toEqual([group, viewer, first]);
    await put(stores, stores.roleGrants.remove('g1'));
    await expect(put(stores, stores.roleGrants.remove('g1'))).rejects.toMatchObject(conflict);
    await put(stores, stores.roleGrants.insert(grant({ id: 'g4' })));
  });

  test('group members are the last that were told', async () => {
    const stores = await fresh();
    expect(await stores.groupMembers.byId('S1')).toBeNull();
    await put(stores, stores.groupMembers.set({ groupId: 'S1', members: ['U1'], fetchedAt: 1 }));
    await put(stores, stores.groupMembers.set({ groupId: 'S1', members: [], fetchedAt: 2 }));
    expect(await stores.groupMembers.byId('S1')).toEqual({ groupId: 'S1', members: [], fetchedAt: 2 });
  });

  test('an interaction is claimed once, until it is forgotten', async () => {
    const stores = await fresh();
    const claim = { ...interaction('i1', 10), value: 'v', viewId: 'V1' };
    await put(stores, stores.interactions.claim(claim));
    await expect(put(stores, stores.interactions.claim(claim))).rejects.toMatchObject(conflict);
    await put(stores, stores.interactions.removeBefore(10));
    expect(await stores.interactions.byId('i1')).toEqual(claim);
    await put(stores, stores.interactions.removeBefore(11));
    expect(await stores.interactions.byId('i1')).toBeNull();
  });

  test('audit entries come newest first', async () => {
    const stores = await fresh();
    const rows = [
      entry({
        id: 'e1',
        at: 5,
        doer: { kind: 'rekey' },
        detail: { n: 1, deep: [{ a: null }], text: 'ä\u0000' },
      }),
      entry({ id: 'e2', at: 5, phase: 'intent', outcome: null }),
      entry({ id: 'e3', at: 4 }),
    ];
    await stores.atomically(rows.map((row) => stores.audit.add(row)));
    expect(await stores.audit.newest(10)).toEqual([rows[1], rows[0], rows[2]]);
    expect(ids(await stores.audit.newest(1))).toEqual(['e2']);
  });

  test('ping answers', async () => {
    const stores = await fresh();
    expect(await stores.ping()).toBeUndefined();
  });
}
