import { expect, test } from 'vitest';
import { undo } from '../../src/rotation/decide.ts';
import { Model } from './model/model.ts';
import { Instance } from './model/play.ts';

test('a key of ours that an old list does not show yet is tidied up all the same', async () => {
  const model = new Model(7, true);
  const { stores, truth } = model;
  const goOn = async (until: () => boolean): Promise<void> => {
    for (let round = 0; round < 60 && !until(); round += 1) {
      model.trueNow = Math.max(model.trueNow, stores.only.nextAt ?? 0);
      await new Instance(model, `i${round}`).turn();
    }
  };
  await goOn(() => stores.only.state === 'quiet');
  const { newKeyId } = stores.only;
  await stores.put(undo(stores.only, { by: 'U2', at: model.now() }));
  // Right after the key was made Inactive a replica answers that has not heard of it at all.
  let shownOld = 0;
  const look = truth.look.bind(truth);
  truth.look = () => {
    const seen = look();
    if (shownOld > 0 || truth.find(newKeyId)?.status !== 'Inactive') return seen;
    shownOld += 1;
    return { ...seen, keys: seen.keys.filter(({ accessKeyId }) => accessKeyId !== newKeyId) };
  };
  await goOn(() => stores.only.state === 'undone');
  expect(shownOld).toBe(1);
  expect(stores.only.state).toBe('undone');
  expect(truth.find(newKeyId)).toBeUndefined();
  expect(truth.find(model.oldKeyId)?.status).toBe('Active');
});
