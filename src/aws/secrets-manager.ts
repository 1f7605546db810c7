import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { Secret } from '../domain/secret.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import type { SecretsManager, SecretVersion } from '../ports/secret-stores.ts';
import { callAws, sent } from './call.ts';
import type { CallGround } from './call.ts';
import { secretsManagerClient } from './clients.ts';
import { aborted } from './sts.ts';

/** Secrets Manager of one region: reads are tried twice, mutations once. */
export function openSecretsManager(
  ground: CallGround,
  credentials: AwsCredentials,
  region: string,
): SecretsManager {
  const reader = secretsManagerClient(ground, credentials, region, 2);
  const writer = secretsManagerClient(ground, credentials, region, 1);

  return {
    describe: async (name, signal) => {
      const action = 'secretsmanager:DescribeSecret';
      const answer = await orNull(
        callAws(ground, credentials, action, () =>
          reader.send(new DescribeSecretCommand({ SecretId: name }), aborted(signal)),
        ),
      );
      if (answer === null) return null;
      return {
        arn: sent(answer.ARN, action),
        tags: new Map((answer.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
        kmsKeyId: answer.KmsKeyId ?? null,
        rotates: answer.RotationEnabled === true,
        deletedAt: answer.DeletedDate?.getTime() ?? null,
      };
    },

    resourcePolicy: async (name, signal) => {
      const action = 'secretsmanager:GetResourcePolicy';
      const answer = await orNull(
        callAws(ground, credentials, action, () =>
          reader.send(new GetResourcePolicyCommand({ SecretId: name }), aborted(signal)),
        ),
      );
      return answer?.ResourcePolicy ?? null;
    },

    versions: async (name, signal) => {
      const action = 'secretsmanager:ListSecretVersionIds';
      const versions: SecretVersion[] = [];
      let token: string | undefined;
      do {
        const page = { SecretId: name, IncludeDeprecated: true, NextToken: token };
        const answer = await callAws(ground, credentials, action, () =>
          reader.send(new ListSecretVersionIdsCommand(page), aborted(signal)),
        );
        for (const version of answer.Versions ?? []) {
          versions.push({
            versionId: sent(version.VersionId, action),
            createdAt: version.CreatedDate?.getTime() ?? null,
            stages: version.VersionStages ?? [],
          });
        }
        token = answer.NextToken;
      } while (token !== undefined);
      return versions;
    },

    current: async (name, signal) => {
      const action = 'secretsmanager:GetSecretValue';
      const answer = await orNull(
        callAws(ground, credentials, action, () =>
          reader.send(
            new GetSecretValueCommand({ SecretId: name, VersionStage: 'AWSCURRENT' }),
            aborted(signal),
          ),
        ),
      );
      if (answer === null) return null;
      return {
        versionId: sent(answer.VersionId, action),
        text: answer.SecretString === undefined ? null : new Secret(answer.SecretString),
      };
    },

    create: async ({ name, value, token, tags, kmsKeyId }, signal) => {
      await callAws(
        ground,
        credentials,
        'secretsmanager:CreateSecret',
        () =>
          writer.send(
            new CreateSecretCommand({
              Name: name,
              SecretString: value.reveal(),
              ClientRequestToken: token,
              Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
              ...(kmsKeyId === null ? {} : { KmsKeyId: kmsKeyId }),
            }),
            aborted(signal),
          ),
        textsIn(value),
      );
    },

    put: async ({ name, value, token, stages }, signal) => {
      await callAws(
        ground,
        credentials,
        'secretsmanager:PutSecretValue',
        () =>
          writer.send(
            new PutSecretValueCommand({
              SecretId: name,
              SecretString: value.reveal(),
              ClientRequestToken: token,
              VersionStages: [...stages],
            }),
            aborted(signal),
          ),
        textsIn(value),
      );
    },

    moveStage: async ({ name, stage, from, to }, signal) => {
      await callAws(ground, credentials, 'secretsmanager:UpdateSecretVersionStage', () =>
        writer.send(
          new UpdateSecretVersionStageCommand({
            SecretId: name,
            VersionStage: stage,
            MoveToVersionId: to,
            ...(from === null ? {} : { RemoveFromVersionId: from }),
          }),
          aborted(signal),
        ),
      );
    },
  };
}

/** What is not there is null; every other failure stays one. */
export async function orNull<Value>(asked: Promise<Value>): Promise<Value | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof AwsFailure && error.code === 'no_such_entity') return null;
    throw error;
  }
}

/** A value and, where it is a JSON object, each text in it: an answer that echoes one of them is cleaned of it. */
export function textsIn(value: Secret): string[] {
  const whole = value.reveal();
  try {
    const parsed: unknown = JSON.parse(whole);
    const parts = typeof parsed === 'object' && parsed !== null ? Object.values(parsed) : [];
    return [whole, ...parts.filter((part): part is string => typeof part === 'string' && part.length >= 8)];
  } catch {
    return [whole];
  }
}
