import { Secret } from '../domain/secret.ts';
import type { DeliveredKey, Written } from '../ports/destination.ts';
import type { ParameterStore, ParameterValue } from '../ports/secret-stores.ts';
import { stopped } from './failed.ts';
import { holdsPair, objectIn, withPair } from './pair.ts';
import { namesOf, objectionTo } from './parameter-look.ts';
import type { ParameterTarget } from './ssm-parameter.ts';

/**
 * Writes what is not there yet. `before` lists the versions that were replaced, in the order of writing; null when a
 * parameter was made, since there is nothing to go back to.
 */
export async function writeParameters(
  store: ParameterStore,
  target: ParameterTarget,
  key: DeliveredKey,
  signal: AbortSignal,
): Promise<Written> {
  const names = namesOf(target);
  const found = new Map<string, ParameterValue | null>();
  for (const name of names) {
    const value = await store.read(name, null, signal);
    const against = objectionTo(target, name, value, [key.replacesKeyId, key.accessKeyId]);
    if (against !== null) return stopped(against.why, against.mend);
    found.set(name, value);
  }
  const before: number[] = [];
  for (const name of names) {
    const value = found.get(name) ?? null;
    const wanted = wantedIn(target, name, value, key);
    // It is there from an earlier try: what it replaced is the version before.
    const replaced = wanted === null ? (value?.version ?? 0) - 1 : (value?.version ?? 0);
    before.push(replaced);
    if (wanted === null) continue;
    const overwrite = value !== null;
    const version = await store.write({ name, value: wanted, overwrite, kmsKeyId: target.kmsKeyId }, signal);
    if (version !== replaced + 1) return overtaken(name, version);
  }
  return { ok: true, before: before.includes(0) ? null : before.join(' ') };
}

/** What belongs into a parameter, or null when it is there. */
function wantedIn(
  target: ParameterTarget,
  name: string,
  value: ParameterValue | null,
  key: DeliveredKey,
): Secret | null {
  if (target.shape === 'pair') {
    const held = objectIn(value?.text ?? null) ?? {};
    return holdsPair(held, target.fields, key) ? null : withPair(held, target.fields, key);
  }
  const wanted = name === target.accessKeyIdName ? new Secret(key.accessKeyId) : key.secretAccessKey;
  return value?.text.reveal() === wanted.reveal() ? null : wanted;
}

/** Writes the values of the versions before again, if nobody wrote since: each is the one just behind the newest. */
export async function restoreParameters(
  store: ParameterStore,
  target: ParameterTarget,
  before: string,
  signal: AbortSignal,
): Promise<Written> {
  const names = namesOf(target);
  const versions = before.split(' ').map(Number);
  const plan: { name: string; value: Secret; newest: number }[] = [];
  for (const [index, name] of names.entries()) {
    const old = await store.read(name, versions[index] ?? 0, signal);
    const newest = await store.read(name, null, signal);
    if (old === null || newest === null) {
      return stopped(`${name} no longer has the version before`, 'Put the old value back by hand.');
    }
    if (newest.text.reveal() === old.text.reveal()) continue;
    if (newest.version !== old.version + 1) return overtaken(name, newest.version);
    plan.push({ name, value: old.text, newest: newest.version });
  }
  for (const { name, value, newest } of plan) {
    const { kmsKeyId } = target;
    const version = await store.write({ name, value, overwrite: true, kmsKeyId }, signal);
    if (version !== newest + 1) return overtaken(name, version);
  }
  return { ok: true, before: null };
}

function overtaken(name: string, version: number): Written {
  return stopped(
    `somebody else wrote ${name} (its version is ${version} now)`,
    'Look at its history in AWS: what the other version held has to be put in again.',
  );
}
