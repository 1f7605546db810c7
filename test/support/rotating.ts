import { join } from 'node:path';
import type { Account, NewKey, User } from '../../sandbox/aws/world.ts';
import { AwsStandIn } from '../../sandbox/aws/stand-in.ts';
import type { Partition } from '../../sandbox/aws/accounts/regions.ts';
import type { OpenStores } from '../../db/open.ts';
import type { AwsOptions } from '../../src/aws/aws.ts';
import { generateMasterKeyText, parseMasterKeys } from '../../src/crypto/master-key.ts';
import { sealedIdentity } from '../../src/domain/records.ts';
import { CAPABILITIES } from '../../src/domain/verification.ts';
import type {
  Capability,
  CapabilityAnswer,
  Verification,
  VerificationReport,
} from '../../src/domain/verification.ts';
import { ROTATE_TAG } from '../../src/domain/capability.ts';
import type { Connection } from '../../src/domain/connection.ts';
import type { DestinationKind, KeptDestination } from '../../src/domain/destination.ts';
import { isFinal } from '../../src/domain/rotation.ts';
import type { Rotation, RotationState } from '../../src/domain/rotation.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Request } from '../../src/handlers/request.ts';
import { planRotation, type RotationPlan } from '../../src/handlers/rotations/plan.ts';
import { startRotation } from '../../src/handlers/rotations/start.ts';
import type { Services } from '../../src/handlers/services.ts';
import { groundOf } from '../../src/pollers/rotations.ts';
import type { Clock } from '../../src/ports/world.ts';
import { resumeRotations } from '../../src/rotation/resume.ts';
import type { RotationGround } from '../../src/rotation/run.ts';
import { connection as sampleConnection, verified } from '../db/samples.ts';
import { binding, destination } from '../db/rotation-samples.ts';
import { userWith, LeapingClock } from '../verification/bench.ts';
import { emptyAccount } from '../keys/bench.ts';
import { sampleKey, sampleUser } from '../domain/key-samples.ts';
import { openCoreInstance } from './core-instance.ts';
import type { CoreInstance } from './core-instance.ts';
import type { EngineName } from './rekey.ts';
import { freshDatabase } from './postgres.ts';
import { recordingLog } from './system-world.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Everything a connection that rotates needs. */
export const ROTATES: readonly Capability[] = ['verify', 'inventory', 'rotate_others', 'watch', 'deliver'];

/** A check that found exactly these capabilities. */
export function verifiedFor(
  capabilities: readonly Capability[],
  about: Partial<VerificationReport>,
): Verification {
  if (verified.status !== 'verified') throw new Error('The sample is not verified.');
  const yes = { answer: 'yes' } as const;
  const no = { answer: 'no', missing: [] } as const;
  const answers = Object.fromEntries(
    CAPABILITIES.map((each) => [each, capabilities.includes(each) ? yes : no]),
  ) as Record<Capability, CapabilityAnswer>;
  return { status: 'verified', report: { ...verified.report, ...about, capabilities: answers } };
}

/** A clock that a test can put forward. */
export type ForwardClock = Clock & { forward(ms: number): void };

interface Options {
  readonly partition?: Partition;
  readonly privateHosts?: string[];
  readonly url?: string;
}

/** Rekey's core over the real adapters, a real database and the stand-in of AWS; without Slack. */
export class Rotating<SomeClock extends ForwardClock = LeapingClock> implements AsyncDisposable {
  readonly aws: AwsStandIn;
  readonly account: Account;
  readonly clock: SomeClock;
  readonly services: Services;
  readonly ground: RotationGround;
  readonly log: ReturnType<typeof recordingLog>;
  readonly #stores: OpenStores;
  readonly #open: () => Promise<CoreInstance>;
  /** Newest first. */
  readonly #instances: CoreInstance[];
  #requests = 0;

