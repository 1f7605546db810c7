import { expect, test } from 'vitest';
import type { Rotation } from '../../src/domain/rotation.ts';
import { isConflict } from '../../src/errors.ts';
import { decide, reactivated } from '../../src/rotation/decide.ts';
import { advance } from '../../src/rotation/machine.ts';
import { Model } from './model/model.ts';
import { Instance } from './model/play.ts';

const MINUTE = 60_000;

/** A rotation whose soak is over and whose deletion is confirmed: the next turn deletes the old key. */
async function lastSecond(): Promise<Model> {
  const model = new Model(7, true);
  await goOn(model, ({ block }) => block?.code === 'needs_approval');
  await model.stores.put(decide(model.stores.only, 'approve', { by: 'U2', at: model.now() }));
  return model;
}

async function goOn(model: Model, until: (rotation: Rotation) => boolean): Promise<Rotation> {
  const { stores } = model;
  for (let round = 0; round < 50; round += 1) {
    const { nextAt } = stores.only;
    if (nextAt === null || until(stores.only)) break;
    model.trueNow = Math.max(model.trueNow, nextAt);
    await new Instance(model, `i${round}`).turn();
    if (model.check.broken !== null) throw model.check.broken;
  }
  return stores.only;
}

/** Whether Reactivate, pressed now, is taken; else the person is told that it is too late. */
async function pressed(model: Model): Promise<boolean> {
  try {
    await model.stores.put(reactivated(model.stores.only, { by: 'U3', at: model.now() }));
    return true;
  } catch (error) {
    if (!isConflict(error)) throw error;
    return false;
  }
}

/** Exactly one of the two: reactivated, or deleted with the person told so. */
async function oneWon(model: Model, wasTaken: boolean): Promise<void> {
  const came = await goOn(model, ({ state, change }) => state === 'quiet' && change === null);
  const key = model.truth.find(model.oldKeyId);
  expect([came.state, key?.status]).toEqual(wasTaken ? ['quiet', 'Active'] : ['done', undefined]);
  if (wasTaken) expect(came).toMatchObject({ approvals: [], deactivatedAt: null });
}

test('Reactivate at any instant of the turn that deletes: one of the two is done, and the person told the truth', async () => {
  const won = { reactivated: 0, deleted: 0 };
  for (let at = 1; ; at += 1) {
    const model = await lastSecond();
    let came = 0;
    let taken: boolean | null = null;
    model.onEach = async () => {
      came += 1;
      if (came === at) taken = await pressed(model);
    };
    await new Instance(model, 'deletes').turn();
    model.onEach = null;
    if (taken === null) break;
    await oneWon(model, taken);
    won[taken ? 'reactivated' : 'deleted'] += 1;
  }
  expect(won.reactivated).toBeGreaterThan(3);
  expect(won.deleted).toBeGreaterThan(3);
});

test.each([2, 4])(
  'a process that stood still for %i minutes at the deletion deletes nothing that was reactivated meanwhile',
  async (minutes) => {
    for (let at = 1; ; at += 1) {
      const model = await lastSecond();
      let came = 0;
      let taken: boolean | null = null;
      let sleeps = false;
      model.onEach = async (what, instance) => {
        if (instance === 'sleeper') {
          if (what !== 'iam:DeleteAccessKey' || sleeps) return;
          sleeps = true;
          // Its lease runs out, and another instance takes the rotation up.
          model.trueNow += minutes * MINUTE;
          await new Instance(model, 'other').turn();
          await new Instance(model, 'next').turn();
          return;
        }
        came += 1;
        if (came === at) taken = await pressed(model);
      };
      await new Instance(model, 'sleeper').turn();
      model.onEach = null;
      if (model.check.broken !== null) throw model.check.broken;
      if (taken === null) break;
      await oneWon(model, taken);
    }
  },
);

test('a process that stood still before it sent the deletion it wrote down does not send it, but looks again', async () => {
  const model = await lastSecond();
  const { ground } = new Instance(model, 'sleeper');
  const { stores } = ground;
  let sleeps = true;
  const atomically: typeof stores.atomically = async (writes) => {
    await stores.atomically(writes);
    if (!sleeps || model.stores.only.change?.change !== 'delete') return;
    sleeps = false;
    model.trueNow += 40_000;
  };
  const sent: number[] = [];
  model.onEach = async (what) => {
    if (what === 'iam:DeleteAccessKey') sent.push(model.now() - (model.stores.only.change?.at ?? 0));
  };
  await advance({ ...ground, stores: { ...stores, atomically } }, 'r1', new AbortController().signal);
  expect(model.stores.only.state).toBe('done');
  expect(sent).toHaveLength(1);
  expect(sent[0]).toBeLessThan(30_000);
  const begun = model.stores.journal.filter(({ step, phase }) => step === 'key.delete' && phase === 'before');
  expect(begun).toHaveLength(2);
});
