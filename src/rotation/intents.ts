import type { CreateIntent, Rotation } from '../domain/rotation.ts';
import { attribute } from './attribution.ts';
import { LAG_MS, newcomers } from './compare.ts';
import { block, userChanged } from './failures.ts';
import { after } from './run.ts';
import type { Outcome, Run } from './run.ts';

/** How long CloudTrail is asked again when it does not answer, before a person is. */
const PATIENCE_MS = 60 * 60_000;
const ASK_AGAIN_MS = 5 * 60_000;

export function withOutcome(
  { intents }: Rotation,
  nonce: string,
  outcome: CreateIntent['outcome'],
): CreateIntent[] {
  return intents.map((intent) => (intent.nonce === nonce ? { ...intent, outcome } : intent));
}

/** The try whose outcome is not known, or null. */
export function openIntent({ intents }: Rotation): CreateIntent | null {
  return intents.find(({ outcome }) => outcome === 'open') ?? null;
}

/**
 * Finds out what became of a try without an answer: its key is ours only if CloudTrail says so, and then an orphan,
 * since its secret is lost. Null when no such try is left.
 */
export async function settleIntent(run: Run): Promise<Outcome | null> {
  const intent = openIntent(run.rotation);
  if (intent === null) return null;
  // Until then whoever made the call may still hear of it.
  if (run.now() < intent.closesAt) return { kind: 'wait', until: intent.closesAt };
  const { world } = run.ground;
  const trail = await world.trail(run.rotation, run.signal);
  const found = await attribute(trail, run.rotation, intent, run.now(), run.signal);
  if (found.answer === 'ours') {
    await orphaned(run, intent, found.accessKeyId);
    return null;
  }
  if (found.answer === 'not_yet') {
    return { kind: 'wait', until: Math.min(found.until, run.now() + ASK_AGAIN_MS) };
  }
  const account = await world.account(run.rotation, [], run.signal);
  if (account === null) return block(run, 'denied', 'No connection may act in this account.');
  const look = await account.look(run.rotation.snapshot.userName, run.signal);
  const keyIds = newcomers(run.rotation, look);
  if (look.userId !== run.rotation.snapshot.userId) {
    return userChanged(run, 'The user was deleted and made again.', keyIds);
  }
  if (found.answer === 'no_event') {
    if (keyIds.length > 0) return notAttributed(run, keyIds, 'CloudTrail shows no such call of ours');
    await run.save(
      { intents: withOutcome(run.rotation, intent.nonce, 'refused') },
      after('key.create', 'refused'),
    );
    return null;
  }
  const patience = trail === null ? LAG_MS : PATIENCE_MS;
  if (run.now() < intent.closesAt + patience) return { kind: 'wait', until: run.now() + ASK_AGAIN_MS };
  return notAttributed(run, keyIds, found.why);
}

async function orphaned(run: Run, intent: CreateIntent, accessKeyId: string): Promise<void> {
  const orphan = { accessKeyId, knownBy: 'cloudtrail', inactiveAt: null, deletedAt: null } as const;
  const patch = {
    intents: withOutcome(run.rotation, intent.nonce, 'unknown'),
    orphans: [...run.rotation.orphans, orphan],
  };
  await run.save(patch, after('key.attribute', 'done', { accessKeyId }));
}

function notAttributed(run: Run, keyIds: readonly string[], reason: string): Outcome {
  if (keyIds.length === 0) {
    const why = `AWS did not say whether it made a key, and ${reason}. No new key is to be seen.`;
    return block(run, 'not_attributed', why, ['retry', 'go_on', 'stop']);
  }
  const why = `AWS did not say whether it made a key, and ${reason}. New are: ${keyIds.join(', ')}.`;
  return block(run, 'not_attributed', why, ['retry', 'orphan_is_ours', 'orphan_is_not_ours'], { keyIds });
}
