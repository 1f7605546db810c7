import type { SecretFacts, SecretVersion, SecretsManager } from '../ports/secret-stores.ts';
import { heldKeyId, objectIn } from './pair.ts';
import type { SecretTarget } from './secrets-manager.ts';

/** A stage of ours, always on the version Rekey wrote last: it moves with the write itself, so that it cannot lag. */
export const OUR_STAGE = 'rekey';
/** Tags of a secret Rekey made: that it did, and the version it was made with (CreateSecret takes no stages). */
export const OUR_TAGS = { made: 'rekey', by: 'created', version: 'rekey-version' } as const;

/** A reason to leave the secret alone, and what a person can do about it. */
export interface Objection {
  readonly why: string;
  readonly mend: string;
}

/** True when Rekey made the secret. */
export function isOurs(facts: SecretFacts): boolean {
  return facts.tags.get(OUR_TAGS.made) === OUR_TAGS.by;
}

/** True when Rekey wrote this version. */
export function isOurVersion(version: SecretVersion, facts: SecretFacts): boolean {
  return version.stages.includes(OUR_STAGE) || facts.tags.get(OUR_TAGS.version) === version.versionId;
}

/**
 * Why this secret may not be written, or null. `versions` null: they are read where they are needed. What holds another
 * key than the one that is replaced, or was changed by somebody since Rekey wrote it, is a question for a person.
 */
export async function objection(
  secrets: SecretsManager,
  target: SecretTarget,
  replacesKeyId: string,
  versions: readonly SecretVersion[] | null,
  facts: SecretFacts,
  signal: AbortSignal,
): Promise<Objection | null> {
  if (facts.deletedAt !== null) {
    return { why: 'the secret is being deleted', mend: 'Restore it in AWS, or choose another name.' };
  }
  if (facts.rotates) {
    return {
      why: 'Secrets Manager rotates this secret itself, and would overwrite what Rekey writes',
      mend: 'Switch its rotation off in AWS, or choose another secret.',
    };
  }
  if (target.mode === 'replace' && !isOurs(facts)) {
    return {
      why: 'the secret was not made by Rekey, so its whole value is not replaced',
      mend: 'Choose “merge” with the names of two fields, or another name.',
    };
  }
  const current = await secrets.current(target.name, signal);
  if (current === null) return null;
  if (target.mode === 'replace') {
    const known = versions ?? (await secrets.versions(target.name, signal));
    const version = known.find(({ versionId }) => versionId === current.versionId);
    if (version !== undefined && !isOurVersion(version, facts)) return changedBySomebody(current.versionId);
  }
  const held = objectIn(current.text);
  if (held === null) {
    return {
      why: 'its value is not a JSON object, so there are no fields to keep apart',
      mend: 'Make its value a JSON object, or choose another secret.',
    };
  }
  const keyId = heldKeyId(held, target.fields);
  if (keyId !== null && keyId !== replacesKeyId) return anotherKey(target.fields.accessKeyId);
  return null;
}

export function changedBySomebody(versionId: string): Objection {
  return {
    why: `somebody else wrote a newer version (${versionId})`,
    mend: `Look at it. If Rekey may go on, put the stage “${OUR_STAGE}” on that version.`,
  };
}

/** Says that a field holds a key that is not the one being replaced; the key itself is not repeated. */
export function anotherKey(field: string): Objection {
  return {
    why: `${field} holds another access key than the one that is replaced`,
    mend: `See whose it is. If Rekey may go on, empty ${field}.`,
  };
}
