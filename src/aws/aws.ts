import { randomInt } from 'node:crypto';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { Aws } from '../ports/aws.ts';
import { UNSHARED } from '../ports/instances.ts';
import type { CallShare } from '../ports/instances.ts';
import { NO_METRICS } from '../ports/metrics.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Clock, Log } from '../ports/world.ts';
import { CallBudgets } from './budget.ts';
import { LOOK_UP_GAP_MS, openHistory, openTrail } from './cloudtrail.ts';
import { openEventFiles } from './event-files.ts';
import { openEventQueue } from './event-queue.ts';
import { openIam } from './iam.ts';
import { openIamDeny } from './iam-deny.ts';
import { openIamKeys } from './iam-keys.ts';
import { openIamRoles } from './iam-roles.ts';
import { KeptClients } from './kept-clients.ts';
import { CallPaces } from './pace.ts';
import { openParameterStore, PARAMETER_WRITE_GAP_MS } from './parameter-store.ts';
import { openSecretsManager } from './secrets-manager.ts';
import { openSts } from './sts.ts';
import { openTransport } from './transport.ts';
import type { AwsEnvironment } from './transport.ts';

export interface AwsOptions {
  /** The AWS and proxy variables, as `config.ts` read them. */
  readonly env: AwsEnvironment;
  /** Rekey's version, for the user agent. */
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
  /** Counts the calls; nobody does when omitted. */
  readonly metrics?: Metrics;
  /** With whom the accounts' calls are shared; with nobody when omitted. */
  readonly share?: CallShare;
  /** Background calls of one account a second; what is safe with the real AWS when omitted. */
  readonly mostPerSecond?: number | undefined;
  /** Waited for before each call: work that nobody at the door waits for lets those be answered first. */
  readonly giveWay?: () => Promise<void>;
  /** Limits of one request in ms; 3 s to connect and 8 s in all when omitted. */
  readonly limits?: { readonly connectMs?: number; readonly requestMs?: number };
}

/** The port `Aws` over SDK v3. `close` ends its idle connections. */
export function createAws(options: AwsOptions): Aws & { close(): void } {
  const transport = openTransport(options.env, options.limits);
  const { clock, share = UNSHARED } = options;
  const iamClients = new KeptClients<IAMClient>(clock);
  const ground = { ...options, transport, metrics: options.metrics ?? NO_METRICS, iamClients };
  const budgets = new CallBudgets({ ...ground, share, chance: () => randomInt(2 ** 32) / 2 ** 32 });
  const lookUps = new CallPaces({ clock, share, api: 'cloudtrail', gapMs: LOOK_UP_GAP_MS });
  const parameterWrites = new CallPaces({ clock, share, api: 'ssm', gapMs: PARAMETER_WRITE_GAP_MS });
  return {
    sts: (credentials, region) => openSts(ground, credentials, region),
    iam: (credentials, partition, { accountId, urgency }) =>
      openIam(ground, credentials, partition, { budget: budgets.of(accountId, 'iam'), urgency }),
    secretsManager: (credentials, region) => openSecretsManager(ground, credentials, region),
    parameterStore: (credentials, { accountId, region }) =>
      openParameterStore(ground, credentials, region, parameterWrites.of(accountId, region)),
    trail: (credentials, place) => openTrail(ground, credentials, place, lookUps),
    iamKeys: (credentials, partition, { accountId }) =>
      openIamKeys(ground, credentials, partition, budgets.of(accountId, 'iam')),
    iamDeny: (credentials, partition, { accountId }) =>
      openIamDeny(ground, credentials, partition, budgets.of(accountId, 'iam')),
    iamRoles: (credentials, partition, { accountId }) =>
      openIamRoles(ground, credentials, partition, budgets.of(accountId, 'iam')),
    eventHistory: (credentials, place) => openHistory(ground, credentials, place, lookUps),
    eventQueue: (credentials, address) => openEventQueue(ground, credentials, address),
    eventFiles: (credentials) => openEventFiles(ground, credentials),
    close: () => transport.close(),
  };
}
