import { expect, test } from 'vitest';
import { sweep } from '../../src/handlers/sweep.ts';
import { toldOf } from '../db/key-samples.ts';
import { ACCOUNT, DAY, NOW, sampleKey, sampleUser } from '../domain/key-samples.ts';
import { KeysBench } from './bench.ts';

test('the daily tidying forgets what is old of keys, and what was told of keys that are gone', async () => {
  await using bench = await KeysBench.open();
  await bench.connect();
  const { inventory } = bench.stores;
  const at = (days: number) => NOW - days * DAY;
  const goneSince = { A: null, B: 3, C: 399, D: 401 };
  await bench.keep(
    [sampleUser()],
    Object.entries(goneSince).map(([accessKeyId, days]) =>
      sampleKey({ accessKeyId, goneAt: days === null ? null : at(days) }),
    ),
  );
  const events = [399, 401].map((days) => ({
    id: `e${days}`,
    accessKeyId: 'A',
    at: at(days),
    what: 'status' as const,
    userId: null,
    detail: {},
  }));
  await bench.stores.atomically([
    inventory.keyHistory.add(ACCOUNT, events),
    ...Object.keys(goneSince).map((subject) =>
      inventory.told.insert(toldOf({ subject, accountId: ACCOUNT })),
    ),
  ]);
  await sweep(bench.services);
  expect((await inventory.keyHistory.ofKey('A', 9)).map(({ id }) => id)).toEqual(['e399']);
  expect((await inventory.told.ofSubjects(Object.keys(goneSince))).map(({ subject }) => subject)).toEqual([
    'A',
  ]);
  const kept = await Promise.all(Object.keys(goneSince).map((id) => inventory.keys.byId(id)));
  expect(kept.map((key) => key?.accessKeyId ?? null)).toEqual(['A', 'B', 'C', null]);
});
