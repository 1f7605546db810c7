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
  readonly rates: Rates;
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
