import { limitExceeded, noSuchEntity } from '../aws-error.ts';
import type { Account } from './account.ts';
import { AccessKey } from './access-key.ts';
import type { KeyStatus, LastUsed } from './access-key.ts';
import type { Environment, KeyOwner } from './environment.ts';

export interface KeySeed {
  readonly status?: KeyStatus;
  /** Milliseconds. */
  readonly createdAt?: number;
  readonly lastUsed?: LastUsed;
}

/** A key as it is handed out, once. */
export interface NewKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** AWS's quota of access keys per user; it counts Inactive keys and cannot be raised. */
export const keysPerUser = 2;

/** The access keys of one user, or of the root of an account. */
export class KeyRing {
  readonly account: Account;
  readonly owner: KeyOwner;
  private readonly environment: Environment;
  private readonly keys: AccessKey[] = [];

  constructor(environment: Environment, account: Account, owner: KeyOwner) {
    this.environment = environment;
    this.account = account;
    this.owner = owner;
  }

  /** Puts a key there from outside the API: it has spread already and no quota applies. */
  seed(seed: KeySeed): NewKey {
    return this.put({ ...seed, announcedAt: null });
  }

  /** What CreateAccessKey does: LimitExceeded (409) at two keys. */
  create(): AccessKey {
    if (this.existing().length >= keysPerUser) {
      throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${keysPerUser}`);
    }
    return this.put({ announcedAt: this.environment.clock() });
  }

  /** The keys that truly exist now, Inactive ones included. */
  existing(): readonly AccessKey[] {
    return this.keys.filter((key) => key.currentStatus !== 'Deleted');
  }

  /** The keys as a listing shows them, which may be some time ago. */
  listed(): readonly { readonly key: AccessKey; readonly status: KeyStatus }[] {
    const time = this.environment.clock() - this.environment.lag.listMs;
    return this.keys.flatMap((key) => {
      const status = key.listedAs(time);
      return status === null ? [] : [{ key, status }];
    });
  }

  /** An existing key of this ring, or NoSuchEntity (404). */
  get(accessKeyId: string): AccessKey {
    const key = this.existing().find((candidate) => candidate.accessKeyId === accessKeyId);
    if (key === undefined) throw noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`);
    return key;
  }

  private put(from: KeySeed & { announcedAt: number | null }): AccessKey {
    const { ids } = this.environment;
    const key = new AccessKey({
      accessKeyId: ids.accessKeyId('AKIA', this.account.id),
      secretAccessKey: ids.secretAccessKey(),
      createdAt: from.createdAt ?? this.environment.clock(),
      announcedAt: from.announcedAt,
      status: from.status ?? 'Active',
      lastUsed: from.lastUsed ?? null,
    });
    this.keys.push(key);
    this.environment.directory.set(key.accessKeyId, { key, ring: this });
    return key;
  }
}
