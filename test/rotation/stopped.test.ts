import { expect, test } from 'vitest';
import { RekeyError } from '../../src/errors.ts';
import { AwsFailure } from '../../src/ports/aws.ts';
import type { RotatedAccount } from '../../src/ports/rotation-world.ts';
import { advance } from '../../src/rotation/machine.ts';
import type { RotationGround } from '../../src/rotation/run.ts';
import { Model } from './model/model.ts';
import { Instance } from './model/play.ts';

/** A rotation about to be begun in a process that can be told to stop, as its parts are with the real ones. */
function stoppable() {
  const model = new Model(7, true);
  const { ground } = new Instance(model, 'i1');
  const stopping = new AbortController();
  const clock: RotationGround['clock'] = {
    now: () => ground.clock.now(),
    sleep: (ms, signal) => {
      signal?.throwIfAborted();
      return ground.clock.sleep(ms);
    },
  };
  return { model, stopping, ground: { ...ground, clock } };
}

/** The same account with its creating of keys replaced. */
function creatingBy(
  ground: RotationGround,
  createKey: (real: RotatedAccount) => RotatedAccount['createKey'],
): RotationGround {
  const { world } = ground;
  const account: typeof world.account = async (...asked) => {
    const real = await world.account(...asked);
    return real === null ? null : { ...real, createKey: createKey(real) };
  };
  return { ...ground, world: { ...world, account } };
}

/** The next process takes it on, turn by turn, and has nothing to tidy up. */
async function goesOn(model: Model): Promise<void> {
  for (let turns = 0; turns < 9 && model.stores.only.state !== 'quiet'; turns += 1) {
    model.trueNow = Math.max(model.trueNow, model.stores.only.nextAt ?? 0);
    await new Instance(model, `next${turns}`).turn();
  }
  expect(model.stores.only).toMatchObject({ state: 'quiet', orphans: [] });
  expect(model.now() - model.stores.only.createdAt).toBeLessThan(5 * 60_000);
}

test('a stop during the creation of a key loses neither the answer nor, with the database away, the secret', async () => {
  const { model, stopping, ground } = stoppable();
  const { stores } = ground;
  let away = 0;
  const atomically: typeof stores.atomically = async (writes) => {
    if (away > 0) {
      away -= 1;
      throw new RekeyError('unreachable', 'The database does not answer.');
    }
    return stores.atomically(writes);
  };
  const under = creatingBy(
    { ...ground, stores: { ...stores, atomically } },
    (real) => async (input, signal) => {
      const key = await real.createKey(input, signal);
      stopping.abort(new RekeyError('expired', 'Rekey is stopping.'));
      away = 2;
      // What the SDK does with a call that is broken off.
      if (signal.aborted) throw new AwsFailure({ code: 'timeout', action: 'iam:CreateAccessKey' });
      return key;
    },
  );
  await advance(under, 'r1', stopping.signal);
  const [, made] = model.truth.keys;
  expect(model.stores.only.newKeyId).toBe(made?.accessKeyId);
  expect(model.stores.only).toMatchObject({ state: 'verifying', leaseUntil: 0 });
  await goesOn(model);
});

test('a stop right before the call leaves nothing to be found out', async () => {
  const { model, stopping, ground } = stoppable();
  const { world } = ground;
  const asked: string[] = [];
  const paused: typeof world.paused = async (rotation) => {
    if (rotation.intents.length > 0) stopping.abort(new RekeyError('expired', 'Rekey is stopping.'));
    return world.paused(rotation);
  };
  const under = creatingBy({ ...ground, world: { ...world, paused } }, (real) => (input, signal) => {
    asked.push(input.nonce);
    return real.createKey(input, signal);
  });
  await advance(under, 'r1', stopping.signal);
  expect(asked).toEqual([]);
  expect(model.stores.only).toMatchObject({
    state: 'creating',
    intents: [{ outcome: 'refused' }],
    trouble: null,
  });
  await goesOn(model);
});
