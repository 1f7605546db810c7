import { isSecretShaped } from '../domain/pasted-text.ts';
import type { Iam } from '../ports/aws.ts';
import type { Preflight, RotatedKey } from '../ports/destination.ts';
import type { ParameterStore, ParameterValue } from '../ports/secret-stores.ts';
import type { Writer } from './ground.ts';
import { heldKeyId, objectIn } from './pair.ts';
import type { PairFields } from './pair.ts';
import { readerWarnings, refusalToWrite } from './rights.ts';
import { anotherKey } from './secret-owner.ts';
import type { Objection } from './secret-owner.ts';
import type { ParameterTarget } from './ssm-parameter.ts';

const ACTIONS = ['ssm:PutParameter', 'ssm:GetParameter'];

/** The parameters of a target: the secret's first, as it is written first. */
export function namesOf(target: ParameterTarget): readonly string[] {
  return target.shape === 'pair' ? [target.name] : [target.secretAccessKeyName, target.accessKeyIdName];
}

/** Whether the parameters may be written and hold nothing of somebody else's. */
export async function lookAtParameters(
  place: { readonly store: ParameterStore; readonly iam: Iam; readonly writer: Writer },
  target: ParameterTarget,
  about: RotatedKey,
  signal: AbortSignal,
): Promise<Preflight> {
  const { store, iam, writer } = place;
  const warnings = new Set<string>();
  for (const name of namesOf(target)) {
    const resource = `arn:${writer.partition}:ssm:${target.region}:${writer.accountId}:parameter${name}`;
    const refusal = await refusalToWrite(iam, writer.principalArn, ACTIONS, resource, signal);
    if (refusal !== null) return refusal;
    const value = await store.read(name, null, signal);
    const against = objectionTo(target, name, value, [about.replacesKeyId]);
    if (against !== null) return { answer: 'no', ...against };
    const read = { action: 'ssm:GetParameter', resource, policy: null };
    for (const warning of await readerWarnings(iam, about, read, signal)) warnings.add(warning);
  }
  return { answer: 'yes', warnings: [...warnings] };
}

/** Why this value may not be written over, or null. `keyIds`: the keys it may name. */
export function objectionTo(
  target: ParameterTarget,
  name: string,
  value: ParameterValue | null,
  keyIds: readonly string[],
): Objection | null {
  if (value === null) return null;
  if (value.type !== 'SecureString') {
    return {
      why: `${name} is a ${value.type}, which would hold the secret in clear`,
      mend: 'Choose another name; a parameter’s type cannot be changed.',
    };
  }
  if (target.shape === 'pair') return objectionToPair(target.fields, name, value, keyIds);
  const text = value.text.reveal();
  if (name === target.accessKeyIdName) return keyIds.includes(text) ? null : anotherKey(name);
  return isSecretShaped(text)
    ? null
    : { why: `${name} holds something that is no secret access key`, mend: 'Choose another name.' };
}

function objectionToPair(
  fields: PairFields,
  name: string,
  value: ParameterValue,
  keyIds: readonly string[],
): Objection | null {
  const pair = objectIn(value.text);
  if (pair === null) {
    return {
      why: `${name} holds no JSON object, so there are no fields to keep apart`,
      mend: 'Make its value a JSON object, or choose another name.',
    };
  }
  const keyId = heldKeyId(pair, fields);
  return keyId === null || keyIds.includes(keyId)
    ? null
    : anotherKey(`${name}, field ${fields.accessKeyId},`);
}
