import { z } from 'zod';
import { DELIVERY_PREFIX } from '../domain/capability.ts';
import type { PlaceKind, DestinationPlace, Holding } from '../ports/destination.ts';
import type { ParameterStore } from '../ports/secret-stores.ts';
import { holdingUnknown, preflightFailed, writeFailed } from './failed.ts';
import { parameterDetails, parameterForm } from './parameter-form.ts';
import type { DestinationGround, Writer } from './ground.ts';
import { PairFields, heldKeyId, objectIn } from './pair.ts';
import { lookAtParameters } from './parameter-look.ts';
import { restoreParameters, writeParameters } from './parameter-write.ts';
import { KmsKeyId, RegionName } from './region.ts';
import { parameterSnippets } from './snippets.ts';

const ParameterName = z
  .string()
  .max(1011)
  .regex(/^[\w./-]+$/)
  .startsWith(`/${DELIVERY_PREFIX}`);

/** One SecureString with a JSON pair, or two of one value each. A pair in one parameter is never torn. */
export const ParameterTarget = z.discriminatedUnion('shape', [
  z.strictObject({
    shape: z.literal('pair'),
    region: RegionName,
    name: ParameterName,
    fields: PairFields,
    kmsKeyId: KmsKeyId,
  }),
  z
    .strictObject({
      shape: z.literal('two'),
      region: RegionName,
      accessKeyIdName: ParameterName,
      secretAccessKeyName: ParameterName,
      kmsKeyId: KmsKeyId,
    })
    .refine((two) => two.accessKeyIdName !== two.secretAccessKeyName, 'The two parameters need two names.'),
]);

export type ParameterTarget = z.infer<typeof ParameterTarget>;

export const parameterFacts: PlaceKind<ParameterTarget> = {
  kind: 'ssm-parameter',
  label: 'SSM Parameter Store',
  needsConnection: true,
  needsSecondPerson: false,
  schema: ParameterTarget,
  form: parameterForm,
  details: parameterDetails,
  describe: (target) =>
    target.shape === 'pair'
      ? `parameter ${target.name} in ${target.region}`
      : `parameters ${target.accessKeyIdName} and ${target.secretAccessKeyName} in ${target.region}`,
  snippets: parameterSnippets,
};

/** A place in Parameter Store, written by one connection. */
export function openParameter(ground: DestinationGround, writer: Writer): DestinationPlace<ParameterTarget> {
  const { clock } = ground;
  const storeOf = ({ region }: ParameterTarget): ParameterStore =>
    ground.aws.parameterStore(writer.credentials, { accountId: writer.accountId, region });
  return {
    ...parameterFacts,
    preflight: async (target, about, signal) => {
      try {
        const iam = ground.aws.iam(writer.credentials, writer.partition, {
          accountId: writer.accountId,
          urgency: 'person',
        });
        return await lookAtParameters({ store: storeOf(target), iam, writer }, target, about, signal);
      } catch (error) {
        return preflightFailed(error);
      }
    },
    write: async (target, key, signal) => {
      try {
        return await writeParameters(storeOf(target), target, key, signal);
      } catch (error) {
        return writeFailed(error, clock.now());
      }
    },
    holds: async (target, accessKeyId, signal) => {
      try {
        return held(await keyIdIn(storeOf(target), target, signal), accessKeyId);
      } catch (error) {
        return holdingUnknown(error);
      }
    },
    restore: async (target, before, signal) => {
      try {
        return await restoreParameters(storeOf(target), target, before, signal);
      } catch (error) {
        return writeFailed(error, clock.now());
      }
    },
  };
}

async function keyIdIn(
  store: ParameterStore,
  target: ParameterTarget,
  signal: AbortSignal,
): Promise<string | null> {
  if (target.shape === 'pair') {
    const value = await store.read(target.name, null, signal);
    const pair = objectIn(value?.text ?? null);
    return pair === null ? null : heldKeyId(pair, target.fields);
  }
  // The secret is written first: where the new id is, its secret is too.
  const [id, secret] = await Promise.all([
    store.read(target.accessKeyIdName, null, signal),
    store.read(target.secretAccessKeyName, null, signal),
  ]);
  return secret === null ? null : (id?.text.reveal() ?? null);
}

function held(keyId: string | null, accessKeyId: string): Holding {
  if (keyId === accessKeyId) return { answer: 'yes', why: null };
  return { answer: 'no', why: keyId === null ? 'it names no access key' : 'it names another access key' };
}
