import { again, block } from '../failures.ts';
import { ready } from '../look.ts';
import { rotatedKey } from '../rotated-key.ts';
import type { Step } from '../run.ts';

/** AWS's limit, Inactive keys included; not adjustable. */
const KEYS_PER_USER = 2;

/** Nothing has changed yet: is there room, a place for the key, and may it be written there? */
export const planned: Step = async (run) => {
  const { rotation, ground, signal } = run;
  const state = await ready(run);
  if (!state.ok) return state.outcome;
  if (state.look.keys.length >= KEYS_PER_USER) {
    const keyIds = state.look.keys.map(({ accessKeyId }) => accessKeyId);
    const why = 'The user has two keys, and AWS allows no third. Rekey deletes none to make room.';
    return block(run, 'no_free_slot', why, ['retry', 'stop'], { keyIds });
  }
  if (rotation.deliveries.length === 0) {
    return block(run, 'no_destination', 'No approved destination is bound to this user.', ['retry', 'stop']);
  }
  for (const { destinationId } of rotation.deliveries) {
    const found = await ground.world.place(rotation, destinationId, signal);
    if ('refused' in found) return block(run, 'no_destination', found.refused, ['retry', 'stop']);
    const preflight = await found.place.preflight(found.target, rotatedKey(rotation), signal);
    if (preflight.answer === 'no') {
      return block(run, 'preflight_failed', `${found.name}: ${preflight.why} ${preflight.mend}`, [
        'retry',
        'stop',
      ]);
    }
    if (preflight.answer === 'unknown') {
      return again(run, `${found.name}: ${preflight.why}`, { code: 'preflight_failed' });
    }
  }
  return { kind: 'move', to: 'creating' };
};
