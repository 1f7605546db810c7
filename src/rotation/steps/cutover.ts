import { withDelivery } from '../deliveries.ts';
import { again, block } from '../failures.ts';
import { whilePaused } from '../look.ts';
import { after, before } from '../run.ts';
import type { Step } from '../run.ts';

/** How long a deployment may take before a person looks. */
const HOOK_MS = 30 * 60_000;

/** Tells the consumers to take the new key up, where a destination has a hook for that. */
export const cutover: Step = async (run) => {
  const delivery = run.rotation.deliveries.find(({ hook }) => hook === 'waiting');
  if (delivery === undefined) return { kind: 'move', to: 'quiet' };
  const { destinationId } = delivery;
  const stopped = await whilePaused(run);
  if (stopped !== null) return stopped;
  await run.save(
    { deliveries: withDelivery(run.rotation, destinationId, { hookAttempts: delivery.hookAttempts + 1 }) },
    before('hook.call', { destinationId }),
  );
  const answer = await run.ground.world.runHook(run.rotation, destinationId, run.signal);
  if (answer.ok) {
    await run.save(
      { deliveries: withDelivery(run.rotation, destinationId, { hook: 'done' }) },
      after('hook.call', 'done', { destinationId }),
    );
    return { kind: 'wait', until: run.now() };
  }
  const note = after('hook.call', answer.final ? 'failed' : 'unknown', { destinationId });
  if (answer.final) {
    const why = `The redeploy hook failed: ${answer.why} The consumer may still use the old key, which works.`;
    return { ...block(run, 'hook_failed', why, ['retry', 'go_on', 'undo']), note };
  }
  if (answer.retryAt === undefined || answer.retryAt === null) {
    return { ...again(run, answer.why, { code: 'hook_failed', patient: false }), note };
  }
  // A deployment takes the time it takes: no backing off, but not for ever.
  if (run.now() > run.rotation.stateAt + HOOK_MS) {
    const why = `The redeploy hook gave no final answer in 30 minutes: ${answer.why}. The old key still works.`;
    return { ...block(run, 'hook_failed', why, ['retry', 'go_on', 'undo']), note };
  }
  return { kind: 'wait', until: Math.max(answer.retryAt, run.now()), trouble: answer.why, note };
};
