import { expect, test } from 'vitest';
import { advance } from '../../src/rotation/machine.ts';
import { Model } from './model/model.ts';
import { Instance } from './model/play.ts';

test('a key that does not work yet holds up no other rotation for minutes', async () => {
  const model = new Model(7, true);
  const { ground } = new Instance(model, 'i1');
  const world = {
    ...ground.world,
    tryKey: () => Promise.resolve({ answer: 'not_yet', why: 'it flaps' } as const),
  };
  const from = model.now();
  // Whoever has this turn takes up no other rotation until it ends.
  expect(await advance({ ...ground, world }, 'r1', new AbortController().signal)).toBe('waiting');
  expect(model.now() - from).toBeLessThan(75_000);
  const { state, nextAt, leaseUntil } = model.stores.only;
  expect({ state, leaseUntil }).toEqual({ state: 'verifying', leaseUntil: 0 });
  expect((nextAt ?? Infinity) - model.now()).toBeLessThan(10_000);
});