  private constructor(parts: {
    aws: AwsStandIn;
    account: Account;
    clock: SomeClock;
    log: ReturnType<typeof recordingLog>;
    first: CoreInstance;
    open: () => Promise<CoreInstance>;
  }) {
    this.aws = parts.aws;
    this.account = parts.account;
    this.clock = parts.clock;
    this.services = parts.first.services;
    this.log = parts.log;
    this.#stores = parts.first.stores;
    this.#open = parts.open;
    this.#instances = [parts.first];
    this.ground = groundOf(this.services);
  }

  static async set(engine: EngineName, options: Options = {}): Promise<Rotating> {
    return Rotating.setOn(new LeapingClock(), engine, options);
  }

  /**
   * The same on another clock. `calls`: what is told of each call to AWS. `shared`: an account's calls are divided among
   * the instances on one database, which tell each other by this clock.
   */
  static async setOn<SomeClock extends ForwardClock>(
    clock: SomeClock,
    engine: EngineName,
    {
      partition = 'aws',
      privateHosts = [],
      url: given,
      calls = {},
      shared = false,
    }: Options & {
      readonly calls?: Pick<AwsOptions, 'giveWay' | 'metrics'>;
      readonly shared?: boolean;
    } = {},
  ): Promise<Rotating<SomeClock>> {
    const log = recordingLog();
    const aws = await AwsStandIn.start({ clock: () => clock.now(), wireClock: Date.now, seed: 11 });
    const account = aws.world.addAccount({ id: '222233334444', partition, alias: 'shop' });
    const url = given ?? (await newDatabase(engine));
    const keys = parseMasterKeys(generateMasterKeyText());
    const parts = { url, awsUrl: aws.url, clock, log, keys, privateHosts, calls, shared };
    const open = async (): Promise<CoreInstance> => openCoreInstance(parts);
    const first = await open();
    const accounts = first.stores.inventory.accounts;
    await first.stores.atomically([accounts.insert({ ...emptyAccount(account.id), partition })]);
    return new Rotating({ aws, account, clock, log, first, open });
  }

