import { describe, expect, test } from 'vitest';
import type { Containment } from '../../src/domain/containment.ts';
import type { ContainmentSubject } from '../../src/ports/containments.ts';
import type { Write } from '../../src/ports/stores.ts';
import { containment } from './containment-samples.ts';
import type { FreshStores } from './contract.ts';

const conflict = { name: 'RekeyError', code: 'conflict' };
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

/** What the store of containments does, whatever the engine. */
export function containmentsContract(fresh: FreshStores): void {
  const opened = async (...rows: ReturnType<typeof containment>[]) => {
    const stores = await fresh();
    const { containments } = stores;
    const put = (...writes: Write[]) => stores.atomically(writes);
    for (const row of rows) await put(containments.insert(row));
    return { containments, put };
  };

  describe('containments', () => {
    test('come back as they were put, and change at the version that was read', async () => {
      const full = containment({
        state: 'holding',
        userName: 'alice',
        userId: 'AIDA1',
        keys: [
          { accessKeyId: 'AKIA1', before: 'Active', missed: 2 },
          { accessKeyId: 'AKIA2', before: 'unknown', sent: { status: 'Inactive', at: 7 } },
        ],
        deny: { way: 'inline', attached: false, inline: true },
        dateDeny: { issuedBefore: 5, until: 9 },
        begun: [
          { effect: { part: 'key', what: 'set_key', accessKeyId: 'AKIA1', status: 'Inactive' }, act: 'a1' },
          { effect: { part: 'deny', what: 'put_deny' }, act: 'a2' },
          { effect: { part: 'date', what: 'put_date', issuedBefore: 5 }, act: 'a3' },
          { effect: { part: 'date', what: 'delete_date' }, act: 'a4' },
        ],
        parts: {
          key: { reads: 3, failure: null },
          deny: { reads: 0, failure: { action: 'a', code: 'quota', said: 's', at: 1, retryAt: 2 } },
          date: { reads: 0, failure: null },
        },
        events: [{ at: 5, what: 'put_back', about: 'key' }],
        seenInline: ['own'],
        around: {
          completeTo: 5,
          why: '',
          checkedAt: 6,
          nextAt: null,
          sessions: ['ASIA1'],
          roles: [{ arn: 'r', name: 'r', accountId: '1', sessions: 2, lastAt: 3, by: 'ASIA1' }],
          made: [{ id: 'e', kind: 'key', name: 'AKIA2', on: '', at: 3, by: 'bob', byKey: null, own: false }],
          more: 1,
        },
        proof: {
          since: 1,
          completeTo: null,
          why: 'w',
          accepted: 0,
          lastAcceptedAt: null,
          calls: [],
          refused: 2,
          checkedAt: 3,
        },
      });
      const { containments, put } = await opened(full);
      expect(await containments.byId('c1')).toEqual(full);
      expect(await containments.byId('c2')).toBeNull();
      const next = { ...full, state: 'undoing', version: 2 } as const;
      await put(containments.update(next));
      await expect(put(containments.update(next))).rejects.toMatchObject(conflict);
      expect(await containments.byId('c1')).toEqual(next);
    });

    test('are one for a key that is being found, and one for a user, while they are open', async () => {
      const { containments, put } = await opened(containment());
      const second = containment({ id: 'c2' });
      await expect(put(containments.insert(second))).rejects.toMatchObject(conflict);
      const alice = { state: 'acting', userName: 'alice', userId: 'AIDA1' } as const;
      await put(containments.update(containment({ ...alice, version: 2 })));
      await put(containments.insert(second));
      await expect(put(containments.update({ ...second, ...alice, version: 2 }))).rejects.toMatchObject(
        conflict,
      );
      // Without a unique id the name tells; the same user elsewhere is another.
      await put(containments.update({ ...second, ...alice, userId: null, accountId: '2', version: 2 }));
      await put(containments.update(containment({ ...alice, state: 'undone', nextAt: null, version: 3 })));
      await put(containments.insert(containment({ id: 'c3', ...alice, createdAt: 7 })));
      expect(ids(await containments.open(9))).toEqual(['c2', 'c3']);
      expect(ids(await containments.openOfAccount('2'))).toEqual(['c2']);
      const nobody: ContainmentSubject = { accessKeyId: null, userId: null, userName: null };
      const about = async (account: string, of: Partial<ContainmentSubject>): Promise<string[]> =>
        ids(await containments.openAbout(account, { ...nobody, ...of }));
      const [found] = await containments.openOfAccount('2');
      const keyId = found?.holders.at(-1)?.accessKeyId ?? '';
      expect(await about('2', { accessKeyId: keyId })).toEqual(['c2']);
      expect(await about(containment().accountId, { userId: 'AIDA1' })).toEqual(['c3']);
      expect(await about('2', { userId: 'AIDANOBODY', userName: found?.userName ?? '' })).toEqual(['c2']);
      // What LIKE would read otherwise is looked for by hand.
      expect(await about('2', { userName: 'odd"%name' })).toEqual(['c2']);
      expect(
        await about('2', { accessKeyId: 'AKIANOBODY', userId: 'AIDANOBODY', userName: 'nobody' }),
      ).toEqual([]);
      expect(await containments.countByState()).toEqual(new Map([['acting', 2]]));
      expect(await containments.states(['c3', 'none', 'c1'])).toEqual(
        new Map([
          ['c1', 'undone'],
          ['c3', 'acting'],
        ]),
      );
      await put(containments.removeEnded(containment().createdAt + 1));
      expect(await containments.byId('c1')).toBeNull();
      expect(await containments.byId('c3')).not.toBeNull();
    });

    test('are found by every key they are about, and by the name of a user whose id is not known', async () => {
      const joined = (...keys: string[]): Partial<Containment> => {
        const [first] = containment().holders;
        if (first === undefined) throw new Error('The sample has no holder');
        const more = keys.map((accessKeyId, at) => ({ ...first, id: `more${at}`, accessKeyId }));
        return { holders: [first, ...more] };
      };
      const alice = { state: 'acting', userName: 'alice', userId: 'AIDA1' } as const;
      const { containments, put } = await opened(containment({ ...alice, ...joined('AKIA2', 'AKIA3') }));
      const { accountId } = containment();
      const about = async (of: Partial<ContainmentSubject>): Promise<string[]> =>
        ids(
          await containments.openAbout(accountId, { accessKeyId: null, userId: null, userName: null, ...of }),
        );
      for (const accessKeyId of ['AKIA2', 'AKIA3']) expect(await about({ accessKeyId })).toEqual(['c1']);
      expect(await about({ accessKeyId: 'AKIA4' })).toEqual([]);
      await put(containments.update(containment({ ...alice, ...joined('AKIA2', 'AKIA4'), version: 2 })));
      expect(await about({ accessKeyId: 'AKIA3' })).toEqual([]);
      expect(await about({ accessKeyId: 'AKIA4' })).toEqual(['c1']);
      expect(await about({ userName: 'alice' })).toEqual(['c1']);
      // The user of that name by now is another one.
      expect(await about({ userId: 'AIDA2', userName: 'alice' })).toEqual([]);
      await put(containments.update(containment({ ...alice, userId: null, version: 3 })));
      expect(await about({ userId: 'AIDA2', userName: 'alice' })).toEqual(['c1']);
    });

    test('that ended after a recovery are still found, for their account and from a time on', async () => {
      const over = { state: 'ended', nextAt: null, userName: 'alice', userId: 'AIDA1' } as const;
      const { containments, put } = await opened(
        containment({ id: 'old', ...over, updatedAt: 4, createdAt: 1 }),
        containment({ id: 'late', ...over, updatedAt: 9, createdAt: 3 }),
        containment({ id: 'early', ...over, updatedAt: 5, createdAt: 2 }),
        containment({ id: 'undone', ...over, state: 'undone', updatedAt: 9 }),
        containment({ id: 'open', state: 'recovered', userName: 'bob', updatedAt: 9 }),
        containment({ id: 'elsewhere', ...over, accountId: '2', updatedAt: 9 }),
      );
      const { accountId } = containment();
      expect(ids(await containments.endedOfAccount(accountId, 5))).toEqual(['early', 'late']);
      expect(ids(await containments.endedOfAccount('2', 10))).toEqual([]);
      // They are kept from their end on: what was contained long ago may have been recovered yesterday.
      await put(containments.removeEnded(5));
      expect(ids(await containments.endedOfAccount(accountId, 0))).toEqual(['early', 'late']);
    });

    test('are listed with what is under way first, then the newest, whatever stands for long', async () => {
      const at = (id: string, createdAt: number, nextAt: number | null) =>
        containment({ id, accessKeyId: id, createdAt, nextAt, state: 'standing', userName: id });
      const { containments } = await opened(
        at('old', 1, null),
        at('held', 2, 900),
        at('new', 3, null),
        at('begun', 4, 800),
      );
      expect(ids(await containments.open(9))).toEqual(['begun', 'held', 'new', 'old']);
      expect(ids(await containments.open(2))).toEqual(['begun', 'held']);
    });

    test('are due at their time, and asked about at theirs', async () => {
      const at = (id: string, nextAt: number | null, proofAt: number | null = null) =>
        containment({ id, accessKeyId: id, nextAt, proofAt, updatedAt: 0 });
      const { containments, put } = await opened(at('a', 700), at('b', 500, 600), at('c', null, 400));
      expect(ids(await containments.openSince(-1))).toEqual(['a', 'b', 'c']);
      expect(ids(await containments.openSince(0))).toEqual([]);
      expect(ids(await containments.due(699, 9))).toEqual(['b']);
      expect(ids(await containments.due(700, 9))).toEqual(['b', 'a']);
      expect(ids(await containments.due(700, 1))).toEqual(['b']);
      expect(await containments.nextAt()).toBe(500);
      expect([await containments.longestDue(499), await containments.longestDue(700)]).toEqual([null, 500]);
      expect(ids(await containments.proofDue(600, 9))).toEqual(['c', 'b']);
      expect(ids(await containments.proofDue(399, 9))).toEqual([]);
      // Written at a time that is still to come: the clock was set back since.
      await put(containments.update({ ...at('a', 90_700), updatedAt: 90_000, version: 2 }));
      expect(ids(await containments.due(700, 9))).toEqual(['b', 'a']);
      expect(ids(await containments.due(89_000, 9))).toEqual(['b']);
    });
  });
}
