import { Account } from './accounts/account.ts';
import type { AccessKey } from './accounts/access-key.ts';
import type { Environment } from './accounts/environment.ts';
import { Identifiers } from './accounts/identifiers.ts';
import type { KeyRing } from './accounts/key-ring.ts';
import { noLag } from './accounts/lag.ts';
import type { ReplicaLag } from './accounts/lag.ts';
import { Rates } from './accounts/rate.ts';
import type { Partition } from './accounts/regions.ts';
import type { Role } from './accounts/role.ts';
import type { Session } from './accounts/session.ts';
import { StoredBucket } from './accounts/bucket.ts';
import { StoredQueue, type QueueSettings } from './accounts/queue.ts';
import { Trail, type TrailSettings } from './s3/trail.ts';

export type { Account } from './accounts/account.ts';
export type { NewKey } from './accounts/key-ring.ts';
export type { Role } from './accounts/role.ts';
export type { User } from './accounts/user.ts';

/** Every account, key and session there is, in all partitions. */
export class World {
  /** Milliseconds. */
  readonly clock: () => number;
  /** What requests are dated by: the same, unless the world's clock was put forward and the callers' was not. */
  readonly wireClock: () => number;
  readonly ids: Identifiers;
  readonly lag: ReplicaLag = noLag();
  /** How long a credential report takes to be made, in milliseconds. */
  credentialReportMs = 0;
  /** How long an event takes to appear in CloudTrail's event history, in milliseconds. */
  eventDelayMs = 0;
  /** The longest an SQS long poll waits, of real time; ms. */
  longestPollMs = 20_000;
  readonly rates: Rates;
  /** Buckets by name. */
  readonly buckets = new Map<string, StoredBucket>();
  private readonly trails: Trail[] = [];
  private readonly environment: Environment;
  private readonly accountsById = new Map<string, Account>();
  private readonly sessions = new Map<string, Session>();
  private readonly wrongSecretAt = new Map<string, number>();

  constructor(clock: () => number, seed: number, wireClock: () => number = clock) {
    this.clock = clock;
    this.wireClock = wireClock;
    this.ids = new Identifiers(seed);
    this.rates = new Rates(clock);
    this.environment = { clock, ids: this.ids, lag: this.lag, directory: new Map() };
  }

  /** Adds an empty account; the id is made up when it is not given, the partition is `aws`. */
  addAccount(
    options: { id?: string; partition?: Partition; alias?: string; createdAt?: number } = {},
  ): Account {
    const id = options.id ?? this.ids.accountId();
    if (!/^\d{12}$/.test(id)) throw new RangeError('An account id has twelve digits.');
    if (this.accountsById.has(id)) throw new RangeError(`There is an account ${id} already.`);
    const account = new Account(this.environment, {
      id,
      partition: options.partition ?? 'aws',
      alias: options.alias ?? null,
      createdAt: options.createdAt ?? this.clock(),
    });
    this.accountsById.set(id, account);
    return account;
  }

  addQueue(account: Account, region: string, name: string, settings: QueueSettings = {}): StoredQueue {
    const place = account.in(region);
    const arn = place.arn('sqs', name);
    const queue = new StoredQueue({ name, arn, createdAt: this.clock(), settings, ids: this.ids });
    place.queues.set(name, queue);
    return queue;
  }

  addBucket(
    account: Account,
    name: string,
    options: { readonly region?: string; readonly kmsKeyArn?: string | null } = {},
  ): StoredBucket {
    const { region = 'us-east-1', kmsKeyArn = null } = options;
    const bucket = new StoredBucket({ name, accountId: account.id, region, kmsKeyArn });
    this.buckets.set(name, bucket);
    return bucket;
  }

  /** A trail that delivers what its accounts do from now on, whenever its queue is asked. */
  addTrail(settings: TrailSettings): Trail {
    const trail = new Trail(settings);
    this.trails.push(trail);
    return trail;
  }

  /** Has every trail write what is due. */
  deliverTrails(): void {
    for (const trail of this.trails) trail.deliver(this.clock());
  }

  get accounts(): readonly Account[] {
    return [...this.accountsById.values()];
  }

  account(id: string): Account | null {
    return this.accountsById.get(id) ?? null;
  }

  /** A long-term key, deleted ones included, with the ring it belongs to. */
  findKey(accessKeyId: string): { readonly key: AccessKey; readonly ring: KeyRing } | null {
    return this.environment.directory.get(accessKeyId) ?? null;
  }

  findSession(accessKeyId: string): Session | null {
    return this.sessions.get(accessKeyId) ?? null;
  }

  /** Issues temporary credentials. */
  openSession(from: Omit<Session, 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'issuedAt'>): Session {
    const session: Session = {
      ...from,
      accessKeyId: this.ids.accessKeyId('ASIA', from.principal.account.id),
      secretAccessKey: this.ids.secretAccessKey(),
      sessionToken: this.ids.sessionToken(),
      issuedAt: this.clock(),
    };
    this.sessions.set(session.accessKeyId, session);
    return session;
  }

  /** A role by ARN in one partition, or null. */
  findRole(partition: Partition, arn: string): Role | null {
    const [, id = '', path = ''] = new RegExp(`^arn:${partition}:iam::(\\d{12}):role/(.+)$`).exec(arn) ?? [];
    const role = this.accountsById.get(id)?.roles.get(path.slice(path.lastIndexOf('/') + 1));
    return role !== undefined && role.arn === arn ? role : null;
  }

  /** Remembers that a wrong secret was tried with this key id. */
  noteWrongSecret(accessKeyId: string): void {
    this.wrongSecretAt.set(accessKeyId, this.clock());
  }

  /** Whether AWS still answers from its memory of a wrong secret: for about five seconds a right one fails too. */
  remembersWrongSecret(accessKeyId: string): boolean {
    const at = this.wrongSecretAt.get(accessKeyId);
    return at !== undefined && this.clock() - at < 5000;
  }
}
