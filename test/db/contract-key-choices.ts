import { describe, expect, test } from 'vitest';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import type { RekeyError } from '../../src/errors.ts';
import { ANY_KEY } from '../../src/ports/inventory.ts';
import type { Stores, Write } from '../../src/ports/stores.ts';
import type { FreshStores } from './contract.ts';
import {
  account,
  choices,
  HOSTILE,
  keptPolicy,
  key,
  keyEvent,
  ownerRule,
  snooze,
  standing,
  toldOf,
  user,
} from './key-samples.ts';

const conflict = { name: 'RekeyError', code: 'conflict' };
const A = '123456789012';
const B = '210987654321';
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

/** What the stores of choices, snoozes, history, policies, owners and told marks do, whatever the engine. */
export function keyChoicesContract(fresh: FreshStores): void {
  const put = async (stores: Stores, ...writes: Write[]): Promise<void> => {
    for (const write of writes) await stores.atomically([write]);
  };
  const lost = (stores: Stores, write: Write) =>
    expect(stores.atomically([write])).rejects.toMatchObject(conflict);

  test('choices are made once and change at the version that was read', async () => {
    const stores = await fresh();
    const { keyChoices } = stores.inventory;
    const whole = choices({
      accessKeyId: 'K2',
      kind: 'break_glass',
      owners: [
        { kind: 'user', userId: 'U1' },
        { kind: 'group', groupId: 'S1' },
      ],
      policy: { maxAgeDays: 30, inactiveDays: 5 },
    });
    await put(
      stores,
      keyChoices.insert(whole),
      keyChoices.insert(choices({ accessKeyId: 'K1', owners: [] })),
    );
    expect(await keyChoices.byKey('K2')).toEqual(whole);
    expect(await keyChoices.byKey('K3')).toBeNull();
    expect(await keyChoices.ofKeys(['K2', 'K3', 'K1', 'K2'])).toEqual([
      choices({ accessKeyId: 'K1', owners: [] }),
      whole,
    ]);
    expect(await keyChoices.ofKeys([])).toEqual([]);
    await lost(stores, keyChoices.insert(choices({ accessKeyId: 'K1' })));
    const next = choices({ accessKeyId: 'K2', policy: {}, updatedBy: 'U2', version: 2 });
    await put(stores, keyChoices.update(next));
    expect(await keyChoices.byKey('K2')).toEqual(next);
    await lost(stores, keyChoices.update(next));
    await lost(stores, keyChoices.update(choices({ accessKeyId: 'K3', version: 2 })));
  });

  describe('snoozes', () => {
    test('run until their end, or until somebody ends them', async () => {
      const stores = await fresh();
      const { snoozes } = stores.inventory;
      const reason = HOSTILE.join(' ');
      await put(
        stores,
        snoozes.add(snooze({ id: 's1', reason })),
        snoozes.add(snooze({ id: 's2', until: 50 })),
        snoozes.add(snooze({ id: 's3', accessKeyId: 'AKIA0' })),
        snoozes.add(snooze({ id: 's4', accessKeyId: 'AKIA2', until: 9 })),
      );
      const every = ['AKIA2', 'AKIA1', 'AKIA0', 'AKIA9'];
      expect(await snoozes.byId('s1')).toEqual(snooze({ id: 's1', reason }));
      expect(await snoozes.byId('s9')).toBeNull();
      expect((await snoozes.running('AKIA1', 99))?.id).toBe('s1');
      expect(await snoozes.running('AKIA1', 100)).toBeNull();
      expect(ids(await snoozes.runningOf(every, 8))).toEqual(['s3', 's1', 's2', 's4']);
      expect(ids(await snoozes.runningOf(every, 9))).toEqual(['s3', 's1', 's2']);
      expect(await snoozes.runningOf([], 9)).toEqual([]);
      await put(stores, snoozes.end('s1', 20, 'U2'));
      expect(await snoozes.byId('s1')).toEqual(snooze({ id: 's1', reason, endedAt: 20, endedBy: 'U2' }));
      expect((await snoozes.running('AKIA1', 49))?.id).toBe('s2');
      expect(ids(await snoozes.runningOf(every, 9))).toEqual(['s3', 's2']);
    });

    test('are added and ended once', async () => {
      const stores = await fresh();
      const { snoozes } = stores.inventory;
      await put(stores, snoozes.add(snooze({ id: 's1' })), snoozes.end('s1', 5, 'U1'));
      await lost(stores, snoozes.add(snooze({ id: 's1' })));
      await lost(stores, snoozes.end('s1', 6, 'U2'));
      await lost(stores, snoozes.end('s2', 6, 'U2'));
      expect((await snoozes.byId('s1'))?.endedBy).toBe('U1');
    });
  });

  test('history comes newest first, each line once, and goes by age', async () => {
    const stores = await fresh();
    const { keyHistory } = stores.inventory;
    const detail = { reason: HOSTILE.join('\0'), at: 5, from: null };
    const events = [
      keyEvent({ id: 'e1', at: 1 }),
      keyEvent({ id: 'e2', at: 3, what: 'snoozed', userId: 'U1', detail }),
      keyEvent({ id: 'e3', at: 3, what: 'reminded' }),
      keyEvent({ id: 'e4', at: 9, accessKeyId: 'AKIA2' }),
    ];
    await put(stores, keyHistory.add(A, events));
    expect(await keyHistory.ofKey('AKIA1', 9)).toEqual([events[2], events[1], events[0]]);
    expect(ids(await keyHistory.ofKey('AKIA1', 1))).toEqual(['e3']);
    await lost(stores, keyHistory.add(A, [keyEvent({ id: 'e9' }), keyEvent({ id: 'e1' })]));
    await lost(stores, keyHistory.add(A, [keyEvent({ id: 'e8' }), keyEvent({ id: 'e8' })]));
    await put(stores, keyHistory.removeBefore(3), keyHistory.removeBefore(3));
    expect(ids(await keyHistory.ofKey('AKIA1', 9))).toEqual(['e3', 'e2']);
    expect(ids(await keyHistory.ofKey('AKIA2', 9))).toEqual(['e4']);
  });

  test('a connection has one policy, changed at the version that was read', async () => {
    const stores = await fresh();
    const { keyPolicies } = stores.inventory;
    const first = keptPolicy({ connectionId: 'c1' });
    await put(stores, keyPolicies.insert(first));
    expect(await keyPolicies.ofConnection('c1')).toEqual(first);
    expect(await keyPolicies.ofConnection('c2')).toBeNull();
    await lost(stores, keyPolicies.insert(first));
    const policy = { ...DEFAULT_KEY_POLICY, warnDays: [], onCallGroup: 'S1', requiredTags: [...HOSTILE] };
    const next = keptPolicy({ connectionId: 'c1', policy, updatedBy: 'U2', updatedAt: 5, version: 2 });
    await put(stores, keyPolicies.update(next));
    expect(await keyPolicies.ofConnection('c1')).toEqual(next);
    await lost(stores, keyPolicies.update(next));
    await put(stores, keyPolicies.remove('c1'), keyPolicies.remove('c1'));
    expect(await keyPolicies.ofConnection('c1')).toBeNull();
  });

  test('rules for owners are listed by pattern', async () => {
    const stores = await fresh();
    const { ownerRules } = stores.inventory;
    const rules = [
      ownerRule({ id: 'r1', pattern: 'b%_\\*' }),
      ownerRule({ id: 'r3', pattern: 'a', accountId: A, owners: [{ kind: 'group', groupId: 'S1' }] }),
      ownerRule({ id: 'r2', pattern: 'a' }),
      ownerRule({ id: 'r4', pattern: 'Z🍏' }),
    ];
    await put(stores, ...rules.map((rule) => ownerRules.insert(rule)));
    expect(await ownerRules.list()).toEqual([rules[3], rules[2], rules[1], rules[0]]);
    await lost(stores, ownerRules.insert(ownerRule({ id: 'r1' })));
    await put(stores, ownerRules.remove('r1'));
    await lost(stores, ownerRules.remove('r1'));
    expect(ids(await ownerRules.list())).toEqual(['r4', 'r2', 'r3']);
  });

  describe('told marks', () => {
    test('are set once and moved as they were read', async () => {
      const stores = await fresh();
      const { told } = stores.inventory;
      await put(stores, told.insert(toldOf()));
      await lost(stores, told.insert(toldOf({ stage: 'before:3', at: 9 })));
      const next = toldOf({ stage: 'before:3', at: 2 });
      await put(stores, told.move(toldOf(), next));
      await lost(stores, told.move(toldOf(), next));
      await lost(stores, told.move({ ...next, at: 1 }, toldOf({ at: 9 })));
      await lost(stores, told.move({ ...next, stage: 'before:7' }, toldOf({ at: 9 })));
      await lost(stores, told.move({ ...next, finding: 'unused' }, toldOf({ at: 9 })));
      await lost(stores, told.move({ ...next, audience: 'user:C1' }, toldOf({ at: 9 })));
      expect(await told.ofSubjects(['AKIA1'])).toEqual([next]);
    });

    test('of twenty who move one at a time exactly one wins', async () => {
      const stores = await fresh();
      const { told } = stores.inventory;
      await put(stores, told.insert(toldOf()));
      const results = await Promise.allSettled(
        Array.from({ length: 20 }, (_, index) =>
          put(stores, told.move(toldOf(), toldOf({ at: 10 + index }))),
        ),
      );
      const winners = results.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
      expect(winners).toHaveLength(1);
      expect(await told.ofSubjects(['AKIA1'])).toEqual([toldOf({ at: 10 + (winners[0] ?? 0) })]);
    });

    test('are read by subject and forgotten by finding', async () => {
      const stores = await fresh();
      const { told } = stores.inventory;
      const marks = [
        toldOf({ audience: 'user:U1' }),
        toldOf(),
        toldOf({ finding: 'unused' }),
        toldOf({ subject: `account:${A}`, finding: 'root_key' }),
        toldOf({ subject: 'AKIA0' }),
      ];
      await put(stores, told.insert(...marks));
      await lost(stores, told.insert(toldOf({ subject: 'AKIA9' }), toldOf()));
      await put(stores, told.insert());
      const every = ['AKIA1', `account:${A}`, 'AKIA0', 'AKIA9'];
      expect(await told.ofSubjects(every)).toEqual([marks[4], marks[1], marks[0], marks[2], marks[3]]);
      expect(await told.ofSubjects(['AKIA9'])).toEqual([]);
      expect(await told.ofSubjects([])).toEqual([]);
      await put(stores, told.remove('AKIA1', 'over_age'), told.remove('AKIA1', 'over_age'));
      expect(await told.ofSubjects(every)).toEqual([marks[4], marks[2], marks[3]]);
      await put(stores, told.insert(toldOf()));
    });
  });

  test('an account is forgotten whole, and no other is touched', async () => {
    const stores = await fresh();
    const { inventory } = stores;
    const everything = (accountId: string, id: string): Write[] => [
      inventory.accounts.insert(account({ accountId })),
      inventory.users.put([user({ accountId, userId: 'AIDA1' })]),
      inventory.keys.put([key({ accountId, accessKeyId: id }), key({ accountId, accessKeyId: `${id}-` })]),
      inventory.standings.put([standing(id, 1, ['unused'], [{ kind: 'user', userId: 'U1' }], { accountId })]),
      inventory.keyChoices.insert(choices({ accountId, accessKeyId: id })),
      inventory.snoozes.add(snooze({ accountId, accessKeyId: id, id })),
      inventory.keyHistory.add(accountId, [keyEvent({ accessKeyId: id, id })]),
      inventory.told.insert(toldOf({ accountId, subject: id })),
      inventory.told.insert(toldOf({ accountId, subject: `account:${accountId}`, finding: 'root_key' })),
      inventory.ownerRules.insert(ownerRule({ id, accountId })),
    ];
    const left = async (accountId: string, id: string): Promise<unknown[]> => [
      await inventory.accounts.byId(accountId),
      await inventory.users.byId(accountId, 'AIDA1'),
      await inventory.users.page(accountId, null, 9),
      await inventory.keys.byId(id),
      await inventory.keys.page(accountId, null, 9),
      await inventory.standings.byKey(id),
      await inventory.standings.count({ ...ANY_KEY, accountId }),
      await inventory.standings.countByFinding(accountId),
      await inventory.keyChoices.byKey(id),
      await inventory.snoozes.byId(id),
      await inventory.keyHistory.ofKey(id, 9),
      await inventory.told.ofSubjects([id, `account:${accountId}`]),
      (await inventory.ownerRules.list()).filter((rule) => rule.accountId === accountId),
    ];
    const nothing = await left(A, 'K1');
    await stores.atomically([...everything(A, 'K1'), ...everything(B, 'K2')]);
    const other = await left(B, 'K2');
    await stores.atomically(inventory.accounts.forget(A));
    expect(await left(A, 'K1')).toEqual(nothing);
    expect(await left(B, 'K2')).toEqual(other);
    expect(await inventory.standings.countByFinding(null)).toEqual(new Map([['unused', 1]]));

    // What was forgotten casts no shadow on the same key found again.
    await stores.atomically([
      ...inventory.accounts.forget(A),
      inventory.keys.put([key({ accessKeyId: 'K1' })]),
    ]);
    expect(await inventory.standings.page({ ...ANY_KEY, accountId: A }, null, 9)).toEqual([
      { key: key({ accessKeyId: 'K1' }), standing: null },
    ]);
    expect(await inventory.standings.count({ ...ANY_KEY, owner: { kind: 'user', userId: 'U1' } })).toBe(1);
    await stores.atomically(everything(A, 'K1').filter((_, index) => index !== 2));
  });

  test('what is written about keys meets a forgetting wholly before it or not at all', async () => {
    const stores = await fresh();
    const { inventory } = stores;
    const ids = Array.from({ length: 20 }, (_, index) => `K${index}`);
    for (let round = 0; round < 15; round += 1) {
      await stores.atomically([inventory.accounts.insert(account({ accountId: A }))]);
      const writing = async () => {
        await stores.atomically([
          inventory.accounts.stillKept(A),
          inventory.standings.put(
            ids.map((id) => standing(id, 1, ['unused'], [{ kind: 'user', userId: 'U1' }], { accountId: A })),
          ),
        ]);
      };
      const all = [writing(), writing(), stores.atomically(inventory.accounts.forget(A)), writing()];
      const ended = await Promise.allSettled(all);
      const refused = ended.flatMap((each) =>
        each.status === 'rejected' ? [(each.reason as RekeyError).code] : [],
      );
      expect(refused.filter((code) => code !== 'conflict')).toEqual([]);
      expect(await inventory.standings.ofKeys(ids)).toEqual([]);
      // A mark that was left would show a key found again as it was judged before.
      await stores.atomically([inventory.keys.put(ids.map((id) => key({ accountId: A, accessKeyId: id })))]);
      expect(await inventory.standings.countByFinding(null)).toEqual(new Map());
      await stores.atomically(inventory.accounts.forget(A));
      await expect(stores.atomically([inventory.accounts.stillKept(A)])).rejects.toMatchObject({
        code: 'conflict',
      });
    }
  });

  test('what is gone is forgotten in its time, and nothing else', async () => {
    const stores = await fresh();
    const { inventory } = stores;
    const ids = ['OLD', 'NEW', 'LIVE'];
    const gone = { OLD: 5, NEW: 9, LIVE: null };
    await stores.atomically([
      inventory.users.put([
        user({ accountId: A, userId: 'AIDA1', goneAt: 5 }),
        user({ accountId: A, userId: 'AIDA2', goneAt: 5 }),
        user({ accountId: A, userId: 'AIDA3', goneAt: 9 }),
      ]),
      ...Object.entries(gone).flatMap(([id, goneAt]) => [
        inventory.keys.put([
          key({ accountId: A, accessKeyId: id, userId: id === 'OLD' ? 'AIDA1' : 'AIDA2', goneAt }),
        ]),
        inventory.standings.put([standing(id, 1, ['unused'], [], { accountId: A })]),
        inventory.keyChoices.insert(choices({ accountId: A, accessKeyId: id })),
        inventory.snoozes.add(snooze({ accountId: A, accessKeyId: id, id })),
        inventory.keyHistory.add(A, [keyEvent({ accessKeyId: id, id })]),
        inventory.told.insert(toldOf({ accountId: A, subject: id })),
      ]),
      inventory.told.insert(toldOf({ accountId: A, subject: `account:${A}`, finding: 'root_key' })),
    ]);
    const subjects = [...ids, `account:${A}`];
    await stores.atomically([inventory.told.removeGone()]);
    expect((await inventory.told.ofSubjects(subjects)).map(({ subject }) => subject)).toEqual([
      'LIVE',
      `account:${A}`,
    ]);
    await stores.atomically([inventory.told.insert(toldOf({ accountId: A, subject: 'OLD' }))]);
    await stores.atomically([inventory.keys.removeGone(9)]);
    const left = async (id: string) => [
      (await inventory.keys.byId(id)) !== null,
      (await inventory.standings.byKey(id)) !== null,
      (await inventory.keyChoices.byKey(id)) !== null,
      (await inventory.snoozes.byId(id)) !== null,
      (await inventory.keyHistory.ofKey(id, 9)).length > 0,
      (await inventory.told.ofSubjects([id])).length > 0,
    ];
    expect(await left('OLD')).toEqual([false, false, false, false, false, false]);
    expect(await left('NEW')).toEqual([true, true, true, true, true, false]);
    expect(await left('LIVE')).toEqual([true, true, true, true, true, true]);
    const users = await Promise.all(['AIDA1', 'AIDA2', 'AIDA3'].map((id) => inventory.users.byId(A, id)));
    // The second has a key that is kept, and the third is not gone for long enough.
    expect(users.map((each) => each !== null)).toEqual([false, true, true]);
    // Nothing of it marks the key, should it be found again.
    await stores.atomically([inventory.keys.put([key({ accountId: A, accessKeyId: 'OLD' })])]);
    expect(await inventory.standings.countByFinding(A)).toEqual(new Map([['unused', 1]]));
  });
}
