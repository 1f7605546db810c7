import { LAG_MS, oldKeyIsGone } from '../compare.ts';
import { block } from '../failures.ts';
import { lookAgain, ready } from '../look.ts';
import { after } from '../run.ts';
import type { Outcome, Run, Step } from '../run.ts';
import { isLate } from '../timely.ts';

/** When people are asked whether anything broke. */
export const ASK_AFTER_MS = 10 * 60_000;
/** How long Rekey tries against somebody who makes the key Active again. */
const GIVE_UP_MS = 10 * 60_000;

/** Reads the old key back as Inactive; the soak counts from there. Then asks whether anything broke. */
export const deactivated: Step = async (run) => {
  const { deactivatedAt, oldKeyId } = run.rotation;
  if (oldKeyIsGone(run.rotation)) return { kind: 'move', to: 'soaking' };
  if (deactivatedAt !== null) {
    const askAt = deactivatedAt + ASK_AFTER_MS;
    return run.now() >= askAt ? { kind: 'move', to: 'soaking' } : { kind: 'wait', until: askAt };
  }
  const state = await ready(run, [oldKeyId]);
  if (!state.ok) return state.outcome;
  const found = state.look.keys.find(({ accessKeyId }) => accessKeyId === oldKeyId);
  const now = run.now();
  if (found?.status === 'Inactive') {
    const note = after('key.deactivate', 'done', { accessKeyId: oldKeyId });
    await run.save({ deactivatedAt: now, change: null, changedAt: now }, note);
    return { kind: 'wait', until: now + ASK_AFTER_MS };
  }
  return stillActive(run, state.account, state.askedAt);
};

async function stillActive(
  run: Run,
  account: Extract<Awaited<ReturnType<typeof ready>>, { ok: true }>['account'],
  askedAt: number,
): Promise<Outcome> {
  const { oldKeyId: accessKeyId, changedAt, stateAt, snapshot } = run.rotation;
  const now = run.now();
  if (askedAt < changedAt + LAG_MS) return lookAgain(run);
  if (now > stateAt + GIVE_UP_MS) {
    return block(run, 'keys_changed', `The key ${accessKeyId} does not stay Inactive.`, [
      'retry',
      'reactivate',
    ]);
  }
  const act = await run.intend('key.deactivate', { accessKeyId });
  if (isLate(run, now)) return { kind: 'wait', until: run.now() };
  const { userName } = snapshot;
  await account.setStatus({ userName, accessKeyId, status: 'Inactive', act }, run.signal);
  return { kind: 'wait', until: now + 3_000, patch: { changedAt: now } };
}
