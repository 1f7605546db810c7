import { describe, expect, test } from 'vitest';
import { ANY_INCIDENT } from '../../src/ports/watch.ts';
import type { Write } from '../../src/ports/stores.ts';
import { signal } from '../detections/signals.ts';
import type { FreshStores } from './contract.ts';
import { ACCOUNT, accountWatch, expectation, keptIncident, keptSignal } from './watch-samples.ts';

const conflict = { name: 'RekeyError', code: 'conflict' };
const HOSTILE = '\ud800 \0 <!channel> \u202e';

/** What the stores of watching do, whatever the engine. */
export function watchContract(fresh: FreshStores): void {
  const opened = async () => {
    const stores = await fresh();
    const put = async (...writes: Write[]) => stores.atomically(writes);
    return { watch: stores.watch, put };
  };

  describe('watched accounts', () => {
    test('come back as they were put, and change at the version that was read', async () => {
      const { watch, put } = await opened();
      const first = accountWatch();
      await put(watch.accounts.insert(first));
      expect(await watch.accounts.byId(ACCOUNT)).toEqual(first);
      const next = { ...first, trouble: null, basis: 'b2', version: 2 };
      await put(watch.accounts.update(next));
      await expect(put(watch.accounts.update(next))).rejects.toMatchObject(conflict);
      await expect(put(watch.accounts.insert(first))).rejects.toMatchObject(conflict);
      expect(await watch.accounts.list()).toEqual([next]);
    });

    test('are forgotten with what was learned, and with nothing of others', async () => {
      const { watch, put } = await opened();
      const profile = { subject: 's', profile: '{}', lastSeen: 5 };
      const entry = { kind: 'user', id: 'AKIA', value: 'alice', at: 5 };
      const bucket = { bucket: 600_000, marks: ['a'] };
      for (const id of [ACCOUNT, '222233334444']) {
        await put(
          watch.accounts.insert(accountWatch({ accountId: id })),
          watch.profiles.put(id, [profile]),
          watch.memory.put(id, [entry]),
          watch.seen.put(id, 'us-east-1', [bucket]),
        );
      }
      await put(...watch.accounts.forget(ACCOUNT));
      expect(await watch.accounts.byId(ACCOUNT)).toBeNull();
      expect(await watch.profiles.ofSubjects(ACCOUNT, ['s'])).toEqual([]);
      expect(await watch.memory.ofAccount(ACCOUNT, 9)).toEqual([]);
      expect(await watch.seen.read(ACCOUNT, 'us-east-1', 0, 600_000)).toEqual([]);
      expect(await watch.profiles.ofSubjects('222233334444', ['s', 't'])).toEqual([profile]);
      expect(await watch.memory.ofAccount('222233334444', 9)).toEqual([entry]);
      expect(await watch.seen.read('222233334444', 'us-east-1', 0, 600_000)).toEqual([bucket]);
    });
  });

  test('what was learned is replaced, and goes when it is old', async () => {
    const { watch, put } = await opened();
    const entry = (id: string, at: number, kind = 'session') => ({ kind, id, value: HOSTILE.slice(4), at });
    await put(
      watch.memory.put(ACCOUNT, [entry('a', 1), entry('b', 2), entry('c', 3, 'user'), entry('a', 4)]),
      watch.profiles.put(ACCOUNT, [
        { subject: 'old', profile: '1', lastSeen: 1 },
        { subject: 'new', profile: '1', lastSeen: 9 },
        { subject: 'new', profile: '2', lastSeen: 9 },
      ]),
      watch.seen.put(ACCOUNT, 'us-east-1', [
        { bucket: 0, marks: ['a'] },
        { bucket: 600_000, marks: [] },
      ]),
    );
    expect((await watch.memory.ofAccount(ACCOUNT, 2)).map(({ id }) => id)).toEqual(['c', 'a']);
    expect(await watch.profiles.ofSubjects(ACCOUNT, ['new'])).toMatchObject([{ profile: '2' }]);
    await put(
      watch.memory.removeBefore('session', 4),
      watch.profiles.removeBefore(5),
      watch.seen.removeBefore(600_000),
    );
    expect((await watch.memory.ofAccount(ACCOUNT, 9)).map(({ id }) => id)).toEqual(['c', 'a']);
    expect(await watch.profiles.ofSubjects(ACCOUNT, ['new', 'old'])).toHaveLength(1);
    expect(await watch.seen.read(ACCOUNT, 'us-east-1', 0, 600_000)).toEqual([{ bucket: 600_000, marks: [] }]);
  });

  describe('incidents', () => {
    test('come back as they were put, and change at the version that was read', async () => {
      const { watch, put } = await opened();
      const first = keptIncident();
      await put(watch.incidents.insert(first));
      expect(await watch.incidents.byId('i1')).toEqual(first);
      const closed = { verdict: 'false_alarm', by: 'U1', at: 5, note: '' } as const;
      const next = keptIncident({ severity: 'critical', closed, noticeId: 'n', toldAs: 'high', version: 2 });
      await put(watch.incidents.update(next));
      expect(await watch.incidents.byId('i1')).toEqual(next);
      await expect(put(watch.incidents.update(next))).rejects.toMatchObject(conflict);
    });

    test('are found by their subject while they are open and not long past', async () => {
      const { watch, put } = await opened();
      const closed = { verdict: 'attack', by: 'U1', at: 5, note: '' } as const;
      await put(
        ...[
          keptIncident({ id: 'old', lastAt: 10 }),
          keptIncident({ id: 'now', lastAt: 20 }),
          keptIncident({ id: 'over', lastAt: 20, closed }),
          keptIncident({ id: 'elsewhere', lastAt: 20, accountId: '222233334444' }),
        ].map((each) => watch.incidents.insert(each)),
      );
      const found = await watch.incidents.current(ACCOUNT, ['AKIAIOSFODNN7EXAMPLE', 'other'], 15);
      expect(found.map(({ id }) => id)).toEqual(['now']);
      const asked = ['over', 'now', 'gone', 'elsewhere', 'now'];
      expect(await watch.incidents.openAmong(asked)).toEqual(new Set(['elsewhere', 'now']));
      expect(await watch.incidents.openAmong([])).toEqual(new Set());
    });

    test('are listed latest first, page by page, both ways', async () => {
      const { watch, put } = await opened();
      const all = [5, 4, 4, 3, 2, 1].map((lastAt, place) => keptIncident({ id: `i${place}`, lastAt }));
      await put(...all.map((each) => watch.incidents.insert(each)));
      const ids = async (...asked: Parameters<typeof watch.incidents.page>) =>
        (await watch.incidents.page(...asked)).map(({ id }) => id);
      expect(await ids(ANY_INCIDENT, null, 2)).toEqual(['i0', 'i1']);
      expect(await ids(ANY_INCIDENT, { after: { lastAt: 4, id: 'i1' } }, 3)).toEqual(['i2', 'i3', 'i4']);
      expect(await ids(ANY_INCIDENT, { before: { lastAt: 3, id: 'i3' } }, 2)).toEqual(['i1', 'i2']);
      expect(await watch.incidents.count(ANY_INCIDENT)).toBe(6);
    });

    test('are filtered', async () => {
      const { watch, put } = await opened();
      const closed = { verdict: 'test', by: 'U1', at: 5, note: 'pen test' } as const;
      await put(
        watch.incidents.insert(keptIncident({ id: 'low', severity: 'low' })),
        watch.incidents.insert(keptIncident({ id: 'high', severity: 'high', userName: 'Deploy_bot' })),
        watch.incidents.insert(keptIncident({ id: 'over', severity: 'high', closed, userName: null })),
      );
      const ids = async (filter: Partial<typeof ANY_INCIDENT>) =>
        (await watch.incidents.page({ ...ANY_INCIDENT, ...filter }, null, 9)).map(({ id }) => id).sort();
      expect(await ids({ open: true })).toEqual(['high', 'low']);
      expect(await ids({ open: false })).toEqual(['over']);
      expect(await ids({ least: 'medium' })).toEqual(['high', 'over']);
      expect(await ids({ text: 'deploy_' })).toEqual(['high']);
      expect(await ids({ text: 'akiaios' })).toEqual(['high', 'low', 'over']);
      expect(await ids({ accountId: '9' })).toEqual([]);
    });
  });

  describe('signals', () => {
    test('cannot come twice', async () => {
      const { watch, put } = await opened();
      await put(watch.signals.add([keptSignal('a'), keptSignal('b')]));
      await expect(put(watch.signals.add([keptSignal('c'), keptSignal('b')]))).rejects.toMatchObject(
        conflict,
      );
      expect(await watch.signals.known(['a', 'b', 'c'])).toEqual(new Set(['a', 'b']));
    });

    test('come back in the order of time, whatever they hold', async () => {
      const { watch, put } = await opened();
      const facts = { name: HOSTILE };
      const second = keptSignal('b', { signal: signal({ id: 'b', at: 20, facts }) });
      const unknownTime = keptSignal('c', { signal: signal({ id: 'c', at: null }) });
      await put(
        watch.signals.add([unknownTime, second, keptSignal('a', { signal: signal({ id: 'a', at: 10 }) })]),
      );
      const found = await watch.signals.ofIncident('i1', 9);
      expect(found.map((each) => each.signal.id)).toEqual(['a', 'b', 'c']);
      expect(found[1]).toEqual(second);
      expect((await watch.signals.ofIncident('i1', 1)).map((each) => each.signal.id)).toEqual(['c']);
    });

    test('are put down to a key later', async () => {
      const { watch, put } = await opened();
      const keyless = signal({ id: 'a', accessKeyId: null, sessionKeyId: 'ASIA1' });
      await put(watch.signals.add([keptSignal('a', { signal: keyless }), keptSignal('b')]));
      const [found] = await watch.signals.unattributed(ACCOUNT, 0, 9);
      expect(found?.signal).toEqual(keyless);
      if (found === undefined) return;
      await put(
        watch.signals.move({ ...found, incidentId: 'i2', signal: { ...keyless, accessKeyId: 'AKIA' } }),
      );
      expect(await watch.signals.unattributed(ACCOUNT, 0, 9)).toEqual([]);
      expect(await watch.signals.ofIncident('i2', 9)).toHaveLength(1);
    });
  });

  test('expectations are in force until their time, or until somebody ends them, once', async () => {
    const { watch, put } = await opened();
    const first = expectation();
    await put(
      watch.expectations.add(first),
      watch.expectations.add(expectation({ id: 'e2', at: first.at + 1 })),
    );
    await put(watch.signals.add([keptSignal('a', { incidentId: null, expectedBy: 'e1' }), keptSignal('b')]));
    expect((await watch.expectations.inForce(first.at)).map(({ id }) => id)).toEqual(['e2', 'e1']);
    expect(await watch.expectations.inForce(first.until)).toEqual([]);
    await put(watch.expectations.end('e1', 7, 'U2'));
    expect(await watch.expectations.byId('e1')).toEqual({ ...first, endedAt: 7, endedBy: 'U2' });
    await expect(put(watch.expectations.end('e1', 8, 'U3'))).rejects.toMatchObject(conflict);
    expect(await watch.signals.countExpected()).toEqual(new Map([['e1', 1]]));
  });
}
