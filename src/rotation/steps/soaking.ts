import { USE_GRANULARITY_MS } from '../../domain/last-use.ts';
import { isSecondPerson } from '../../domain/rotation-acts.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { AwsFailure } from '../../ports/aws.ts';
import { cameToNothing, oldKeyIsGone } from '../compare.ts';
import { allHold } from '../deliveries.ts';
import { again, block } from '../failures.ts';
import { ready } from '../look.ts';
import { oldKeyProof } from '../proof.ts';
import { after } from '../run.ts';
import type { Outcome, Run, Step } from '../run.ts';
import { isLate } from '../timely.ts';

/** Waits for the end of the soak and a second person's word; then deletes the old key, with proof. */
export const soaking: Step = async (run) => {
  const { rotation } = run;
  const { deactivatedAt, soakMs, wait, oldKeyId, change } = rotation;
  const now = run.now();
  if (oldKeyIsGone(rotation)) return { kind: 'move', to: 'deleted' };
  const soaked = (deactivatedAt ?? now) + soakMs;
  if (now < soaked) return { kind: 'wait', until: soaked };
  if (change === null) {
    if (wait !== null && wait.until > now) return { kind: 'wait', until: wait.until };
    const approvedAt = approvalOf(rotation);
    if (approvedAt === null) {
      const why = 'The soak is over. A second person confirms that the old key is deleted for good.';
      return block(run, 'needs_approval', why, ['approve', 'reactivate']);
    }
    const used = await usedSince(run, Math.max(deactivatedAt ?? now, approvedAt));
    if (used !== null) return used;
    const forgotten = await allHold(run);
    if (forgotten !== null) return forgotten;
  }
  const state = await ready(run, [oldKeyId]);
  if (!state.ok) return state.outcome;
  const gone = !state.look.keys.some(({ accessKeyId }) => accessKeyId === oldKeyId);
  if (gone) return deleted(run);
  if (cameToNothing(run.rotation, state.askedAt)) {
    return { kind: 'wait', until: run.now(), patch: { change: null } };
  }
  const proof = oldKeyProof(run.rotation, state.look, run.now());
  if (proof === null) return block(run, 'keys_changed', 'The old key is not Inactive.');
  const at = run.now();
  const next = { accessKeyId: oldKeyId, change: 'delete', at } as const;
  const act = await run.intend('key.delete', { accessKeyId: oldKeyId }, { change: next });
  if (isLate(run, at)) return { kind: 'wait', until: run.now() };
  try {
    await state.account.deleteKey(proof, act, run.signal);
  } catch (error) {
    if (!(error instanceof AwsFailure && error.code === 'no_such_entity')) throw error;
  }
  return deleted(run);
};

function approvalOf(rotation: Rotation): number | null {
  const { approvals } = rotation;
  return approvals.find(({ what, by }) => what === 'delete' && isSecondPerson(rotation, by))?.at ?? null;
}

/** A use after the key was Inactive: somebody had it Active meanwhile, unseen. Null when there was none. */
async function usedSince(run: Run, since: number): Promise<Outcome | null> {
  const { rotation, ground, signal } = run;
  const account = await ground.world.account(rotation, [rotation.oldKeyId], signal);
  if (account === null) {
    return block(
      run,
      'signer_is_target',
      'The only connection that could do this would sign with the very key.',
    );
  }
  const use = await account.lastUse(rotation.oldKeyId, signal);
  if (use.kind === 'unknown') {
    // AWS tells nothing of a key that is gone.
    const state = await ready(run, [rotation.oldKeyId]);
    return state.ok ? again(run, `last use: ${use.why}`) : state.outcome;
  }
  if (use.kind === 'not_seen' || use.at <= since + USE_GRANULARITY_MS) return null;
  const why = 'The old key was used after it was made Inactive: somebody needs it.';
  return block(run, 'keys_changed', why, ['approve', 'reactivate']);
}

function deleted(run: Run): Outcome {
  const note = after('key.delete', 'done', { accessKeyId: run.rotation.oldKeyId });
  return { kind: 'move', to: 'deleted', patch: { change: null, changedAt: run.now() }, note };
}
