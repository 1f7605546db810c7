import { z } from 'zod';
import { DELIVERY_PREFIX } from '../domain/capability.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { Iam } from '../ports/aws.ts';
import type { PlaceKind, DestinationPlace, Preflight, RotatedKey } from '../ports/destination.ts';
import type { SecretFacts, SecretsManager } from '../ports/secret-stores.ts';
import type { Clock } from '../ports/world.ts';
import { holdingUnknown, preflightFailed, writeFailed } from './failed.ts';
import { secretDetails, secretForm } from './secret-form.ts';
import type { DestinationGround, Writer } from './ground.ts';
import { PairFields, heldKeyId, objectIn } from './pair.ts';
import { KmsKeyId, RegionName } from './region.ts';
import { notChecked, readerWarnings, refusalToWrite } from './rights.ts';
import { objection } from './secret-owner.ts';
import { restoreSecret } from './secret-restore.ts';
import { writeSecret } from './secret-write.ts';
import { secretSnippets } from './snippets.ts';

/** Where in Secrets Manager, and which part of the value is ours. */
export const SecretTarget = z.strictObject({
  region: RegionName,
  name: z
    .string()
    .max(512)
    .regex(/^[\w/+=.@-]+$/)
    .startsWith(DELIVERY_PREFIX),
  /** See `WriteMode` in the domain. */
  mode: z.enum(['replace', 'merge']),
  fields: PairFields,
  kmsKeyId: KmsKeyId,
});

export type SecretTarget = z.infer<typeof SecretTarget>;

export const secretsManagerFacts: PlaceKind<SecretTarget> = {
  kind: 'secrets-manager',
  label: 'AWS Secrets Manager',
  needsConnection: true,
  needsSecondPerson: false,
  schema: SecretTarget,
  form: secretForm,
  details: secretDetails,
  describe: ({ region, name, mode, fields }) =>
    mode === 'replace'
      ? `secret ${name} in ${region}, its whole value`
      : `secret ${name} in ${region}, the fields ${fields.accessKeyId} and ${fields.secretAccessKey}`,
  snippets: ({ region, name, fields }) => secretSnippets({ region, name, fields }),
};

/** What the calls of one place are made with. */
export interface SecretPlace {
  readonly secrets: SecretsManager;
  readonly iam: Iam;
  readonly clock: Clock;
  readonly writer: Writer;
}

/** A secret of Secrets Manager, written by one connection. */
export function openSecret(ground: DestinationGround, writer: Writer): DestinationPlace<SecretTarget> {
  const placeOf = (target: SecretTarget): SecretPlace => ({
    secrets: ground.aws.secretsManager(writer.credentials, target.region),
    iam: ground.aws.iam(writer.credentials, writer.partition, {
      accountId: writer.accountId,
      urgency: 'person',
    }),
    clock: ground.clock,
    writer,
  });
  return {
    ...secretsManagerFacts,
    preflight: async (target, about, signal) => {
      try {
        return await look(placeOf(target), target, about, signal);
      } catch (error) {
        return preflightFailed(error);
      }
    },
    write: async (target, key, signal) => {
      try {
        return await writeSecret(placeOf(target), target, key, signal);
      } catch (error) {
        return writeFailed(error, ground.clock.now());
      }
    },
    holds: async (target, accessKeyId, signal) => {
      try {
        const current = await placeOf(target).secrets.current(target.name, signal);
        const held = objectIn(current?.text ?? null);
        if (held === null) return { answer: 'no', why: 'it holds no JSON object' };
        const keyId = heldKeyId(held, target.fields);
        if (keyId === accessKeyId) return { answer: 'yes', why: null };
        return {
          answer: 'no',
          why: keyId === null ? 'it names no access key' : 'it names another access key',
        };
      } catch (error) {
        return holdingUnknown(error);
      }
    },
    restore: async (target, before, signal) => {
      try {
        return await restoreSecret(placeOf(target), target, before, signal);
      } catch (error) {
        return writeFailed(error, ground.clock.now());
      }
    },
  };
}

const WRITES = [
  'secretsmanager:PutSecretValue',
  'secretsmanager:GetSecretValue',
  'secretsmanager:ListSecretVersionIds',
];
const CREATES = [...WRITES, 'secretsmanager:CreateSecret', 'secretsmanager:TagResource'];

async function look(
  place: SecretPlace,
  target: SecretTarget,
  about: RotatedKey,
  signal: AbortSignal,
): Promise<Preflight> {
  const { secrets, iam, writer } = place;
  const facts = await secrets.describe(target.name, signal);
  const resource = facts?.arn ?? arnOf(writer, target);
  const actions = facts === null ? CREATES : WRITES;
  const refusal = await refusalToWrite(iam, writer.principalArn, actions, resource, signal);
  if (refusal !== null) return refusal;
  if (facts !== null) {
    const against = await objection(secrets, target, about.replacesKeyId, null, facts, signal);
    if (against !== null) return { answer: 'no', why: against.why, mend: against.mend };
  }
  const warnings = await whoReads(place, target, about, facts, signal);
  return { answer: 'yes', warnings: [...warnings, ...keyWarnings(facts, target)] };
}

/** Warnings about the rotated user as a reader; a secret may have a policy of its own that lets it in. */
async function whoReads(
  { secrets, iam, writer }: SecretPlace,
  target: SecretTarget,
  about: RotatedKey,
  facts: SecretFacts | null,
  signal: AbortSignal,
): Promise<string[]> {
  const read = { action: 'secretsmanager:GetSecretValue', resource: facts?.arn ?? arnOf(writer, target) };
  if (facts === null) return readerWarnings(iam, about, { ...read, policy: null }, signal);
  try {
    const policy = await secrets.resourcePolicy(target.name, signal);
    return await readerWarnings(iam, about, { ...read, policy }, signal);
  } catch (error) {
    // Not every connection may read it, and IAM alone is no answer then.
    if (!(error instanceof AwsFailure) || !error.code.startsWith('denied_')) throw error;
    return [notChecked(about, error)];
  }
}

/** The ARN of a secret that is still to be made: AWS appends six characters of its own. */
function arnOf({ partition, accountId }: Writer, { region, name }: SecretTarget): string {
  return `arn:${partition}:secretsmanager:${region}:${accountId}:secret:${name}-000000`;
}

function keyWarnings(facts: SecretFacts | null, target: SecretTarget): string[] {
  if (facts === null || target.kmsKeyId === null || facts.kmsKeyId === target.kmsKeyId) return [];
  return [
    'The secret is encrypted with another KMS key than the destination names; Rekey leaves that as it is.',
  ];
}
