import type { DeliveredKey, Written } from '../ports/destination.ts';
import type { SecretVersion } from '../ports/secret-stores.ts';
import { later, stopped } from './failed.ts';
import { holdsPair, objectIn, withPair } from './pair.ts';
import { OUR_STAGE, OUR_TAGS, changedBySomebody, objection } from './secret-owner.ts';
import type { SecretPlace, SecretTarget } from './secrets-manager.ts';
import { deliveryToken } from './version-token.ts';

/** PutSecretValue must not be sustained above one call in ten minutes per secret (Secrets Manager, quotas). */
const SUSTAINED_MS = 10 * 60_000;
/** Two versions close together are no sustained rate; a third waits until the average is kept. */
const BURST = 2;

/** Readers may be a little behind writers. */
const LOOK_AGAIN_MS = 10_000;

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

/** Writes the pair as one new version, unless it is there; the version's id is made from the rotation. */
export async function writeSecret(
  place: SecretPlace,
  target: SecretTarget,
  key: DeliveredKey,
  signal: AbortSignal,
): Promise<Written> {
  const { secrets, clock } = place;
  const token = deliveryToken(key);
  const facts = await secrets.describe(target.name, signal);
  if (facts === null) {
    await secrets.create(
      {
        name: target.name,
        value: withPair({}, target.fields, key),
        token,
        tags: { [OUR_TAGS.made]: OUR_TAGS.by, [OUR_TAGS.version]: token },
        kmsKeyId: target.kmsKeyId,
      },
      signal,
    );
    return { ok: true, before: null };
  }
  const versions = await secrets.versions(target.name, signal);
  const ours = versions.find(({ versionId }) => versionId === token);
  if (ours?.stages.includes(CURRENT) === true) return { ok: true, before: at(PREVIOUS, versions) };
  if (ours !== undefined) {
    const { why, mend } = changedBySomebody(at(CURRENT, versions) ?? 'none');
    return stopped(why, mend);
  }
  const against = await objection(secrets, target, key.replacesKeyId, versions, facts, signal);
  if (against !== null) return stopped(against.why, against.mend);
  const current = await secrets.current(target.name, signal);
  const held = objectIn(current?.text ?? null) ?? {};
  if (current !== null && holdsPair(held, target.fields, key)) return { ok: true, before: current.versionId };
  const readyAt = nextWriteAt(versions);
  if (readyAt > clock.now()) {
    const why = 'Secrets Manager takes one new version in ten minutes, and this secret had two of late';
    return later(why, 'Rekey goes on by itself.', readyAt);
  }
  const kept = target.mode === 'merge' ? held : {};
  const value = withPair(kept, target.fields, key);
  await secrets.put({ name: target.name, value, token, stages: [CURRENT, OUR_STAGE] }, signal);
  return written(place, target, { token, read: current?.versionId ?? null }, signal);
}

/** Reads back what the new version stands upon: another one than was read means that somebody wrote meanwhile. */
async function written(
  { secrets, clock }: SecretPlace,
  target: SecretTarget,
  { token, read }: { readonly token: string; readonly read: string | null },
  signal: AbortSignal,
): Promise<Written> {
  const versions = await secrets.versions(target.name, signal);
  if (at(CURRENT, versions) !== token) {
    return later(
      'the new version cannot be seen yet',
      'Rekey looks again by itself.',
      clock.now() + LOOK_AGAIN_MS,
    );
  }
  const before = at(PREVIOUS, versions);
  if (before === read) return { ok: true, before };
  return stopped(
    `somebody else wrote in the same moment: their version (${before ?? 'unknown'}) is ${PREVIOUS} now`,
    'Look at that version: what it added has to be put into the secret again.',
  );
}

function at(stage: string, versions: readonly SecretVersion[]): string | null {
  return versions.find(({ stages }) => stages.includes(stage))?.versionId ?? null;
}

/** When one more version keeps the average; ms. */
function nextWriteAt(versions: readonly SecretVersion[]): number {
  const times = versions.map(({ createdAt }) => createdAt ?? 0).toSorted((a, b) => b - a);
  const oldest = times[BURST - 1];
  return oldest === undefined ? 0 : oldest + BURST * SUSTAINED_MS;
}
