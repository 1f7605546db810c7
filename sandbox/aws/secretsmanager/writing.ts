import { AwsError } from '../aws-error.ts';
import { requireAllowed } from '../auth/authorise.ts';
import { current } from '../accounts/secret.ts';
import type { StoredSecret } from '../accounts/secret.ts';
import type { JsonObject, JsonOperation } from '../json-service.ts';
import { constraint } from '../wire/json-input.ts';
import {
  invalidParameter,
  liveSecret,
  notFound,
  placeOf,
  requireKey,
  secretAccess,
  tokenOf,
  valueOf,
} from './subject.ts';
import type { SecretCall } from './subject.ts';

const named = /^[\w/+=.@-]+$/;

function tagsOf({ input }: SecretCall): Map<string, string> {
  return new Map(input.structures('Tags').map((tag) => [tag.required('Key', 128), tag.text('Value') ?? '']));
}

/** The ARN of a secret that is still to be made, with the characters AWS will append. */
const futureArn = (call: SecretCall) =>
  placeOf(call).arn('secretsmanager', `secret:${call.input.required('Name', 512)}-??????`);

const createSecret: JsonOperation = {
  name: 'CreateSecret',
  access: (call) => ({
    resource: futureArn(call),
    context: {
      'secretsmanager:Name': call.input.required('Name', 512),
      'aws:TagKeys': [...tagsOf(call).keys()],
      ...Object.fromEntries([...tagsOf(call)].map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    },
  }),
  run: (call) => {
    const name = call.input.required('Name', 512);
    if (!named.test(name))
      throw invalidParameter(
        'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
      );
    const tags = tagsOf(call);
    if (tags.size > 0) {
      requireAllowed(call.caller, call.circumstances, 'secretsmanager:TagResource', {
        resource: futureArn(call),
      });
    }
    const token = tokenOf(call);
    const value = valueOf(call);
    const place = placeOf(call);
    const known = place.secret(name);
    if (known !== null && known.deletedAt !== null) {
      throw new AwsError(
        'InvalidRequestException',
        400,
        "You can't create this secret because a secret with this name is already scheduled for deletion.",
      );
    }
    if (known !== null) {
      if (value === null || known.version(token)?.value !== value) {
        throw new AwsError(
          'ResourceExistsException',
          400,
          `The operation failed because the secret ${name} already exists.`,
        );
      }
      return { ARN: known.arn, Name: name, VersionId: token };
    }
    const kmsKeyId = call.input.text('KmsKeyId');
    requireKey(call, kmsKeyId, ['kms:GenerateDataKey', 'kms:Decrypt']);
    const at = call.circumstances.now;
    const suffix = call.world.ids.requestId().slice(0, 6);
    const secret = place.addSecret(name, { suffix, at, kmsKeyId });
    for (const [key, text] of tags) secret.tags.set(key, text);
    if (value !== null) secret.put({ id: token, value, stages: [current], at });
    return { ARN: secret.arn, Name: name, ...(value === null ? {} : { VersionId: token }) };
  },
};

const putSecretValue: JsonOperation = {
  name: 'PutSecretValue',
  access: secretAccess,
  run: (call) => {
    const secret = liveSecret(call);
    const value = valueOf(call);
    if (value === null) throw invalidParameter('You must provide either SecretString or SecretBinary.');
    requireKey(call, secret.kmsKeyId, ['kms:GenerateDataKey', 'kms:Decrypt']);
    const stages = call.input.texts('VersionStages') ?? [current];
    const version = secret.put({ id: tokenOf(call), value, stages, at: call.circumstances.now });
    return { ARN: secret.arn, Name: secret.name, VersionId: version.id, VersionStages: [...version.stages] };
  },
};

function moved(
  secret: StoredSecret,
  given: { stage: string; to: string | null; from: string | null },
): JsonObject {
  const holder = secret.at(given.stage);
  if (given.from !== null && holder?.id !== given.from) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be validated. Staging label ${given.stage} is not currently attached to version ${given.from}.`,
    );
  }
  if (given.to === null) {
    if (given.stage === current)
      throw invalidParameter('You can only move staging label AWSCURRENT to another version.');
    holder?.stages.delete(given.stage);
    return { ARN: secret.arn, Name: secret.name };
  }
  const to = secret.version(given.to);
  if (to === null) throw notFound('secret version');
  if (holder !== null && holder !== to && given.from === null) {
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${given.stage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  secret.move(given.stage, to);
  return { ARN: secret.arn, Name: secret.name };
}

const updateSecretVersionStage: JsonOperation = {
  name: 'UpdateSecretVersionStage',
  access: secretAccess,
  run: (call) =>
    moved(liveSecret(call), {
      stage: call.input.required('VersionStage', 256),
      to: call.input.text('MoveToVersionId'),
      from: call.input.text('RemoveFromVersionId'),
    }),
};

const tagResource: JsonOperation = {
  name: 'TagResource',
  access: (call) => {
    const access = secretAccess(call);
    return { ...access, context: { ...access.context, 'aws:TagKeys': [...tagsOf(call).keys()] } };
  },
  run: (call) => {
    const secret = liveSecret(call);
    for (const [key, value] of tagsOf(call)) secret.tags.set(key, value);
    return null;
  },
};

const deleteSecret: JsonOperation = {
  name: 'DeleteSecret',
  access: secretAccess,
  run: (call) => {
    const secret = liveSecret(call);
    const days = call.input.integer('RecoveryWindowInDays', 1, 30) ?? 30;
    if (days < 7)
      throw constraint('recoveryWindowInDays', String(days), 'have value greater than or equal to 7');
    secret.deletedAt = call.circumstances.now;
    return {
      ARN: secret.arn,
      Name: secret.name,
      DeletionDate: call.circumstances.now / 1_000 + days * 86_400,
    };
  },
};

export const writingOperations = [
  createSecret,
  putSecretValue,
  updateSecretVersionStage,
  tagResource,
  deleteSecret,
];
