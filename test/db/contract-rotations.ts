import { describe, expect, test } from 'vitest';
import type { Binding } from '../../src/domain/destination.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { RotationStores } from '../../src/ports/rotations.ts';
import type { Stores, Write } from '../../src/ports/stores.ts';
import type { FreshStores } from './contract.ts';
import { binding, destination, fullRotation, journalEntry, rotation } from './rotation-samples.ts';

const conflict = { name: 'RekeyError', code: 'conflict' };
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const ANY = { state: null, accountId: null, open: null } as const;

/** What the stores of rotations do, whatever the engine. */
export function rotationsContract(fresh: FreshStores): void {
  async function opened(...make: ((stores: RotationStores) => Write)[]): Promise<Stores> {
    const stores = await fresh();
    await stores.atomically(make.map((each) => each(stores.rotation)));
    return stores;
  }

  describe('rotations', () => {
    test('come back as they were put, whatever they hold', async () => {
      const full = fullRotation('r1');
      const { rotation: stores } = await opened(({ rotations }) => rotations.insert(full));
      expect(await stores.rotations.byId('r1')).toEqual(full);
      expect(await stores.rotations.byId('r2')).toBeNull();
    });

    test('of one user are open once, and as often as wanted when they have ended', async () => {
      const { snapshot } = rotation({ id: 'r1' });
      const ended = { state: 'done', nextAt: null, endedAt: 5 } as const;
      const stores = await opened(
        ({ rotations }) => rotations.insert(rotation({ id: 'r0', snapshot, ...ended })),
        ({ rotations }) => rotations.insert(rotation({ id: 'r1', snapshot })),
      );
      const { rotations } = stores.rotation;
      const second = rotations.insert(rotation({ id: 'r2', snapshot }));
      await expect(stores.atomically([second])).rejects.toMatchObject(conflict);
      const elsewhere = rotation({ id: 'r3', snapshot, accountId: '210987654321' });
      await stores.atomically([rotations.insert(elsewhere)]);
      expect(ids(await rotations.openOfUser('123456789012', snapshot.userId))).toEqual(['r1']);
      await stores.atomically([rotations.update(rotation({ id: 'r1', snapshot, ...ended, version: 2 }))]);
      await stores.atomically([rotations.insert(rotation({ id: 'r4', snapshot }))]);
      expect(await rotations.countOpen()).toBe(2);
    });

    test('are counted by state while they are open, and the longest due is known', async () => {
      const stores = await opened(
        ({ rotations }) => rotations.insert(rotation({ id: 'r0', state: 'done', nextAt: null, endedAt: 5 })),
        ({ rotations }) => rotations.insert(rotation({ id: 'r1', state: 'quiet', nextAt: 700 })),
        ({ rotations }) => rotations.insert(rotation({ id: 'r2', state: 'blocked', nextAt: null })),
        ({ rotations }) => rotations.insert(rotation({ id: 'r3', state: 'quiet', nextAt: 500 })),
      );
      const { rotations } = stores.rotation;
      expect(await rotations.countByState()).toEqual(
        new Map([
          ['quiet', 2],
          ['blocked', 1],
        ]),
      );
      expect(await rotations.longestDue(499)).toBeNull();
      expect(await rotations.longestDue(900)).toBe(500);
    });

    test('that ended long ago are removed with their journals, and no other', async () => {
      const ended = { state: 'done', nextAt: null, endedAt: 5 } as const;
      const stores = await opened(
        ({ rotations }) => rotations.insert(rotation({ id: 'r0', ...ended, createdAt: 4 })),
        ({ rotations }) => rotations.insert(rotation({ id: 'r1', ...ended, createdAt: 5 })),
        ({ rotations }) => rotations.insert(rotation({ id: 'r2', createdAt: 1 })),
        ...['r0', 'r1', 'r2'].map(
          (rotationId) =>
            ({ journal }: RotationStores) =>
              journal.add(journalEntry({ id: `j-${rotationId}`, rotationId })),
        ),
      );
      const { rotations, journal } = stores.rotation;
      await stores.atomically([rotations.removeEnded(5)]);
      expect(ids(await rotations.page(ANY, null, 9)).toSorted()).toEqual(['r1', 'r2']);
      expect(await journal.ofRotation('r0', 9)).toEqual([]);
      expect(ids(await journal.ofRotation('r1', 9))).toEqual(['j-r1']);
      expect(ids(await journal.ofRotation('r2', 9))).toEqual(['j-r2']);
    });

    test('change at the version that was read, and at no other', async () => {
      const stores = await opened(({ rotations }) => rotations.insert(rotation({ id: 'r1' })));
      const { rotations } = stores.rotation;
      const next = { ...fullRotation('r1'), version: 2 };
      await stores.atomically([rotations.update(next)]);
      expect(await rotations.byId('r1')).toEqual(next);
      await expect(stores.atomically([rotations.update(next)])).rejects.toMatchObject(conflict);
      const lost = [
        rotations.update({ ...next, version: 4 }),
        stores.rotation.journal.add(journalEntry({ id: 'j1' })),
      ];
      await expect(stores.atomically(lost.toReversed())).rejects.toMatchObject(conflict);
      expect(await stores.rotation.journal.ofRotation('r1', 9)).toEqual([]);
    });

    test('are found when they are put off further than any is', async () => {
      const stores = await fresh();
      const rows = [
        rotation({ id: 'r1', state: 'creating', nextAt: 101 }),
        rotation({ id: 'r2', state: 'creating', nextAt: 100 }),
        rotation({ id: 'r3', state: 'quiet', nextAt: 1_000 }),
        rotation({ id: 'r4', state: 'quiet', nextAt: 1_001 }),
        rotation({ id: 'r5', state: 'undone', nextAt: 2_000 }),
        rotation({ id: 'r6', state: 'blocked', nextAt: null }),
      ].map((each, at) => ({ ...each, snapshot: { ...each.snapshot, userId: `U${at}` } }));
      await stores.atomically(rows.map((each) => stores.rotation.rotations.insert(each)));
      const found = await stores.rotation.rotations.dueAfter(['creating', 'verifying'], 100, 1_000, 9);
      expect(ids(found).toSorted()).toEqual(['r1', 'r4']);
      expect(await stores.rotation.rotations.dueAfter(['creating'], 100, 1_000, 1)).toHaveLength(1);
    });

    test('are due when their time has come and nobody holds them, oldest first', async () => {
      const at = (id: string, over: Parameters<typeof rotation>[0] | object) => rotation({ id, ...over });
      const { rotation: stores } = await opened(
        ...[
          at('r1', { nextAt: 90 }),
          at('r2', { nextAt: 100 }),
          at('r3', { nextAt: 101 }),
          at('r4', { nextAt: null, state: 'blocked' }),
          at('r5', { nextAt: 10, leaseOwner: 'you', leaseUntil: 150 }),
          at('r6', { nextAt: 20, leaseOwner: 'you', leaseUntil: 100 }),
          // Given before the clock was set back by an hour.
          at('r7', { nextAt: 30, leaseOwner: 'you', leaseUntil: 3_600_000 }),
        ].map(
          (row) =>
            ({ rotations }: RotationStores) =>
              rotations.insert(row),
        ),
      );
      expect(ids(await stores.rotations.due(100, 9))).toEqual(['r6', 'r7', 'r1', 'r2']);
      expect(ids(await stores.rotations.due(100, 1))).toEqual(['r6']);
      expect(await stores.rotations.due(5, 9)).toEqual([]);
    });

    test('are found by their keys and connection while they are open', async () => {
      const { rotation: stores } = await opened(
        ({ rotations }) => rotations.insert(rotation({ id: 'r1', newKeyId: 'N1', ownConnectionId: 'c1' })),
        ({ rotations }) =>
          rotations.insert(
            rotation({ id: 'r2', newKeyId: 'N2', ownConnectionId: 'c1', state: 'undone', nextAt: null }),
          ),
      );
      const { rotations } = stores;
      expect((await rotations.openOfKey('OLD-r1'))?.id).toBe('r1');
      expect((await rotations.openOfKey('N1'))?.id).toBe('r1');
      expect(await rotations.openOfKey('N2')).toBeNull();
      expect(ids(await rotations.openOfConnection('c1'))).toEqual(['r1']);
      expect(await rotations.openOfConnection('c2')).toEqual([]);
    });

    test('are paged, newest first', async () => {
      const { rotation: stores } = await opened(
        ...[
          rotation({ id: 'r1', createdAt: 5 }),
          rotation({ id: 'r2', createdAt: 7, state: 'done', nextAt: null }),
          rotation({ id: 'r3', createdAt: 5, accountId: '210987654321' }),
          rotation({ id: 'r4', createdAt: 6, state: 'quiet' }),
        ].map(
          (row) =>
            ({ rotations }: RotationStores) =>
              rotations.insert(row),
        ),
      );
      const { rotations } = stores;
      expect(ids(await rotations.page(ANY, null, 2))).toEqual(['r2', 'r4']);
      expect(ids(await rotations.page(ANY, 'r4', 9))).toEqual(['r3', 'r1']);
      expect(ids(await rotations.page({ ...ANY, open: true }, null, 9))).toEqual(['r4', 'r3', 'r1']);
      expect(ids(await rotations.page({ ...ANY, open: false }, null, 9))).toEqual(['r2']);
      expect(ids(await rotations.page({ ...ANY, state: 'quiet' }, null, 9))).toEqual(['r4']);
      expect(ids(await rotations.page({ ...ANY, accountId: '210987654321' }, null, 9))).toEqual(['r3']);
    });
  });

  test('the newest of a journal are read, oldest first', async () => {
    const done = journalEntry({ id: 'j1', at: 9, phase: 'after', outcome: 'done', detail: {} });
    const { rotation: stores } = await opened(
      ({ journal }) => journal.add(done),
      ({ journal }) => journal.add(journalEntry({ id: 'j2', at: 3 })),
      ({ journal }) => journal.add(journalEntry({ id: 'j3', rotationId: 'r2' })),
    );
    expect(await stores.journal.ofRotation('r1', 9)).toEqual([journalEntry({ id: 'j2', at: 3 }), done]);
    expect(ids(await stores.journal.ofRotation('r1', 1))).toEqual(['j1']);
  });

  test('a sealed secret of a rotation is no orphan while the rotation is known', async () => {
    const stores = await opened(({ rotations }) => rotations.insert(rotation({ id: 'r1' })));
    const box = { masterKeyId: 'm', wrappedKey: 'w', ciphertext: new Secret('x').toString() };
    const sealed = (id: string, holderId: string) =>
      stores.secrets.insert({ id, holderKind: 'rotation', holderId, version: 1, box, createdAt: 1 });
    await stores.atomically([sealed('s1', 'r1'), sealed('s2', 'r2')]);
    expect(ids(await stores.secrets.orphans())).toEqual(['s2']);
    await stores.atomically([stores.secrets.erase('rotation', 'r1')]);
    expect(await stores.secrets.newest('rotation', 'r1')).toBeNull();
  });

  describe('destinations', () => {
    test('come back as they were put, by name', async () => {
      const changed = destination({
        id: 'd1',
        name: 'b',
        changedBy: 'U2',
        changedAt: 3,
        redeployHook: 'h',
      });
      const { rotation: stores } = await opened(
        ({ destinations }) => destinations.insert(changed),
        ({ destinations }) => destinations.insert(destination({ id: 'd2', name: 'A', connectionId: null })),
      );
      expect(await stores.destinations.byId('d1')).toEqual(changed);
      expect((await stores.destinations.byName(' a '))?.id).toBe('d2');
      expect(ids(await stores.destinations.list())).toEqual(['d2', 'd1']);
    });

    test('of a taken name, or another version, are a conflict', async () => {
      const stores = await opened(({ destinations }) =>
        destinations.insert(destination({ id: 'd1', name: 'App' })),
      );
      const { destinations } = stores.rotation;
      const twin = destinations.insert(destination({ id: 'd2', name: 'app' }));
      await expect(stores.atomically([twin])).rejects.toMatchObject(conflict);
      const next = destination({ id: 'd1', name: 'Other', version: 2 });
      await stores.atomically([destinations.update(next)]);
      await expect(stores.atomically([destinations.update(next)])).rejects.toMatchObject(conflict);
      await expect(stores.atomically([destinations.remove('d1', 1)])).rejects.toMatchObject(conflict);
      await expect(stores.atomically([destinations.still('d1', 1)])).rejects.toMatchObject(conflict);
      await stores.atomically([destinations.still('d1', 2)]);
      expect(await destinations.byId('d1')).toEqual(next);
      await stores.atomically([destinations.remove('d1', 2)]);
      expect(await destinations.list()).toEqual([]);
    });
  });

  describe('bindings', () => {
    test('are found by user and by destination', async () => {
      const { rotation: stores } = await opened(
        ({ bindings }) => bindings.insert(binding({ id: 'b1', createdAt: 2, userId: 'AIDA1' })),
        ({ bindings }) => bindings.insert(binding({ id: 'b2', userId: 'AIDA1', destinationId: 'd2' })),
        ({ bindings }) => bindings.insert(binding({ id: 'b3', userId: 'AIDA2' })),
      );
      expect(ids(await stores.bindings.ofUser('123456789012', 'AIDA1'))).toEqual(['b2', 'b1']);
      expect(ids(await stores.bindings.ofDestination('d1'))).toEqual(['b3', 'b1']);
      expect((await stores.bindings.byId('b3'))?.userId).toBe('AIDA2');
      expect(ids(await stores.bindings.list())).toEqual(['b2', 'b3', 'b1']);
    });

    test('are made once for a user, and approved as they were read', async () => {
      const bound = binding({ id: 'b1', userId: 'AIDA1' });
      const stores = await opened(({ bindings }) => bindings.insert(bound));
      const { bindings } = stores.rotation;
      const twin = bindings.insert(binding({ id: 'b2', userId: 'AIDA1' }));
      await expect(stores.atomically([twin])).rejects.toMatchObject(conflict);
      const approved: Binding = {
        ...bound,
        approvedBy: 'U2',
        approvedAt: 4,
        destinationVersion: 2,
        administrator: { known: false, why: 'not allowed', since: 3 },
        noticeId: 'n1',
      };
      await stores.atomically([bindings.update(bound, approved)]);
      expect(await bindings.byId('b1')).toEqual(approved);
      await expect(stores.atomically([bindings.update(bound, approved)])).rejects.toMatchObject(conflict);
      const askedAnew = { ...approved, noticeId: 'n2' };
      await stores.atomically([bindings.update(approved, askedAnew)]);
      await expect(stores.atomically([bindings.update(approved, bound)])).rejects.toMatchObject(conflict);
      await stores.atomically([bindings.update(askedAnew, bound)]);
      await stores.atomically([bindings.remove('b1')]);
      expect(await bindings.byId('b1')).toBeNull();
    });
  });
}
