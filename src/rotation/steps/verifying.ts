import type { VerifyProgress } from '../../domain/rotation.ts';
import { block } from '../failures.ts';
import type { Outcome, Run, Step } from '../run.ts';

/** One success proves nothing: replicas flap for some seconds after a key is made (facts). */
const SUCCESSES = 3;
const APART_MS = 2_000;
/** AWS takes a wrong answer for up to this long after a first one: ask less often then. */
const AFTER_REFUSAL_MS = 5_000;
/** A new key works within seconds; after this a person looks. */
const DEADLINE_MS = 10 * 60_000;

/** Nothing but the new key's own calls: the old one stays as it is. */
export const verifying: Step = async (run) => {
  const { rotation, ground, signal } = run;
  const { newKeyId, verify, stateAt } = rotation;
  if (verify.successes >= SUCCESSES) return { kind: 'move', to: 'delivering' };
  const secret = await run.secret();
  if (newKeyId === null || secret === null) return secretLost(run);
  const trial = await ground.world.tryKey(rotation, newKeyId, secret, signal);
  const now = run.now();
  if (trial.answer === 'works') {
    const successes = verify.successes + 1;
    const next: VerifyProgress = {
      successes,
      firstAt: verify.firstAt ?? now,
      lastAt: now,
      lastRefusal: verify.lastRefusal,
    };
    if (successes >= SUCCESSES) return { kind: 'move', to: 'delivering', patch: { verify: next } };
    return { kind: 'wait', until: now + APART_MS, patch: { verify: next } };
  }
  const next =
    trial.answer === 'not_yet'
      ? { successes: 0, firstAt: null, lastAt: null, lastRefusal: trial.why }
      : verify;
  if (now > stateAt + DEADLINE_MS) {
    const why = `The new key does not work reliably after ten minutes (${trial.why}). The old key is untouched.`;
    return block(run, 'not_working', why, ['retry', 'undo'], { patch: { verify: next } });
  }
  return { kind: 'wait', until: now + AFTER_REFUSAL_MS, trouble: trial.why, patch: { verify: next } };
};

export function secretLost(run: Run): Outcome {
  return block(run, 'secret_lost', 'The secret of the new key is no longer to be had.', ['undo']);
}
