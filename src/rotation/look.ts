import type { RotatedAccount, UserLook } from '../ports/rotation-world.ts';
import { compare } from './compare.ts';
import type { Difference } from './compare.ts';
import { block, userChanged, usualChoices } from './failures.ts';
import type { Outcome, Run } from './run.ts';
import { mayUndo } from '../domain/rotation-acts.ts';

/** How soon a list that lags is read again. */
export const LOOK_AGAIN_MS = 3_000;
/** How soon it is looked whether the pause is over: that asks nothing but the database. */
const PAUSED_MS = 60_000;

/**
 * Everything is as the plan knows it: `account` may act. Or what to do instead. `askedAt`: what a list may lag behind
 * is counted up to here, since a process may stand still for long after the answer.
 */
export type Ready =
  | {
      readonly ok: true;
      readonly account: RotatedAccount;
      readonly look: UserLook;
      readonly askedAt: number;
    }
  | { readonly ok: false; readonly outcome: Outcome };

/**
 * Asked right before each change: nothing is paused, somebody may act who does not sign with one of `notBy`, and the
 * user and its keys are what the plan knows.
 */
export async function ready(run: Run, notBy: readonly string[] = []): Promise<Ready> {
  const { world } = run.ground;
  const stopped = await whilePaused(run);
  if (stopped !== null) return not(stopped);
  const account = await world.account(run.rotation, notBy, run.signal);
  if (account === null) return not(nobodyActs(run, notBy));
  if (notBy.includes(account.signerKeyId)) return not(nobodyActs(run, notBy));
  const askedAt = run.now();
  const look = await account.look(run.rotation.snapshot.userName, run.signal);
  const difference = compare(run.rotation, look, askedAt);
  if (difference === 'lag') return not(lookAgain(run));
  if (difference !== null) return not(differs(run, difference, look));
  // Once more, since whoever pauses does not wait for what is under way.
  const late = await whilePaused(run);
  return late === null ? { ok: true, account, look, askedAt } : not(late);
}

/** What comes of a step that would change something while Rekey is paused; null when it is not. */
export async function whilePaused(run: Run): Promise<Outcome | null> {
  const why = await run.ground.world.paused(run.rotation);
  return why === null ? null : { kind: 'wait', until: run.now() + PAUSED_MS, trouble: why, stopped: true };
}

export function lookAgain(run: Run): Outcome {
  return { kind: 'wait', until: run.now() + LOOK_AGAIN_MS };
}

function not(outcome: Outcome): Ready {
  return { ok: false, outcome };
}

function nobodyActs(run: Run, notBy: readonly string[]): Outcome {
  return notBy.length === 0
    ? block(run, 'denied', 'No connection may act in this account.')
    : block(run, 'signer_is_target', 'The only connection that could do this would sign with the very key.');
}

/** “Go on” accepts the keys as they are now, unless the new key is not whole: then nothing would hold a working one. */
function differs(run: Run, difference: Exclude<Difference, null | 'lag'>, look: UserLook): Outcome {
  const { code, why, keyIds, seen } = difference;
  const { rotation } = run;
  const about = { kind: 'block', code, why, keyIds } as const;
  if (code === 'user_changed') return userChanged(run, why);
  if (code === 'quarantined') {
    const stop = mayUndo(rotation) ? [] : (['stop'] as const);
    return { ...about, choices: rotation.state === 'planned' ? ['retry', ...stop] : usualChoices(rotation) };
  }
  const active = (id: string | null) =>
    look.keys.some(({ accessKeyId, status }) => accessKeyId === id && status === 'Active');
  const taken = rotation.orphans.some(({ accessKeyId }) => accessKeyId === rotation.newKeyId);
  const mayGoOn = rotation.newKeyId === null || taken || active(rotation.newKeyId);
  const choices = usualChoices(rotation).filter((choice) => choice !== 'undo' || active(rotation.oldKeyId));
  return { ...about, choices: mayGoOn ? [...choices, 'go_on'] : choices, seen };
}
