import { USE_GRANULARITY_MS } from '../../domain/last-use.ts';
import { SETTLE_MS } from '../../domain/settle.ts';
import { MAX_QUIET_MS, silence } from '../quiet.ts';
import { cameToNothing, oldKeyIsGone } from '../compare.ts';
import { allHold } from '../deliveries.ts';
import { block } from '../failures.ts';
import { lookAgain, ready } from '../look.ts';
import { lastTrailUse } from '../trail-use.ts';
import { after } from '../run.ts';
import type { Outcome, Run, Step } from '../run.ts';
import { isLate } from '../timely.ts';

/** How soon what could not be read is read again: later each time, and at least once a day. */
const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

/** Waits until nobody uses the old key, then makes it Inactive. */
export const quiet: Step = async (run) => {
  const { rotation } = run;
  const { oldKeyId, change, wait, approvals } = rotation;
  if (change?.accessKeyId === oldKeyId && change.change === 'activate') return reactivate(run);
  if (oldKeyIsGone(rotation)) return { kind: 'move', to: 'deleted' };
  // Begun already: what was decided then is ended, or the key would be Inactive without anybody being told.
  if (change?.accessKeyId === oldKeyId) return deactivate(run);
  if (wait !== null && wait.until > run.now()) return { kind: 'wait', until: wait.until };
  if (!approvals.some(({ what }) => what === 'deactivate')) {
    const notYet = await stillUsed(run);
    if (notYet !== null) return notYet;
  }
  return (await allHold(run)) ?? deactivate(run);
};

async function stillUsed(run: Run): Promise<Outcome | null> {
  const { rotation, ground, signal } = run;
  const { cutoverAt, quietMs, oldKeyId, stateAt } = rotation;
  // Before that, nothing that AWS could answer would end the wait: it records a use by the quarter of an hour only.
  const soonest = (cutoverAt ?? stateAt) + quietMs + USE_GRANULARITY_MS + SETTLE_MS;
  if (run.now() < soonest) return { kind: 'wait', until: soonest };
  const account = await ground.world.account(rotation, [], signal);
  if (account === null) return block(run, 'denied', 'No connection may act in this account.');
  const from = cutoverAt ?? stateAt;
  const lastUse = await account.lastUse(oldKeyId, signal);
  if (lastUse.kind === 'unknown') {
    // AWS tells nothing of a key that is gone: that is no reason to wait for.
    const state = await ready(run);
    if (!state.ok && state.outcome.kind === 'block') return state.outcome;
  }
  const trail = await lastTrailUse(
    await ground.world.trail(rotation, signal),
    oldKeyId,
    from,
    run.now(),
    signal,
  );
  const found = silence({ cutoverAt: from, quietMs, lastUse, trail });
  if (found.answer === 'silent') return null;
  if (run.now() > stateAt + quietMs + MAX_QUIET_MS) {
    const why =
      found.answer === 'unknown'
        ? `It cannot be seen whether the old key is still used (${found.why}).`
        : 'The old key is still used.';
    return block(run, 'too_long', why, ['retry', 'go_on', 'undo']);
  }
  if (found.answer === 'unknown') {
    const pause = Math.min(DAY_MS, HOUR_MS * 2 ** (run.rotation.trouble?.times ?? 0));
    return { kind: 'wait', until: run.now() + pause, trouble: found.why };
  }
  return { kind: 'wait', until: Math.max(found.until + SETTLE_MS, run.now() + 60_000) };
}

async function deactivate(run: Run): Promise<Outcome> {
  const { oldKeyId: accessKeyId, snapshot } = run.rotation;
  const state = await ready(run, [accessKeyId]);
  if (!state.ok) return state.outcome;
  const found = state.look.keys.find((key) => key.accessKeyId === accessKeyId);
  if (found?.status === 'Active' && cameToNothing(run.rotation, state.askedAt)) {
    return { kind: 'wait', until: run.now(), patch: { change: null } };
  }
  const at = run.now();
  const change = { accessKeyId, change: 'deactivate', at } as const;
  const act = await run.intend('key.deactivate', { accessKeyId }, { change });
  if (isLate(run, at)) return { kind: 'wait', until: run.now() };
  const { userName } = snapshot;
  await state.account.setStatus({ userName, accessKeyId, status: 'Inactive', act }, run.signal);
  return { kind: 'move', to: 'deactivated', patch: { changedAt: run.now() } };
}

async function reactivate(run: Run): Promise<Outcome> {
  const { oldKeyId: accessKeyId, snapshot } = run.rotation;
  const state = await ready(run);
  if (!state.ok) return state.outcome;
  const found = state.look.keys.find((key) => key.accessKeyId === accessKeyId);
  if (found?.status === 'Active') {
    await run.save({ change: null, changedAt: run.now() }, after('key.activate', 'done', { accessKeyId }));
    return { kind: 'wait', until: run.now() };
  }
  const at = run.now();
  const act = await run.intend('key.activate', { accessKeyId });
  if (isLate(run, at)) return { kind: 'wait', until: run.now() };
  // Somebody may have contained it since Reactivate was chosen.
  const why = await run.ground.world.keptOff(run.rotation);
  if (why !== null) return block(run, 'quarantined', `${why} It is not reactivated.`, ['retry', 'go_on']);
  const { userName } = snapshot;
  await state.account.setStatus({ userName, accessKeyId, status: 'Active', act }, run.signal);
  return lookAgain(run);
}
