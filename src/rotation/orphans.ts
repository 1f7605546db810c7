import type { Orphan, Rotation } from '../domain/rotation.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { RotatedAccount, UserLook } from '../ports/rotation-world.ts';
import { LAG_MS } from './compare.ts';
import { again, block } from './failures.ts';
import { lookAgain, ready } from './look.ts';
import type { Ready } from './look.ts';
import { ORPHAN_MS, orphanProof } from './proof.ts';
import { after } from './run.ts';
import type { Outcome, Run } from './run.ts';
import { isLate } from './timely.ts';

/** Makes each key of ours that nobody will use Inactive, and deletes it an hour later. Null when none is left. */
export async function tidyOrphans(run: Run): Promise<Outcome | null> {
  for (;;) {
    const orphan = run.rotation.orphans.find(({ deletedAt }) => deletedAt === null);
    if (orphan === undefined) return null;
    const state = await ready(run, [orphan.accessKeyId]);
    if (!state.ok) return state.outcome;
    const outcome = await tidy(run, orphan, state);
    if (outcome !== null) return outcome;
  }
}

async function tidy(
  run: Run,
  orphan: Orphan,
  { account, look, askedAt }: Extract<Ready, { ok: true }>,
): Promise<Outcome | null> {
  const { accessKeyId } = orphan;
  const found = look.keys.find((key) => key.accessKeyId === accessKeyId);
  const now = run.now();
  if (found === undefined) {
    // Only a deletion explains at once why it is not listed: a list may be from before the key was made.
    const isDeleted = run.rotation.change?.change === 'delete';
    if (askedAt < run.rotation.changedAt + LAG_MS && !isDeleted) return lookAgain(run);
    await gone(run, orphan, account);
    return null;
  }
  const used = await refuseUsed(run, orphan, account);
  if (used !== null) return used;
  if (found.status === 'Inactive') {
    if (orphan.inactiveAt === null) {
      const patch = { orphans: replaced(run.rotation, orphan, { inactiveAt: now }), change: null };
      await run.save(patch, after('key.deactivate', 'done', { accessKeyId }));
      return { kind: 'wait', until: now + ORPHAN_MS };
    }
    return remove(run, orphan, account, look);
  }
  if (orphan.inactiveAt !== null) {
    if (askedAt < run.rotation.changedAt + LAG_MS) return lookAgain(run);
    const why = `Somebody made ${accessKeyId} Active again, a key of Rekey's whose secret nobody holds.`;
    return block(run, 'keys_changed', why, ['retry', 'orphan_is_ours', 'orphan_is_not_ours'], {
      keyIds: [accessKeyId],
    });
  }
  const change = { accessKeyId, change: 'deactivate', at: now } as const;
  const act = await run.intend('key.deactivate', { accessKeyId }, { change });
  const { userName } = run.rotation.snapshot;
  await account.setStatus({ userName, accessKeyId, status: 'Inactive', act }, run.signal);
  return { kind: 'wait', until: run.now() + 3_000, patch: { changedAt: run.now() } };
}

/**
 * A key whose secret was lost with its answer can be used by nobody: one that was used is somebody's, whatever a person
 * said. Null when nothing speaks against it.
 */
async function refuseUsed(
  run: Run,
  { accessKeyId, knownBy, inactiveAt }: Orphan,
  account: RotatedAccount,
): Promise<Outcome | null> {
  if (knownBy !== 'person' || accessKeyId === run.rotation.newKeyId) return null;
  const use = await account.lastUse(accessKeyId, run.signal);
  if (use.kind === 'not_seen') return null;
  if (use.kind === 'unknown') return again(run, `last use: ${use.why}`);
  const stands = inactiveAt === null ? '' : ' Rekey made it Inactive: make it Active again in AWS.';
  const why = `${accessKeyId} was used, so that somebody holds its secret: it is not the key that Rekey lost.${stands}`;
  return block(run, 'keys_changed', why, ['retry', 'orphan_is_not_ours'], { keyIds: [accessKeyId] });
}

async function remove(
  run: Run,
  orphan: Orphan,
  account: RotatedAccount,
  look: UserLook,
): Promise<Outcome | null> {
  const { accessKeyId } = orphan;
  const proof = orphanProof(run.rotation, orphan, look, run.now());
  if (proof === null) return { kind: 'wait', until: (orphan.inactiveAt ?? run.now()) + ORPHAN_MS };
  const at = run.now();
  const act = await run.intend(
    'key.delete',
    { accessKeyId },
    { change: { accessKeyId, change: 'delete', at } },
  );
  if (isLate(run, at)) return { kind: 'wait', until: run.now() };
  try {
    await account.deleteKey(proof, act, run.signal);
  } catch (error) {
    if (!(error instanceof AwsFailure && error.code === 'no_such_entity')) throw error;
  }
  await gone(run, orphan, account);
  return null;
}

async function gone(run: Run, orphan: Orphan, account: RotatedAccount): Promise<void> {
  const { accessKeyId } = orphan;
  const now = run.now();
  const patch = { orphans: replaced(run.rotation, orphan, { deletedAt: now }), change: null, changedAt: now };
  await run.save(patch, after('key.delete', 'done', { accessKeyId }));
  const { userName } = run.rotation.snapshot;
  await account.tagKey(userName, accessKeyId, null, run.signal).catch(() => null);
}

function replaced({ orphans }: Rotation, orphan: Orphan, by: Partial<Orphan>): Orphan[] {
  return orphans.map((each) => (each.accessKeyId === orphan.accessKeyId ? { ...each, ...by } : each));
}
