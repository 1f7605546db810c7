import { join } from 'node:path';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { expect, it } from 'vitest';
import { openStores } from '../../db/open.ts';
import { createAws } from '../../src/aws/aws.ts';
import { generateMasterKeyText, parseMasterKeys } from '../../src/crypto/master-key.ts';
import { sealedIdentity } from '../../src/domain/records.ts';
import { Secret } from '../../src/domain/secret.ts';
import { decide, hurried, writesOf } from '../../src/rotation/decide.ts';
import { blank, waiting } from '../../src/handlers/rotations/drawn-up.ts';
import { createRotationWorld } from '../../src/handlers/rotations/world.ts';
import type { Aws, SimulatedDecision } from '../../src/ports/aws.ts';
import { MIN_QUIET_MS } from '../../src/rotation/quiet.ts';
import { advance } from '../../src/rotation/machine.ts';
import { isFinal } from '../../src/domain/rotation.ts';
import { connection as sampleConnection } from '../db/samples.ts';
import { binding, destination } from '../db/rotation-samples.ts';
import { iamClient, stsClient } from '../sandbox/aws/clients.ts';
import type { Keys } from '../sandbox/aws/clients.ts';
import { servicesOf } from '../support/core-services.ts';
import { openMotoDoor } from '../support/moto-door.ts';
import { startMoto } from '../support/moto.ts';
import { FIELDS, parameterTarget, REGION, secretTarget } from '../support/rotated-places.ts';
import { recordingLog } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { LeapingClock } from '../verification/bench.ts';

const ACCOUNT = '123456789012';

/** The real adapters; moto does not know SimulatePrincipalPolicy, so that rights are taken for given. */
function withoutSimulation(aws: Aws): Aws {
  const allowed = (actions: readonly string[]) =>
    new Map<string, SimulatedDecision>(
      actions.map((action) => [action, action.startsWith('iam:') ? 'implicitDeny' : 'allowed']),
    );
  return {
    ...aws,
    iam: (...asked) => ({
      ...aws.iam(...asked),
      simulate: ({ actions }) => Promise.resolve(allowed(actions)),
    }),
  };
}

async function makeUser(endpoint: string, admin: Keys, UserName: string, policy: boolean) {
  const iam = iamClient({ endpoint }, admin);
  await iam.send(new CreateUserCommand({ UserName }));
  if (policy) {
    const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument }));
  }
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { User } = await iam.send(new GetUserCommand({ UserName }));
  const keys = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  return { keys, userId: User?.UserId ?? '', arn: User?.Arn ?? '' };
}

