import { AwsError } from '../aws-error.ts';
import { current } from '../accounts/secret.ts';
import type { JsonOperation } from '../json-service.ts';
import { anySecret, liveSecret, notFound, requireKey, secretAccess } from './subject.ts';

const describeSecret: JsonOperation = {
  name: 'DescribeSecret',
  access: secretAccess,
  run: (call) => {
    const secret = anySecret(call);
    return {
      ARN: secret.arn,
      Name: secret.name,
      ...(secret.kmsKeyId === null ? {} : { KmsKeyId: secret.kmsKeyId }),
      RotationEnabled: secret.rotates,
      ...(secret.deletedAt === null ? {} : { DeletedDate: secret.deletedAt / 1_000 }),
      CreatedDate: secret.createdAt / 1_000,
      LastChangedDate: secret.lastChangedAt / 1_000,
      Tags: [...secret.tags].map(([Key, Value]) => ({ Key, Value })),
      VersionIdsToStages: Object.fromEntries(
        secret.versions.filter(({ stages }) => stages.size > 0).map(({ id, stages }) => [id, [...stages]]),
      ),
    };
  },
};

const getResourcePolicy: JsonOperation = {
  name: 'GetResourcePolicy',
  access: secretAccess,
  run: (call) => {
    const { arn, name, resourcePolicy } = anySecret(call);
    return { ARN: arn, Name: name, ...(resourcePolicy === null ? {} : { ResourcePolicy: resourcePolicy }) };
  },
};

const getSecretValue: JsonOperation = {
  name: 'GetSecretValue',
  access: secretAccess,
  run: (call) => {
    const secret = liveSecret(call);
    const id = call.input.text('VersionId');
    const stage = call.input.text('VersionStage') ?? current;
    const version = id === null ? secret.at(stage) : secret.version(id);
    if (version === null) {
      throw notFound(
        id === null ? `secret value for staging label: ${stage}` : `secret value for VersionId: ${id}`,
      );
    }
    requireKey(call, secret.kmsKeyId, ['kms:Decrypt']);
    return {
      ARN: secret.arn,
      Name: secret.name,
      VersionId: version.id,
      SecretString: version.value,
      VersionStages: [...version.stages],
      CreatedDate: version.createdAt / 1_000,
    };
  },
};

const listSecretVersionIds: JsonOperation = {
  name: 'ListSecretVersionIds',
  access: secretAccess,
  run: (call) => {
    const secret = anySecret(call);
    const most = Math.min(call.input.integer('MaxResults', 1, 100) ?? 100, call.pageSize);
    const from = positionOf(call.input.text('NextToken'));
    const all = secret.versions.filter(
      ({ stages }) => call.input.flag('IncludeDeprecated') || stages.size > 0,
    );
    const shown = all.slice(from, from + most);
    return {
      ARN: secret.arn,
      Name: secret.name,
      Versions: shown.map(({ id, stages, createdAt }) => ({
        VersionId: id,
        VersionStages: [...stages],
        CreatedDate: createdAt / 1_000,
      })),
      ...(from + shown.length < all.length
        ? { NextToken: Buffer.from(`from ${from + shown.length}`).toString('base64') }
        : {}),
    };
  },
};

function positionOf(token: string | null): number {
  if (token === null) return 0;
  const [, at] = /^from (\d+)$/.exec(Buffer.from(token, 'base64').toString()) ?? [];
  if (at === undefined)
    throw new AwsError('InvalidNextTokenException', 400, 'The NextToken value is invalid.');
  return Number(at);
}

export const readingOperations = [describeSecret, getResourcePolicy, getSecretValue, listSecretVersionIds];
