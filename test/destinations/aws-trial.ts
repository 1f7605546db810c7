import type { FaultEffect } from '../../sandbox/aws/faults.ts';
import type { Account } from '../../sandbox/aws/world.ts';
import { createDestinations } from '../../src/destinations/index.ts';
import { openWebhookSigner } from '../../src/outward/webhook-keys.ts';
import { createOutward } from '../../src/outward/outward.ts';
import type { DestinationKind, KeptDestination } from '../../src/domain/destination.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { DestinationPlace, RotatedKey } from '../../src/ports/destination.ts';
import { openBench, userWith } from '../verification/bench.ts';
import type { Bench } from '../verification/bench.ts';
import { OLD_KEY, SECRET } from './contract.ts';
import type { Trouble } from './contract.ts';

export const REGION = 'eu-central-1';

/** A stand-in with a user whose key is rotated, and a connection that has exactly the printed rights to deliver. */
export interface AwsGround extends AsyncDisposable {
  readonly bench: Bench;
  readonly account: Account;
  readonly about: RotatedKey;
  open(kind: DestinationKind): Promise<DestinationPlace<Readonly<Record<string, unknown>>>>;
  trouble(service: string, kind: Trouble | null): void;
  echo(service: string, actions: readonly string[]): void;
  /** Takes the connection’s rights away. */
  forbid(): void;
}

export function keptDestination(kind: DestinationKind, connectionId: string | null): KeptDestination {
  return {
    id: 'd1',
    name: 'place',
    kind,
    connectionId,
    target: {},
    redeployHook: null,
    createdBy: 'U1',
    createdAt: 0,
    changedBy: null,
    changedAt: null,
    version: 1,
  };
}

export async function openAwsGround(): Promise<AwsGround> {
  const bench = await openBench({ requestMs: 2_000 });
  const account = bench.standIn.world.addAccount();
  const rotated = account.addUser('ci', { path: '/robots/' });
  const robot = userWith(account, ['deliver']);
  const { accessKeyId, secretAccessKey } = robot.addKey();
  const destinations = createDestinations({
    aws: bench.aws,
    clock: bench.clock,
    outward: createOutward({ privateHosts: [] }),
    signer: openWebhookSigner([]),
    writer: () =>
      Promise.resolve({
        credentials: { kind: 'access_key', accessKeyId, secret: new Secret(secretAccessKey) },
        accountId: account.id,
        partition: 'aws',
        principalArn: robot.arn,
      }),
  });
  const { faults } = bench.standIn;
  return {
    bench,
    account,
    about: {
      rotationId: 'r1',
      accountId: account.id,
      partition: 'aws',
      userName: rotated.name,
      userArn: rotated.arn,
      replacesKeyId: OLD_KEY,
    },
    open: (kind) => destinations.open(keptDestination(kind, 'c1')),
    trouble: (service, kind) => {
      faults.clear();
      if (kind === null) return;
      const effects: Record<Trouble, FaultEffect> = {
        throttled: { kind: 'throttle' },
        down: { kind: 'service-failure' },
        denied: { kind: 'error', code: 'AccessDenied', status: 403, message: 'User: x is not authorized' },
        lost: { kind: 'drop-after' },
      };
      if (kind !== 'lost') {
        faults.add({ service, effect: effects[kind] });
        return;
      }
      for (const action of ['CreateSecret', 'PutSecretValue', 'PutParameter']) {
        faults.add({ service, action, effect: effects.lost, times: 1 });
      }
    },
    echo: (service, actions) => {
      for (const action of actions) {
        const message = `Value '{"AWS_SECRET_ACCESS_KEY":"${SECRET}"}' is not valid`;
        const effect = { kind: 'error', code: 'ValidationException', status: 400, message } as const;
        faults.add({ service, action, effect, times: 1 });
      }
    },
    forbid: () => {
      const Statement = [
        { Effect: 'Deny', Action: ['secretsmanager:Put*', 'ssm:Put*'], Resource: '*' },
      ] as const;
      robot.policies.putInline('less', JSON.stringify({ Version: '2012-10-17', Statement }));
    },
    [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose](),
  };
}
