import type { Delivery } from '../../domain/rotation.ts';
import { withDelivery } from '../deliveries.ts';
import { again, block } from '../failures.ts';
import { settleIntent } from '../intents.ts';
import { mayKeepNew } from '../decide.ts';
import { ready } from '../look.ts';
import { tidyOrphans } from '../orphans.ts';
import type { RotationPlace } from '../../ports/rotation-world.ts';
import { after, before } from '../run.ts';
import type { Outcome, Run, Step } from '../run.ts';

/** How often a place to which Rekey cannot go back by itself is asked again before a person is. */
const FEW_TIMES = 3;

/** Takes back what can be: each destination gets the old key again, then the new one goes. */
export const undoing: Step = async (run) => {
  const settled = await settleIntent(run);
  if (settled !== null) return settled;
  const written = run.rotation.deliveries.find(
    ({ state, attempts }) => attempts > 0 && state !== 'restored' && state !== 'left',
  );
  if (written !== undefined) return restore(run, written);
  const { newKeyId, orphans } = run.rotation;
  if (newKeyId !== null && !orphans.some(({ accessKeyId }) => accessKeyId === newKeyId)) {
    const orphan = { accessKeyId: newKeyId, knownBy: 'response', inactiveAt: null, deletedAt: null } as const;
    await run.save({ orphans: [...orphans, orphan] }, null, [run.eraseSecret()]);
  }
  const forgotten = await stillRestored(run);
  if (forgotten !== null) return forgotten;
  const tidied = await tidyOrphans(run);
  return tidied ?? { kind: 'move', to: 'undone', writes: [run.eraseSecret()] };
};

/** Whether every destination still holds the old key: the new one is not touched otherwise. Null when all do. */
async function stillRestored(run: Run): Promise<Outcome | null> {
  for (const delivery of run.rotation.deliveries) {
    const { destinationId, state } = delivery;
    if (state !== 'restored') continue;
    const found = await run.ground.world.place(run.rotation, destinationId, run.signal);
    // No longer Rekey's: a person saw to it.
    if ('refused' in found) continue;
    const { answer, why } = await found.place.holds(found.target, run.rotation.oldKeyId, run.signal);
    if (answer === 'yes') continue;
    if (answer === 'no' && (await isEmptied(run, delivery, found))) continue;
    if (answer === 'unknown') return unknownYet(run, delivery, found, why);
    return {
      ...again(run, `${found.name}: ${why ?? 'it does not hold the old key'}`, {
        code: 'undo_failed',
        patient: false,
      }),
      patch: { deliveries: withDelivery(run.rotation, destinationId, { state: 'failed' }) },
    };
  }
  return null;
}

/** Asked again some times where a person puts the key there, and often where Rekey does; then a person decides. */
function unknownYet(
  run: Run,
  { destinationId }: Delivery,
  { place, name }: RotationPlace,
  why: string | null,
): Outcome {
  const times = run.rotation.trouble?.times ?? 0;
  const said = why ?? 'it does not say what it holds';
  const outcome = again(run, `${name}: ${said}`, { code: 'undo_failed', patient: false });
  const enough = place.restore === null && times >= FEW_TIMES;
  return outcome.kind === 'block' || enough ? unasked(run, destinationId, name, said) : outcome;
}

/** Nothing tells which key its readers hold: to leave it is a person's to say. */
function unasked(run: Run, destinationId: string, name: string, why: string): Outcome {
  const text = `${name} cannot be asked which key it holds (${why.replace(/\.$/, '')}). Have it answer again, or put the old key there by hand; or leave it as it is.`;
  return block(run, 'undo_failed', text, ['retry', 'go_on', 'leave_place'], { destinationId });
}

/** There is nothing to go back to where Rekey made the place: it is enough that the new key is no longer there. */
async function isEmptied(
  run: Run,
  { before: earlier }: Delivery,
  { place, target }: RotationPlace,
): Promise<boolean> {
  const { newKeyId } = run.rotation;
  if (place.restore === null || earlier !== null || newKeyId === null) return false;
  return (await place.holds(target, newKeyId, run.signal)).answer === 'no';
}

async function restore(run: Run, delivery: Delivery): Promise<Outcome> {
  const { destinationId } = delivery;
  const { oldKeyId } = run.rotation;
  const state = await ready(run);
  if (!state.ok) return state.outcome;
  const old = state.look.keys.find(({ accessKeyId }) => accessKeyId === oldKeyId);
  if (old?.status !== 'Active') {
    const kept = (await run.ground.world.keptOff(run.rotation)) ?? 'The old key is not Active.';
    const why = `${kept} Going back to it would break its users.`;
    return block(run, 'undo_failed', why, mayKeepNew(run.rotation) ? ['retry', 'keep_new'] : ['retry']);
  }
  const found = await run.ground.world.place(run.rotation, destinationId, run.signal);
  if ('refused' in found) return byHand(run, found.refused);
  const { place, target, name } = found;
  const held = await place.holds(target, oldKeyId, run.signal);
  if (held.answer === 'yes') {
    return {
      kind: 'wait',
      until: run.now(),
      patch: { deliveries: withDelivery(run.rotation, destinationId, { state: 'restored', at: run.now() }) },
    };
  }
  if (place.restore === null && held.answer === 'unknown') {
    return unasked(run, destinationId, name, held.why ?? 'it does not say');
  }
  if (place.restore === null) {
    return byHand(run, `${name} cannot go back by itself. Put the old key there by hand.`);
  }
  if (delivery.before === null) {
    return byHand(run, `Rekey made ${name}. Put the old key there by hand, or take the new one away.`);
  }
  await run.save({}, before('destination.restore', { destinationId }));
  const restored = await place.restore(target, delivery.before, run.signal);
  const patch = { deliveries: withDelivery(run.rotation, destinationId, { state: 'failed' }) };
  const note = after('destination.restore', restored.ok ? 'done' : restored.final ? 'refused' : 'unknown', {
    destinationId,
  });
  if (!restored.ok && restored.final) {
    const said = `${name}: ${restored.why} ${restored.mend}`;
    // What it holds could not be read either.
    const outcome =
      held.answer === 'unknown'
        ? unasked(run, destinationId, name, held.why ?? restored.why)
        : byHand(run, said);
    return { ...outcome, note };
  }
  const why = restored.ok ? 'it does not hold the old key yet' : restored.why;
  await run.save(restored.ok ? patch : {}, note);
  const outcome = again(run, `${name}: ${why}`, {
    code: 'undo_failed',
    retryAt: restored.ok ? 0 : (restored.retryAt ?? 0),
    patient: false,
  });
  if (outcome.kind !== 'block') return outcome;
  return held.answer === 'unknown'
    ? unasked(run, destinationId, name, held.why ?? why)
    : byHand(run, `${name}: ${why}`);
}

function byHand(run: Run, why: string): Outcome {
  return block(run, 'undo_failed', why, ['retry', 'go_on']);
}
