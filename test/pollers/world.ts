import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openStores, type OpenStores } from '../../db/open.ts';
import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import type { Account, NewKey, User } from '../../sandbox/aws/world.ts';
import type { Connection } from '../../src/domain/connection.ts';
import { sealedIdentity } from '../../src/domain/records.ts';
import { Secret } from '../../src/domain/secret.ts';
import { CAPABILITIES } from '../../src/domain/verification.ts';
import type { Capability, CapabilityAnswer } from '../../src/domain/verification.ts';
import { sweepAccount } from '../../src/pollers/inventory.ts';
import { NO_METRICS } from '../../src/ports/metrics.ts';
import type { Metrics } from '../../src/ports/metrics.ts';
import type { Keys } from '../sandbox/aws/clients.ts';
import { freshDatabase } from '../support/postgres.ts';
import type { EngineName } from '../support/rekey.ts';
import { recordingLog } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { LeapingClock, userWith } from '../verification/bench.ts';
import { NotedJobs, inventoryServices } from './services.ts';

export const ENGINES: readonly EngineName[] = ['sqlite', 'postgres'];

/** Never aborted. */
export const PATIENT = new AbortController().signal;

export interface InventoryWorldOptions {
  readonly engine?: EngineName;
  readonly pageSize?: number;
  readonly requestMs?: number;
  readonly metrics?: Metrics;
  readonly capabilities?: readonly Capability[];
  readonly clock?: LeapingClock;
}

/**
 * The poller with real stores and the real SDK against the stand-in, on a clock that leaps over every wait; signatures
 * keep to the machine's own.
 */
export class InventoryWorld implements AsyncDisposable {
  readonly standIn: AwsStandIn;
  readonly clock: LeapingClock;
  readonly log = recordingLog();
  readonly jobs = new NotedJobs();
  services: ReturnType<typeof inventoryServices>;
  readonly masterKey = randomBytes(32).toString('base64');
  readonly stores: OpenStores;
  readonly url: string;
  readonly account: Account;
  /** Who signs. */
  readonly robot: User;

  private constructor(parts: {
    standIn: AwsStandIn;
    clock: LeapingClock;
    stores: OpenStores;
    url: string;
    metrics: Metrics;
    requestMs: number | undefined;
    capabilities: readonly Capability[];
  }) {
    const { standIn, clock, stores } = parts;
    this.standIn = standIn;
    this.clock = clock;
    this.stores = stores;
    this.url = parts.url;
    this.account = standIn.world.addAccount({ createdAt: clock.now() - 1_000 * DAY_MS });
    this.robot = userWith(this.account, parts.capabilities, 'rekey');
    this.services = inventoryServices({
      stores,
      awsUrl: standIn.url,
      masterKey: this.masterKey,
      clock,
      log: this.log,
      jobs: this.jobs,
      metrics: parts.metrics,
      ...(parts.requestMs === undefined ? {} : { requestMs: parts.requestMs }),
    });
  }

  static async open(options: InventoryWorldOptions = {}): Promise<InventoryWorld> {
    const clock = options.clock ?? new LeapingClock();
    const url =
      options.engine === 'postgres' ? await freshDatabase() : `file:${join(temporaryFolder(), 'rekey.db')}`;
    const stores = await openStores({ url, exclusive: true, clock, log: recordingLog() });
    const standIn = await AwsStandIn.start({
      clock: () => clock.now(),
      wireClock: () => Date.now(),
      seed: 11,
      ...(options.pageSize === undefined ? {} : { pageSize: options.pageSize }),
    });
    const { metrics = NO_METRICS, capabilities = ['verify', 'inventory'], requestMs } = options;
    return new InventoryWorld({ standIn, clock, stores, url, metrics, requestMs, capabilities });
  }

  get inventory(): OpenStores['inventory'] {
    return this.stores.inventory;
  }

  get accountId(): string {
    return this.account.id;
  }

  /** Connects the robot's new key, as a connect that passed leaves it. */
  async connect(
    options: { readonly answer?: CapabilityAnswer; readonly name?: string; readonly signer?: User } = {},
  ): Promise<Connection> {
    const { answer = { answer: 'yes' }, name = 'main', signer = this.robot } = options;
    const key = signer.addKey({ createdAt: this.clock.now() - 30 * DAY_MS });
    const who = {
      accountId: this.account.id,
      arn: signer.arn,
      uniqueId: signer.userId,
      userName: signer.name,
    };
    return this.#keep(who, key, name, answer);
  }

