import type { Delivery } from '../../domain/rotation.ts';
import type { Secret } from '../../domain/secret.ts';
import type { RotationPlace } from '../../ports/rotation-world.ts';
import { again, block } from '../failures.ts';
import { ready } from '../look.ts';
import { rotatedKey } from '../rotated-key.ts';
import { after, before } from '../run.ts';
import type { Outcome, Run, Step } from '../run.ts';
import { withDelivery } from '../deliveries.ts';
import { secretLost } from './verifying.ts';

/** How soon a destination is asked again whether it holds what was written. */
const ASK_AGAIN_MS = 2_000;

/** Writes the new key to each destination until each says that it holds it. Both keys work: failure means forward. */
export const delivering: Step = async (run) => {
  const delivery = run.rotation.deliveries.find(({ state }) => state !== 'held');
  if (delivery === undefined) {
    return {
      kind: 'move',
      to: 'cutover',
      patch: { cutoverAt: run.now() },
      writes: [run.eraseSecret()],
    };
  }
  const place = await run.ground.world.place(run.rotation, delivery.destinationId, run.signal);
  if ('refused' in place) return block(run, 'no_destination', place.refused);
  if (delivery.state === 'written') return ask(run, delivery, place);
  const secret = await run.secret();
  if (secret === null) return secretLost(run);
  return write(run, delivery, place, secret);
};

async function write(
  run: Run,
  delivery: Delivery,
  { place, target, name }: RotationPlace,
  secretAccessKey: Secret,
): Promise<Outcome> {
  const { destinationId } = delivery;
  const state = await ready(run);
  if (!state.ok) return state.outcome;
  const { newKeyId } = run.rotation;
  if (newKeyId === null) return secretLost(run);
  const trying = { attempts: delivery.attempts + 1, at: run.now() };
  await run.save(
    { deliveries: withDelivery(run.rotation, destinationId, trying) },
    before('destination.write', { destinationId }),
  );
  const key = { ...rotatedKey(run.rotation), accessKeyId: newKeyId, secretAccessKey };
  const written = await place.write(target, key, run.signal);
  if (!written.ok) {
    const patch = {
      deliveries: withDelivery(run.rotation, destinationId, { state: 'failed', lastError: written.why }),
    };
    const why = `${name}: ${written.why}`;
    const note = after('destination.write', written.final ? 'refused' : 'unknown', { destinationId });
    if (written.final) {
      const blocked = block(run, 'delivery_failed', `${why} ${written.mend}`, ['retry', 'undo'], { patch });
      return { ...blocked, note };
    }
    const outcome = again(run, why, {
      code: 'delivery_failed',
      retryAt: written.retryAt ?? 0,
      patient: false,
    });
    return { ...outcome, patch, note };
  }
  // What was there before the first write is what a restore goes back to.
  const earlier = delivery.before ?? written.before;
  await run.save(
    {
      deliveries: withDelivery(run.rotation, destinationId, {
        state: 'written',
        before: earlier,
        lastError: null,
      }),
    },
    after('destination.write', 'done', { destinationId }),
  );
  return { kind: 'wait', until: run.now() };
}

async function ask(run: Run, delivery: Delivery, { place, target, name }: RotationPlace): Promise<Outcome> {
  const { destinationId } = delivery;
  const { newKeyId } = run.rotation;
  if (newKeyId === null) return secretLost(run);
  const { answer, why } = await place.holds(target, newKeyId, run.signal);
  const now = run.now();
  if (answer === 'yes') {
    return {
      kind: 'wait',
      until: now,
      patch: { deliveries: withDelivery(run.rotation, destinationId, { state: 'held', at: now }) },
    };
  }
  const outcome = again(run, `${name}: ${why ?? 'it does not hold the new key yet'}`, {
    code: 'delivery_failed',
    retryAt: now + ASK_AGAIN_MS,
    patient: false,
  });
  if (answer === 'unknown') return outcome;
  return {
    ...outcome,
    patch: { deliveries: withDelivery(run.rotation, destinationId, { state: 'waiting' }) },
  };
}