  /** One more instance on the same database (PostgreSQL). */
  async another(): Promise<{ readonly services: Services; readonly ground: RotationGround }> {
    const instance = await this.#open();
    this.#instances.unshift(instance);
    return { services: instance.services, ground: groundOf(instance.services) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const instance of this.#instances) await instance.close();
    await this.aws.stop();
  }

  /** Somebody who asks; the claim is new each time. */
  request(userId = 'U1', roles: Request['actor']['roles'] = ['admin']): Request {
    this.#requests += 1;
    const actor = { teamId: 'T1', userId, roles, rolesUnsure: null };
    const claimId = `claim-${this.#requests}`;
    return { actor, correlationId: claimId, viewId: null, claimId, name: 'test' };
  }

  /** Connects by an access key of a user that may do exactly this. */
  async connect(
    name: string,
    capabilities: readonly Capability[] = ROTATES,
    more: Partial<Connection> = {},
  ): Promise<{ readonly connection: Connection; readonly user: User; readonly key: NewKey }> {
    const user = userWith(this.account, capabilities, name);
    const key = user.addKey({ createdAt: this.clock.now() - 86_400_000 });
    const { sealer, ids } = this.services;
    const about = { accountId: this.account.id, partition: this.account.partition, arn: user.arn };
    const connection = sampleConnection({
      id: ids.next(),
      name,
      ...about,
      accessKeyId: key.accessKeyId,
      uniqueId: user.userId,
      userName: user.name,
      createdAt: this.clock.now(),
      lastCheck: verifiedFor(capabilities, { ...about, uniqueId: user.userId, userName: user.name }),
      ...more,
    });
    const row = { id: ids.next(), holderKind: 'connection', holderId: connection.id, version: 1 } as const;
    const box = sealer.seal(new Secret(key.secretAccessKey), sealedIdentity(row));
    await this.#stores.atomically([
      this.#stores.connections.insert(connection),
      this.#stores.secrets.insert({ ...row, box, createdAt: this.clock.now() }),
    ]);
    await this.know(user, key.accessKeyId);
    return { connection, user, key };
  }

  /** A user whose keys Rekey may rotate, with one key. */
  async user(name: string): Promise<{ readonly user: User; readonly key: NewKey }> {
    const user = this.account.addUser(name, { tags: { [ROTATE_TAG.key]: ROTATE_TAG.value } });
    const key = user.addKey({ createdAt: this.clock.now() - 100 * 86_400_000 });
    await this.know(user, key.accessKeyId);
    return { user, key };
  }

  /** Puts a user and a key into the inventory, as a sweep would. */
  async know(user: User, accessKeyId: string): Promise<void> {
    const about = { accountId: this.account.id, userId: user.userId, userName: user.name };
    const { inventory } = this.#stores;
    await this.#stores.atomically([
      inventory.users.put([sampleUser({ ...about, arn: user.arn })]),
      inventory.keys.put([sampleKey({ ...about, accessKeyId })]),
      inventory.standings.put([
        {
          accessKeyId,
          accountId: this.account.id,
          kind: { kind: 'ordinary', from: 'default', managedBy: null },
          ownership: { known: true, owners: [{ kind: 'user', userId: 'UOWNER' }], from: 'tag' },
          findings: [],
          dueAt: null,
          snoozedUntil: null,
          urgency: 0,
          assessedAt: this.clock.now(),
        },
      ]),
    ]);
  }

  /** A destination that is bound to a user, and approved where that is needed. */
  async destination(
    kind: DestinationKind,
    user: User,
    target: KeptDestination['target'],
    more: Partial<KeptDestination> = {},
  ): Promise<KeptDestination> {
    const id = this.services.ids.next();
    const kept = destination({ id, name: `place ${id}`, kind, target, connectionId: null, ...more });
    const approved = { approvedBy: 'U9', approvedAt: 1, destinationVersion: kept.version };
    await this.#stores.atomically([
      this.#stores.rotation.destinations.insert(kept),
      this.#stores.rotation.bindings.insert(
        binding({
          id: this.services.ids.next(),
          destinationId: id,
          accountId: this.account.id,
          userId: user.userId,
          userName: user.name,
          ...(kind === 'webhook' ? approved : {}),
        }),
      ),
    ]);
    return kept;
  }

  secret(text: string): Secret {
    return new Secret(text);
  }

  plan(accessKeyId: string): Promise<RotationPlan> {
    const { actor } = this.request();
    return planRotation(this.services, actor, accessKeyId, new AbortController().signal);
  }

  async start(plan: RotationPlan, destinationIds?: readonly string[]): Promise<Rotation> {
    const usable = plan.destinations.filter(({ refusal }) => refusal === null);
    return startRotation(this.services, this.request(), {
      accessKeyId: plan.accessKeyId,
      destinationIds: destinationIds ?? usable.map(({ destination: { id } }) => id),
      reason: 'a test',
      planned: { snapshot: plan.snapshot, quietMs: plan.quietMs },
      card: { kind: 'channel', channelId: 'C1' },
    });
  }

  async rotation(id: string): Promise<Rotation> {
    const found = await this.#stores.rotation.rotations.byId(id);
    if (found === null) throw new Error(`There is no rotation ${id}.`);
    return found;
  }

  /** Lets time pass and the machine work until the rotation is in one of these states, or waits for a person. */
  async until(id: string, ...states: readonly RotationState[]): Promise<Rotation> {
    for (let turns = 0; turns < 200; turns += 1) {
      const now = await this.rotation(id);
      if (states.includes(now.state) || now.state === 'blocked' || isFinal(now.state)) return now;
      this.clock.forward(Math.max(0, (now.nextAt ?? 0) - this.clock.now()));
      await this.resume();
    }
    throw new Error(`It comes to no end: ${JSON.stringify(await this.rotation(id))}`);
  }

  async resume(): Promise<number> {
    return resumeRotations(this.ground, new AbortController().signal);
  }
}

async function newDatabase(engine: EngineName): Promise<string> {
  return engine === 'sqlite' ? `file:${join(temporaryFolder(), 'rekey.db')}` : freshDatabase();
}
