import { describe, expect, test } from 'vitest';
import type { AuditFilter } from '../../src/ports/audit.ts';
import type { Stores } from '../../src/ports/stores.ts';
import { entry } from './samples.ts';

const ANY: AuditFilter = { userId: null, family: null, connectionId: null, since: null };
const conflict = { code: 'conflict' };

/** What the audit store must do on each engine besides keeping entries. */
export function auditContract(fresh: () => Promise<Stores>): void {
  const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);
  const link = (id: string, seq: number) => ({ id, seq, hmac: `h${seq}`, keyId: 'k1' });
  const head = (seq: number, version: number) => ({
    seq,
    hmac: `h${seq}`,
    version,
    at: 5,
    keyId: 'k1',
    mac: `m${version}`,
  });

  async function withEntries(): Promise<Stores> {
    const stores = await fresh();
    const rows = [
      entry({ id: 'e1', at: 1 }),
      entry({ id: 'e2', at: 3, doer: { kind: 'rekey' }, verb: 'role.give', entityKind: 'role' }),
      entry({ id: 'e3', at: 2, doer: { kind: 'person', teamId: 'T1', userId: 'U10' }, entityId: 'y' }),
      entry({ id: 'e4', at: 3, outcome: null, phase: 'intent' }),
    ];
    await stores.atomically(rows.map((row) => stores.audit.add(row)));
    return stores;
  }

  describe('the audit log', () => {
    test('is paged both ways and filtered', async () => {
      const { audit } = await withEntries();
      expect(ids(await audit.page(ANY, null, 3))).toEqual(['e4', 'e2', 'e3']);
      expect(ids(await audit.page(ANY, { before: { at: 3, id: 'e2' } }, 9))).toEqual(['e3', 'e1']);
      expect(ids(await audit.page(ANY, { after: { at: 1, id: 'e1' } }, 2))).toEqual(['e2', 'e3']);
      expect(ids(await audit.page({ ...ANY, userId: 'U1' }, null, 9))).toEqual(['e4', 'e1']);
      expect(ids(await audit.page({ ...ANY, family: 'role' }, null, 9))).toEqual(['e2']);
      expect(ids(await audit.page({ ...ANY, family: 'ro%e' }, null, 9))).toEqual([]);
      expect(ids(await audit.page({ ...ANY, connectionId: 'y' }, null, 9))).toEqual(['e3']);
      expect(ids(await audit.page({ ...ANY, since: 2 }, null, 9))).toEqual(['e4', 'e2', 'e3']);
      const [one] = await audit.page(ANY, null, 1);
      expect(one).toEqual({
        ...entry({ id: 'e4', at: 3, outcome: null, phase: 'intent' }),
        seq: null,
        hmac: null,
        keyId: null,
      });
    });

    test('is read by id, however many are asked for', async () => {
      const { audit } = await withEntries();
      const others = Array.from({ length: 40_000 }, (_, at) => `x${at}`);
      const found = await audit.byIds(['e4', ...others, 'e2', 'e4']);
      expect(ids(found)).toEqual(['e2', 'e4']);
      expect(found[1]).toEqual(entry({ id: 'e4', at: 3, outcome: null, phase: 'intent' }));
      expect(await audit.byIds([])).toEqual([]);
    });

    test('links each entry once, in the order of time', async () => {
      const stores = await withEntries();
      const { audit } = stores;
      expect(ids(await audit.unchained(3))).toEqual(['e1', 'e3', 'e2']);
      expect(ids(await audit.unchained(3, { at: 2, id: 'e3' }))).toEqual(['e2', 'e4']);
      expect(await audit.countUnchained()).toEqual({ count: 4, oldestAt: 1 });
      await stores.atomically([audit.link([link('e1', 1), link('e3', 2)])]);
      await expect(stores.atomically([audit.link([link('e3', 3), link('e2', 4)])])).rejects.toMatchObject(
        conflict,
      );
      await expect(stores.atomically([audit.link([link('e2', 2)])])).rejects.toMatchObject(conflict);
      await expect(stores.atomically([audit.link([link('none', 3)])])).rejects.toMatchObject(conflict);
      expect(await audit.countUnchained()).toEqual({ count: 2, oldestAt: 3 });
      const rows = await audit.chained(null, 9);
      expect(rows.map(({ id, seq, hmac, keyId }) => ({ id, seq, hmac, keyId }))).toEqual([
        link('e1', 1),
        link('e3', 2),
      ]);
      expect(rows[0]).toMatchObject({ doer: '{"kind":"person","teamId":"T1","userId":"U1"}', detail: '{}' });
      expect(ids(await audit.chained(1, 9))).toEqual(['e3']);
      expect(await audit.firstSeqSince(2)).toBe(2);
      expect(await audit.firstSeqSince(3)).toBeNull();
    });

    test('has one head, moved as it was read', async () => {
      const stores = await fresh();
      const { audit } = stores;
      expect(await audit.head()).toBeNull();
      await stores.atomically([audit.moveHead(null, head(2, 1))]);
      await expect(stores.atomically([audit.moveHead(null, head(3, 1))])).rejects.toMatchObject(conflict);
      await stores.atomically([audit.moveHead(head(2, 1), head(4, 2))]);
      await expect(stores.atomically([audit.moveHead(head(2, 1), head(5, 2))])).rejects.toMatchObject(
        conflict,
      );
      expect(await audit.head()).toEqual(head(4, 2));
    });

    test('is cut by exactly so many rows, with a checkpoint', async () => {
      const stores = await withEntries();
      const { audit } = stores;
      await stores.atomically([audit.link([link('e1', 1), link('e3', 2), link('e2', 3)])]);
      await expect(stores.atomically([audit.removeThrough(2, 3)])).rejects.toMatchObject(conflict);
      const checkpoint = { seq: 2, hmac: 'h2', removed: 2, at: 9, doer: '{}', keyId: 'k1', mac: 'm' };
      await stores.atomically([audit.removeThrough(2, 2), audit.addCheckpoint(checkpoint)]);
      await expect(stores.atomically([audit.addCheckpoint(checkpoint)])).rejects.toMatchObject(conflict);
      expect(await audit.checkpoints()).toEqual([checkpoint]);
      expect(ids(await audit.chained(null, 9))).toEqual(['e2']);
      expect(ids(await audit.unchained(9))).toEqual(['e4']);
    });
  });
}