  async #keep(
    who: Pick<Connection, 'accountId' | 'arn' | 'uniqueId' | 'userName'>,
    key: NewKey,
    name: string,
    answer: CapabilityAnswer,
  ): Promise<Connection> {
    const { stores, clock, services } = this;
    const capabilities = Object.fromEntries(CAPABILITIES.map((capability) => [capability, answer])) as Record<
      Capability,
      CapabilityAnswer
    >;
    const identity = { ...who, accountAlias: null, partition: 'aws', keyCreatedAt: null } as const;
    const at = clock.now();
    const connection: Connection = {
      id: services.ids.next(),
      name,
      description: '',
      method: 'access_key',
      accessKeyId: key.accessKeyId,
      roleArn: null,
      externalId: null,
      region: null,
      alertChannel: null,
      owners: [],
      state: 'connected',
      ...identity,
      lastCheck: {
        status: 'verified',
        report: {
          ...identity,
          region: 'us-east-1',
          accessKeyId: key.accessKeyId,
          capabilities,
          warnings: [],
          checkedAt: at,
        },
      },
      createdBy: 'U0ADMIN',
      createdAt: at,
      updatedAt: at,
      version: 1,
    };
    const row = {
      id: services.ids.next(),
      holderKind: 'connection',
      holderId: connection.id,
      version: 1,
      createdAt: at,
    } as const;
    const box = services.sealer.seal(new Secret(key.secretAccessKey), sealedIdentity(row));
    await stores.atomically([stores.connections.insert(connection), stores.secrets.insert({ ...row, box })]);
    return connection;
  }

  /** Connects by a role of the account that trusts the host identity, with a session of an hour. */
  async connectRole(): Promise<Connection> {
    const { account, clock, stores, masterKey, log, jobs, standIn } = this;
    const allow = {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action: 'sts:AssumeRole' },
    } as const;
    const host = standIn.world.addAccount().addUser('host', {
      inline: { roles: { ...allow, Statement: { ...allow.Statement, Resource: '*' } } },
    });
    const trust = {
      Principal: { AWS: host.arn },
      Condition: { StringEquals: { 'sts:ExternalId': 'shared' } },
    };
    const role = account.addRole('rekey', {
      trust: { ...allow, Statement: { ...allow.Statement, ...trust } },
      attached: ['IAMFullAccess'],
    });
    this.services.close();
    this.services = inventoryServices({
      stores,
      awsUrl: standIn.url,
      masterKey,
      clock,
      log,
      jobs,
      host: host.addKey(),
    });
    const byKey = await this.connect({ name: 'by role' });
    const byRole: Connection = {
      ...byKey,
      method: 'role',
      accessKeyId: null,
      roleArn: role.arn,
      externalId: 'shared',
      version: byKey.version + 1,
    };
    await stores.atomically([
      stores.connections.update(byRole),
      stores.secrets.erase('connection', byKey.id),
    ]);
    return byRole;
  }

  /** Connects an administrator somewhere else, and sweeps there from now on. Returns its account's id. */
  async connectTo(endpoint: string, admin: Keys): Promise<string> {
    const { stores, clock, masterKey, log, jobs } = this;
    const secret = new Secret(admin.secretAccessKey);
    const there = inventoryServices({ stores, awsUrl: endpoint, masterKey, clock, log, jobs });
    const sts = there.aws.sts({ kind: 'access_key', accessKeyId: admin.accessKeyId, secret }, 'us-east-1');
    const { accountId, arn, userId } = await sts.getCallerIdentity();
    const key = { accessKeyId: admin.accessKeyId, secretAccessKey: admin.secretAccessKey };
    await this.#keep({ accountId, arn, uniqueId: userId, userName: 'admin' }, key, 'there', {
      answer: 'yes',
    });
    this.services.close();
    this.services = there;
    return accountId;
  }

  /** Sweeps, and goes on as the job would until nothing is left to do. */
  async sweep(kind: 'full' | 'changes' | 'due' = 'full', accountId = this.accountId): Promise<void> {
    this.jobs.enqueued.length = 0;
    await sweepAccount(this.services, accountId, kind, PATIENT);
    while (this.jobs.enqueued.shift() !== undefined) {
      await sweepAccount(this.services, accountId, 'due', PATIENT);
    }
  }

  /** Puts the clock of both sides forward. */
  forward(ms: number): void {
    this.clock.forward(ms);
  }

  /** How often each call of IAM was made since the log was cleared. */
  calls(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { action } of this.standIn.requests) counts[action ?? ''] = (counts[action ?? ''] ?? 0) + 1;
    return counts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.services.close();
    await this.standIn.stop();
    await this.stores.close();
  }
}

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
