import { expect, test } from 'vitest';
import { sweep } from '../../src/handlers/sweep.ts';
import { rotation } from '../db/rotation-samples.ts';
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

test('the daily tidying forgets rotations that ended long ago, and none that is open', async () => {
  await using bench = await KeysBench.open();
  const { rotations } = bench.stores.rotation;
  const begun = (days: number) => ({ id: `r${days}`, createdAt: NOW - days * DAY });
  const ended = { state: 'done', nextAt: null, endedAt: NOW } as const;
  await bench.stores.atomically([
    rotations.insert(rotation({ ...begun(399), ...ended })),
    rotations.insert(rotation({ ...begun(401), ...ended })),
    rotations.insert(rotation(begun(402))),
  ]);
  await sweep(bench.services);
  const kept = await rotations.page({ state: null, accountId: null, open: null }, null, 9);
  expect(kept.map(({ id }) => id)).toEqual(['r399', 'r402']);
});
