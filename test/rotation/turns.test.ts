import { expect, test } from 'vitest';
import { advance } from '../../src/rotation/machine.ts';
import { resumeRotations } from '../../src/rotation/resume.ts';
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

test('one look begins no turns for minutes: its job, and the lease of it, are short', async () => {
  const model = new Model(7, true);
  const { ground } = new Instance(model, 'i1');
  for (let at = 2; at <= 12; at += 1) {
    model.stores.rotations.set(`r${at}`, { ...model.stores.only, id: `r${at}` });
  }
  const world: typeof ground.world = {
    ...ground.world,
    // AWS is slow, and then nobody may act.
    account: async () => {
      await ground.clock.sleep(20_000);
      return null;
    },
  };
  const from = model.now();
  await resumeRotations({ ...ground, world }, new AbortController().signal);
  expect(model.now() - from).toBeLessThan(120_000);
  const states = [...model.stores.rotations.values()].map(({ state }) => state);
  expect(states.filter((state) => state === 'blocked')).toHaveLength(5);
  expect(states.filter((state) => state === 'planned')).toHaveLength(7);
});
