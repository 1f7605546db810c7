import type { Written } from '../ports/destination.ts';
import { stopped } from './failed.ts';
import { OUR_STAGE, changedBySomebody } from './secret-owner.ts';
import type { SecretPlace, SecretTarget } from './secrets-manager.ts';

const CURRENT = 'AWSCURRENT';

/** Moves AWSCURRENT back to the version before, if Rekey's version still is the current one. */
export async function restoreSecret(
  { secrets }: SecretPlace,
  target: SecretTarget,
  before: string,
  signal: AbortSignal,
): Promise<Written> {
  const { name } = target;
  const versions = await secrets.versions(name, signal);
  const holder = (stage: string) => versions.find(({ stages }) => stages.includes(stage))?.versionId ?? null;
  if (!versions.some(({ versionId }) => versionId === before)) {
    return stopped('the version before is no longer there', 'Put the old value back by hand.');
  }
  const current = holder(CURRENT);
  const ours = holder(OUR_STAGE);
  if (current !== before) {
    if (current === null || current !== ours) {
      const { why, mend } = changedBySomebody(current ?? 'none');
      return stopped(why, mend);
    }
    await secrets.moveStage({ name, stage: CURRENT, from: current, to: before }, signal);
  }
  // What is current again was Rekey's too, where the whole value is: the next write may build on it.
  if (target.mode === 'replace' && ours !== before) {
    await secrets.moveStage({ name, stage: OUR_STAGE, from: ours, to: before }, signal);
  }
  return { ok: true, before: null };
}
