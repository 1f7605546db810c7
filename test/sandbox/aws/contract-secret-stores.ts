import { randomUUID } from 'node:crypto';
import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ec2Client, failure, secretsManagerClient, ssmClient } from './clients.ts';
import type { ContractTarget } from './contract.ts';

/** What Rekey relies on of the places a key goes to; holds of AWS, our stand-in and moto alike. */
export function secretStoresContract(name: string, start: () => Promise<ContractTarget>): void {
  describe(`secret stores of ${name}`, () => {
    let target: ContractTarget;
    let secrets: SecretsManagerClient;
    let parameters: SSMClient;

    beforeAll(async () => {
      target = await start();
      secrets = secretsManagerClient(target, target.admin);
      parameters = ssmClient(target, target.admin);
    });

    afterAll(async () => {
      await target.stop();
    });

    async function newSecret(): Promise<{ SecretId: string; first: string }> {
      const SecretId = `rekey/${randomUUID()}`;
      const first = randomUUID();
      await secrets.send(
        new CreateSecretCommand({
          Name: SecretId,
          SecretString: 'one',
          ClientRequestToken: first,
          Tags: [{ Key: 'rekey', Value: 'created' }],
        }),
      );
      return { SecretId, first };
    }

    async function stagesOf(SecretId: string): Promise<Record<string, string[]>> {
      const answer = await secrets.send(new DescribeSecretCommand({ SecretId }));
      const all = Object.entries(answer.VersionIdsToStages ?? {});
      return Object.fromEntries(all.map(([id, stages]) => [id, stages.toSorted()]));
    }

    test('a secret that does not exist is not found', async () => {
      const refused = await failure(secrets.send(new DescribeSecretCommand({ SecretId: 'rekey/none' })));
      expect(refused).toMatchObject({
        name: 'ResourceNotFoundException',
        message: "Secrets Manager can't find the specified secret.",
      });
    });

    test('a new secret has its token as its version, its tags and its value', async () => {
      const { SecretId, first } = await newSecret();
      const described = await secrets.send(new DescribeSecretCommand({ SecretId }));
      expect(described.Tags).toEqual([{ Key: 'rekey', Value: 'created' }]);
      expect(described.ARN).toMatch(/:secret:rekey\/[\w-]+-\w{6}$/);
      expect(await stagesOf(SecretId)).toEqual({ [first]: ['AWSCURRENT'] });
      const value = await secrets.send(new GetSecretValueCommand({ SecretId }));
      expect(value).toMatchObject({ VersionId: first, SecretString: 'one' });
      const again = await failure(
        secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'two' })),
      );
      expect(again.name).toBe('ResourceExistsException');
    });

    test('a new version moves its stages in one step, and AWSPREVIOUS follows', async () => {
      const { SecretId, first } = await newSecret();
      const second = randomUUID();
      const put = new PutSecretValueCommand({
        SecretId,
        SecretString: 'two',
        ClientRequestToken: second,
        VersionStages: ['AWSCURRENT', 'rekey'],
      });
      await secrets.send(put);
      expect(await stagesOf(SecretId)).toEqual({
        [first]: ['AWSPREVIOUS'],
        [second]: ['AWSCURRENT', 'rekey'],
      });
      // A repetition.
      await secrets.send(put);
      const listed = await secrets.send(
        new ListSecretVersionIdsCommand({ SecretId, IncludeDeprecated: true }),
      );
      expect(listed.Versions).toHaveLength(2);
      for (const version of listed.Versions ?? []) expect(version.CreatedDate).toBeInstanceOf(Date);
    });

    test('AWSCURRENT moves back to the version before', async () => {
      const { SecretId, first } = await newSecret();
      const second = randomUUID();
      await secrets.send(
        new PutSecretValueCommand({ SecretId, SecretString: 'two', ClientRequestToken: second }),
      );
      await secrets.send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: first,
          RemoveFromVersionId: second,
        }),
      );
      expect(await stagesOf(SecretId)).toEqual({ [first]: ['AWSCURRENT'], [second]: ['AWSPREVIOUS'] });
      // Named, since moto forgets to move the stage that is meant when none is named.
      const asked = new GetSecretValueCommand({ SecretId, VersionStage: 'AWSCURRENT' });
      expect(await secrets.send(asked)).toMatchObject({ VersionId: first, SecretString: 'one' });
    });

    test('a parameter is written once without, and again with overwriting; its versions stay', async () => {
      const Name = `/rekey/${randomUUID()}`;
      const put = { Name, Type: 'SecureString', Value: 'one' } as const;
      expect(await parameters.send(new PutParameterCommand(put))).toMatchObject({ Version: 1 });
      const refused = await failure(parameters.send(new PutParameterCommand(put)));
      expect(refused).toMatchObject({ name: 'ParameterAlreadyExists', status: 400 });
      const over = new PutParameterCommand({ ...put, Value: 'two', Overwrite: true });
      expect(await parameters.send(over)).toMatchObject({ Version: 2 });
      const read = async (asked: string): Promise<unknown> =>
        (await parameters.send(new GetParameterCommand({ Name: asked, WithDecryption: true }))).Parameter;
      expect(await read(Name)).toMatchObject({ Value: 'two', Version: 2, Type: 'SecureString' });
      expect(await read(`${Name}:1`)).toMatchObject({ Value: 'one', Version: 1 });
      const sealed = await parameters.send(new GetParameterCommand({ Name }));
      expect(sealed.Parameter?.Value).not.toBe('two');
    });

    test('a parameter that does not exist is not found', async () => {
      const refused = await failure(parameters.send(new GetParameterCommand({ Name: '/rekey/none' })));
      expect(refused).toMatchObject({ name: 'ParameterNotFound', status: 400 });
    });

    test('the enabled regions are told', async () => {
      const { Regions } = await ec2Client(target, target.admin).send(new DescribeRegionsCommand({}));
      const names = (Regions ?? []).map(({ RegionName }) => RegionName);
      expect(names).toEqual(expect.arrayContaining(['us-east-1', 'eu-central-1', 'ap-southeast-2']));
    });
  });
}