it('rotates a key of moto into its Secrets Manager and Parameter Store', { timeout: 240_000 }, async () => {
  const moto = await startMoto();
  const door = await openMotoDoor(moto.endpoint);
  const clock = new LeapingClock();
  const log = recordingLog();
  const stores = await openStores({
    url: `file:${join(temporaryFolder(), 'rekey.db')}`,
    exclusive: true,
    clock,
    log,
  });
  const adapter = createAws({ env: { AWS_ENDPOINT_URL: door.endpoint }, version: '0.0.0', log, clock });
  try {
    const robot = await makeUser(moto.endpoint, moto.admin, 'rekey', true);
    const deploy = await makeUser(moto.endpoint, moto.admin, 'deploy', false);
    const masterKeys = parseMasterKeys(generateMasterKeyText());
    const aws = withoutSimulation(adapter);
    const services = servicesOf({ stores, clock, log, aws, keys: masterKeys, privateHosts: [] });
    const { sealer, ids, instanceId } = services;
    const row = { id: 's1', holderKind: 'connection', holderId: 'c1', version: 1 } as const;
    const about = { accountId: ACCOUNT, userId: deploy.userId, userName: 'deploy' };
    const places = [
      destination({ id: 'd1', kind: 'secrets-manager', connectionId: 'c1', target: secretTarget('deploy') }),
      destination({
        id: 'd2',
        name: 'parameter',
        kind: 'ssm-parameter',
        connectionId: 'c1',
        target: parameterTarget('deploy'),
      }),
    ];
    const rotation = blank(services, {
      accountId: ACCOUNT,
      partition: 'aws',
      snapshot: {
        ...about,
        arn: deploy.arn,
        keys: [{ accessKeyId: deploy.keys.accessKeyId, status: 'Active', createdAt: null }],
        takenAt: clock.now(),
      },
      oldKeyId: deploy.keys.accessKeyId,
      ownConnectionId: null,
      deliveries: [waiting('d1', 'none'), waiting('d2', 'none')],
      quietMs: MIN_QUIET_MS,
      requestedBy: 'U1',
    });
    await stores.atomically([
      stores.connections.insert(
        sampleConnection({
          id: 'c1',
          accountId: ACCOUNT,
          arn: robot.arn,
          uniqueId: robot.userId,
          accessKeyId: robot.keys.accessKeyId,
        }),
      ),
      stores.secrets.insert({
        ...row,
        box: sealer.seal(new Secret(robot.keys.secretAccessKey), sealedIdentity(row)),
        createdAt: clock.now(),
      }),
      ...places.map((each) => stores.rotation.destinations.insert(each)),
      ...places.map(({ id }) =>
        stores.rotation.bindings.insert(binding({ id: `b${id}`, destinationId: id, ...about })),
      ),
      stores.rotation.rotations.insert(rotation),
    ]);
    const ground = { stores, sealer, clock, ids, log, instanceId, world: createRotationWorld(services) };
    const read = async () => (await stores.rotation.rotations.byId(rotation.id)) ?? rotation;
    for (let turns = 0; turns < 60 && !isFinal((await read()).state); turns += 1) {
      const now = await read();
      if (now.block?.code === 'needs_approval') {
        await stores.atomically(writesOf(stores, decide(now, 'approve', { by: 'U2', at: clock.now() })));
      } else if (now.state === 'quiet' && now.trouble !== null) {
        // moto keeps no event history: a person has to say so.
        await stores.atomically(writesOf(stores, hurried(now, { by: 'U1', at: clock.now() })));
      }
      clock.forward(Math.max(0, ((await read()).nextAt ?? 0) - clock.now()));
      await advance(ground, rotation.id, new AbortController().signal);
    }
    const done = await read();
    expect([done.state, done.block, done.trouble]).toEqual(['done', null, null]);

    // Read back by moto's own API, as the consumer does.
    const client = { endpoint: moto.endpoint, region: REGION, credentials: moto.admin };
    const secret = await new SecretsManagerClient(client).send(
      new GetSecretValueCommand({ SecretId: 'rekey/deploy' }),
    );
    const parameter = await new SSMClient(client).send(
      new GetParameterCommand({ Name: '/rekey/deploy', WithDecryption: true }),
    );
    for (const text of [secret.SecretString, parameter.Parameter?.Value]) {
      const held = JSON.parse(text ?? '{}') as Record<string, string>;
      const keys = {
        accessKeyId: held[FIELDS.accessKeyId] ?? '',
        secretAccessKey: held[FIELDS.secretAccessKey] ?? '',
      };
      expect(keys.accessKeyId).toBe(done.newKeyId);
      const who = await stsClient({ endpoint: moto.endpoint }, keys).send(new GetCallerIdentityCommand({}));
      expect(who.Arn).toBe(deploy.arn);
    }
    const { AccessKeyMetadata } = await iamClient({ endpoint: moto.endpoint }, moto.admin).send(
      new ListAccessKeysCommand({ UserName: 'deploy' }),
    );
    expect(AccessKeyMetadata?.map(({ AccessKeyId, Status }) => [AccessKeyId, Status])).toEqual([
      [done.newKeyId, 'Active'],
    ]);
  } finally {
    adapter.close();
    await stores.close();
    await door.stop();
    await moto.stop();
  }
});
