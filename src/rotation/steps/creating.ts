import type { CreateIntent } from '../../domain/rotation.ts';
import type { Secret } from '../../domain/secret.ts';
import { isConflict } from '../../errors.ts';
import type { AwsFailure } from '../../ports/aws.ts';
import type { RotatedAccount } from '../../ports/rotation-world.ts';
import { again, block, isDenied, provesNothingDone } from '../failures.ts';
import { settleIntent, withOutcome } from '../intents.ts';
import { ready, whilePaused } from '../look.ts';
import { tidyOrphans } from '../orphans.ts';
import { after, before } from '../run.ts';
import type { Outcome, Run, Step } from '../run.ts';
import { isLate, SIGNED_MS } from '../timely.ts';

const KEYS_PER_USER = 2;
/** AWS's answer has what is shown once: the end of a turn does not break the call off, its own deadline does. */
const TO_ITS_END = new AbortController().signal;
/** How often the result is written again when somebody changed the rotation, or the database was away. */
const KEEP_TRIES = 8;

/** Makes the new key: exactly one, whatever happens. */
export const creating: Step = async (run) => {
  if (run.rotation.newKeyId !== null) return { kind: 'move', to: 'verifying' };
  const settled = await settleIntent(run);
  if (settled !== null) return settled;
  const tidied = await tidyOrphans(run);
  if (tidied !== null) return tidied;
  const state = await ready(run);
  if (!state.ok) return state.outcome;
  const removed = new Set(run.rotation.orphans.map(({ accessKeyId }) => accessKeyId));
  // Lists may still show what is deleted.
  const keyIds = state.look.keys.map(({ accessKeyId }) => accessKeyId).filter((id) => !removed.has(id));
  if (keyIds.length >= KEYS_PER_USER) {
    return block(run, 'no_free_slot', 'The user has two keys, and AWS allows no third.', undefined, {
      keyIds,
    });
  }
  const keysBefore = [
    ...new Set([...keyIds, ...run.rotation.snapshot.keys.map(({ accessKeyId }) => accessKeyId), ...removed]),
  ];
  return create(run, state.account, keysBefore);
};

async function create(run: Run, account: RotatedAccount, keysBefore: string[]): Promise<Outcome> {
  const openedAt = run.now();
  const intent: CreateIntent = {
    nonce: run.ground.ids.externalId(),
    openedAt,
    closesAt: openedAt + SIGNED_MS,
    signer: account.signerArn,
    keysBefore,
    outcome: 'open',
  };
  await run.save(
    { intents: [...run.rotation.intents, intent] },
    before('key.create', { nonce: intent.nonce }),
  );
  if (isLate(run, openedAt)) return refused(run, intent, again(run, 'it was too late to make the key'));
  const stopped = await whilePaused(run);
  if (stopped !== null) return refused(run, intent, stopped);
  // Asked for at the last moment, or what came of a call that never went out would have to be found out.
  if (run.signal.aborted) return refused(run, intent, { kind: 'wait', until: run.now() });
  const { userName } = run.rotation.snapshot;
  let key;
  try {
    key = await account.createKey({ userName, nonce: intent.nonce }, TO_ITS_END);
  } catch (error) {
    if (!provesNothingDone(error)) return { kind: 'wait', until: intent.closesAt };
    return refused(run, intent, refusal(run, error));
  }
  await keep(run, intent, key.accessKeyId, key.secret);
  if (run.rotation.state !== 'creating') return { kind: 'wait', until: run.now() };
  await account
    .tagKey(userName, key.accessKeyId, `Rekey rotation ${run.rotation.id}`, run.signal)
    .catch(() => null);
  return { kind: 'move', to: 'verifying' };
}

function refusal(run: Run, error: AwsFailure): Outcome {
  if (error.code === 'quota') {
    return block(run, 'no_free_slot', 'AWS refuses another key: the user has two.');
  }
  if (isDenied(error)) return block(run, 'create_refused', `AWS does not allow it: ${error.action}.`);
  return again(run, `${error.action}: ${error.code}`);
}

async function refused(run: Run, intent: CreateIntent, outcome: Outcome): Promise<Outcome> {
  const intents = withOutcome(run.rotation, intent.nonce, 'refused');
  await run.save({ intents }, after('key.create', 'refused'));
  return outcome;
}

/**
 * Keeps the secret, sealed, before anything else happens. It is shown once: a lost compare-and-swap only means that
 * the rotation is read again, and the key goes where it belongs by then.
 */
async function keep(run: Run, intent: CreateIntent, accessKeyId: string, secret: Secret): Promise<void> {
  const { stores, clock, log } = run.ground;
  for (let tries = 1; ; tries += 1) {
    try {
      await keepOnce(run, intent, accessKeyId, secret);
      return;
    } catch (error) {
      if (tries >= KEEP_TRIES) {
        log.error('A new key could not be kept.', { rotationId: run.rotation.id, accessKeyId, error });
        throw error;
      }
      // Not cut short by the end of the turn: the secret is nowhere else.
      if (!isConflict(error)) await clock.sleep(500 * tries);
      run.rotation =
        (await stores.rotation.rotations.byId(run.rotation.id).catch(() => null)) ?? run.rotation;
    }
  }
}

async function keepOnce(run: Run, intent: CreateIntent, accessKeyId: string, secret: Secret): Promise<void> {
  const { rotation } = run;
  const note = after('key.create', 'done', { accessKeyId });
  const still = rotation.intents.find(({ nonce }) => nonce === intent.nonce);
  const changedAt = run.now();
  if (rotation.state === 'creating' && rotation.newKeyId === null && still?.outcome === 'open') {
    const intents = withOutcome(rotation, intent.nonce, 'created');
    const kept = run.keepSecret(secret, rotation.intents.length);
    await run.save({ newKeyId: accessKeyId, intents, changedAt }, note, [kept]);
    return;
  }
  // Somebody decided without it: it is ours, and nobody will use it.
  if (rotation.newKeyId === accessKeyId || rotation.orphans.some((each) => each.accessKeyId === accessKeyId))
    return;
  const orphan = { accessKeyId, knownBy: 'response', inactiveAt: null, deletedAt: null } as const;
  await run.save({ orphans: [...rotation.orphans, orphan], changedAt }, note);
}
