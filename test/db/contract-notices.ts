import { describe, expect, test } from 'vitest';
import type { NewNotice, Notice } from '../../src/domain/notice.ts';
import type { Stores, Write } from '../../src/ports/stores.ts';
import { notice } from './samples.ts';

const conflict = { name: 'RekeyError', code: 'conflict' };
const channel = (channelId: string) => ({ kind: 'channel', channelId }) as const;
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

/** What the stores of notices and outlets do, whatever the engine. */
export function noticesContract(fresh: () => Promise<Stores>): void {
  async function stored(...notices: (Partial<NewNotice> & { id: string })[]): Promise<Stores> {
    const stores = await fresh();
    await stores.atomically(notices.map((each) => stores.notices.add(notice(each))));
    return stores;
  }
  const put = async (stores: Stores, ...writes: Write[]): Promise<void> => {
    for (const write of writes) await stores.atomically([write]);
  };
  const read = async (stores: Stores, id: string): Promise<Notice> => {
    const found = await stores.notices.byId(id);
    if (found === null) throw new Error(`No notice ${id}`);
    return found;
  };
  const ready = async (stores: Stores, now = 10) => ids(await stores.notices.ready(now, 50));

  describe('notices', () => {
    test('come back as they were put', async () => {
      const whole = notice({
        id: 'n1',
        target: { kind: 'pager', action: 'trigger', details: { account: '1' } },
        redirect: channel('C9'),
        severity: 'high',
        incidentKey: 'i1',
        edits: 'n0',
        threadOf: 'n2',
        copyOf: 'n3',
        state: 'failed',
        attempts: 3,
        lastError: 'gone',
        triedSince: 4,
        unsureSince: 5,
        postedTo: 'C9',
        postedTs: '1.2',
        doneAt: 6,
      });
      const stores = await stored(whole);
      expect(await stores.notices.byId('n1')).toEqual(whole);
      expect(await stores.notices.byId('n9')).toBeNull();
    });

    test('are ready one a lane, in the order of writing', async () => {
      const stores = await stored(
        { id: 'b', createdAt: 9 },
        { id: 'a', createdAt: 5 },
        { id: 'c', target: channel('C2') },
        { id: 'd', target: { kind: 'person', userId: 'U1' }, nextAt: 11 },
        { id: 'e', state: 'sent' },
        { id: 'f', target: channel('C3'), state: 'failed' },
      );
      expect(await ready(stores)).toEqual(['b', 'c']);
      expect(ids(await stores.notices.ready(10, 1))).toEqual(['b']);
      await put(stores, stores.notices.posted('b', 10, { channelId: 'C1', ts: '1.1' }));
      expect(await ready(stores)).toEqual(['a', 'c']);
      expect(await stores.notices.nextAt(10)).toBe(11);
      expect(await stores.notices.nextAt(11)).toBeNull();
    });

    test('that were tried hold their lane, and those whose time has not come let others pass', async () => {
      const stores = await stored({ id: 'a', nextAt: 10 }, { id: 'b' });
      const taken = await read(stores, 'a');
      await put(stores, stores.notices.take(taken, 10, 60));
      expect(await ready(stores, 59)).toEqual([]);
      expect(await ready(stores, 60)).toEqual(['a']);
      const other = await stored({ id: 'a', nextAt: 50 }, { id: 'b' });
      expect(await ready(other)).toEqual(['b']);
    });

    test('of a thread let alerts pass, but not what was tried', async () => {
      const stores = await stored(
        { id: 'root' },
        ...Array.from({ length: 20 }, (_, at) => ({ id: `line${at}`, threadOf: 'root' })),
        { id: 'alert' },
        { id: 'denied', threadOf: 'root', severity: 'critical' },
        { id: 'other', target: channel('C2') },
      );
      const post = (id: string): Write => stores.notices.posted(id, 10, { channelId: 'C1', ts: `${id}.1` });
      await put(stores, post('root'));
      expect(await ready(stores)).toEqual(['alert', 'other']);
      await put(stores, post('alert'));
      expect(await ready(stores)).toEqual(['denied', 'other']);
      await put(stores, post('denied'));
      expect(await ready(stores)).toEqual(['line0', 'other']);
      await put(stores, stores.notices.take(await read(stores, 'line0'), 10, 60));
      await put(stores, stores.notices.add(notice({ id: 'later' })));
      expect(await ready(stores)).toEqual(['other']);
      await put(stores, post('line0'));
      expect(await ready(stores)).toEqual(['other', 'later']);
      await put(stores, post('later'));
      expect(await ready(stores)).toEqual(['line1', 'other']);
    });

    test('wait for what they edit or answer, and hold nobody up meanwhile', async () => {
      const stores = await stored(
        { id: 'reply', threadOf: 'root' },
        { id: 'edit', edits: 'root' },
        { id: 'root' },
        { id: 'orphan', edits: 'nobody' },
      );
      expect(await ready(stores)).toEqual(['root', 'orphan']);
      await put(stores, stores.notices.posted('root', 10, { channelId: 'C1', ts: '1.1' }));
      expect(await ready(stores)).toEqual(['reply', 'edit', 'orphan']);
      expect(ids(await stores.notices.editsOf('root', 10))).toEqual(['edit']);
    });

    test('are not ready while their outlet is held, unless its clock stepped back', async () => {
      const stores = await stored({ id: 'a' }, { id: 'b', target: channel('C2') });
      await put(stores, stores.outlets.hold('C1', null, 40));
      expect(await ready(stores)).toEqual(['b']);
      expect(await stores.notices.nextAt(10)).toBe(40);
      expect(await ready(stores, 40)).toEqual(['a', 'b']);
      await put(stores, stores.outlets.hold('C1', 40, 10 + 3_600_000));
      expect(await ready(stores)).toEqual(['a', 'b']);
      await put(stores, stores.notices.take(await read(stores, 'a'), 10, 10 + 3_600_000));
      expect(await ready(stores)).toEqual(['a', 'b']);
    });

    test('are taken as read, and remember since when their outcome is unsure', async () => {
      const stores = await stored({ id: 'a' });
      const before = await read(stores, 'a');
      await put(stores, stores.notices.take(before, 12, 60));
      await expect(put(stores, stores.notices.take(before, 12, 60))).rejects.toMatchObject(conflict);
      const taken = { ...before, attempts: 1, nextAt: 60, triedSince: 12, unsureSince: 12 };
      expect(await read(stores, 'a')).toEqual(taken);
      await put(stores, stores.notices.refused(before, 'no', 70));
      expect(await read(stores, 'a')).toEqual({
        ...taken,
        nextAt: 70,
        unsureSince: null,
        lastError: 'no',
      });
      await put(stores, stores.notices.take(await read(stores, 'a'), 70, 99));
      await put(stores, stores.notices.failed('a', 'lost', 80));
      expect(await read(stores, 'a')).toMatchObject({ triedSince: 12, unsureSince: 70, nextAt: 80 });
    });

    test('are posted, redirected, settled or given up', async () => {
      const stores = await stored(...['a', 'b', 'c', 'd', 'e'].map((id) => ({ id })));
      await put(
        stores,
        stores.notices.posted('a', 20, { channelId: 'C1', ts: '1.1' }),
        stores.notices.redirect(await read(stores, 'b'), channel('C2'), 'is_archived', 30),
        stores.notices.settle('c', 'dropped', 40),
        stores.notices.giveUp('d', 'gone', 50),
        stores.notices.sent('e'),
      );
      expect(await read(stores, 'a')).toMatchObject({
        state: 'sent',
        doneAt: 20,
        postedTo: 'C1',
        postedTs: '1.1',
      });
      expect(await read(stores, 'b')).toMatchObject({ redirect: channel('C2'), lastError: 'is_archived' });
      expect(await ready(stores, 30)).toEqual(['b']);
      expect(await read(stores, 'c')).toMatchObject({ state: 'dropped', doneAt: 40 });
      expect(await stores.notices.lost(50)).toMatchObject({ count: 1, last: { id: 'd', lastError: 'gone' } });
      expect(await stores.notices.lost(51)).toEqual({ count: 0, last: null });
      for (const write of [
        stores.notices.failed('a', 'late', 80),
        stores.notices.giveUp('a', 'late', 80),
        stores.notices.settle('a', 'dropped', 80),
        stores.notices.sent('n9'),
      ]) {
        await expect(put(stores, write)).rejects.toMatchObject(conflict);
      }
      await put(stores, stores.notices.moved('a', { channelId: 'C2', ts: '2.2' }));
      expect(await read(stores, 'a')).toMatchObject({ postedTo: 'C2', postedTs: '2.2' });
      await put(stores, stores.notices.removeDone(41));
      expect(await stores.notices.byId('a')).toBeNull();
      expect(ids([await read(stores, 'b'), await read(stores, 'd')])).toEqual(['b', 'd']);
    });

    test('of an incident are found, and those of an outlet hurried', async () => {
      const target = { kind: 'pager', action: 'trigger', details: {} } as const;
      const stores = await stored(
        { id: 'a', incidentKey: 'i1' },
        { id: 'b', incidentKey: 'i2', target, nextAt: 90 },
        { id: 'c', copyOf: 'a' },
      );
      expect(await stores.notices.wasPaged('i1')).toBe(false);
      expect(await stores.notices.wasPaged('i2')).toBe(true);
      expect(ids(await stores.notices.copiesOf('a'))).toEqual(['c']);
      await put(stores, stores.notices.hurry('pager', 10));
      expect(await ready(stores)).toEqual(['a', 'b']);
    });
  });

  describe('outlets', () => {
    test('are held by one at a time', async () => {
      const stores = await fresh();
      const hold = (from: number | null, to: number) => put(stores, stores.outlets.hold('C1', from, to));
      await hold(null, 5);
      await expect(hold(null, 6)).rejects.toMatchObject(conflict);
      await expect(hold(4, 6)).rejects.toMatchObject(conflict);
      await hold(5, 6);
      expect(await stores.outlets.byId('C1')).toMatchObject({ nextAt: 6, trouble: null });
      expect(await stores.outlets.byId('C2')).toBeNull();
    });

    test('that were asked to slow down do so, whatever was agreed before', async () => {
      const stores = await fresh();
      const { outlets } = stores;
      await put(stores, outlets.limit('C1', 50), outlets.hold('C2', null, 5), outlets.limit('pager', 20));
      expect(await outlets.limited(30)).toEqual(['C1']);
      await put(stores, outlets.free('C1', 12), outlets.worked('C2', 7, 'D2'), outlets.free('C3', 1));
      expect(await outlets.byId('C1')).toMatchObject({ nextAt: 50 });
      expect(await outlets.byId('C2')).toMatchObject({ nextAt: 7, channelId: 'D2' });
      await put(stores, outlets.limitSlack(60));
      expect((await outlets.byId('C2'))?.nextAt).toBe(60);
      expect((await outlets.byId('pager'))?.nextAt).toBe(20);
    });

    test('tell their trouble until one gets through', async () => {
      const stores = await fresh();
      const { outlets } = stores;
      await put(stores, outlets.trouble('C1', 'is_archived', 5), outlets.trouble('C1', 'gone', 9));
      await put(stores, outlets.hold('C2', null, 1), outlets.trouble('C2', 'gone', 3));
      expect(await outlets.troubled()).toMatchObject([
        { id: 'C2', trouble: 'gone', troubleSince: 3 },
        { id: 'C1', trouble: 'gone', troubleSince: 5, troubleAt: 9 },
      ]);
      await put(stores, outlets.worked('C1', 20, null), outlets.mended('C2'), outlets.mended('C3'));
      expect(await outlets.troubled()).toEqual([]);
    });
  });
}
