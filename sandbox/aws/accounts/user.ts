import type { Account } from './account.ts';
import type { Environment } from './environment.ts';
import { KeyRing } from './key-ring.ts';
import type { KeySeed, NewKey } from './key-ring.ts';
import { PolicySet } from './policy-set.ts';
import type { PolicySeed } from './policy-set.ts';

export interface UserSeed extends PolicySeed {
  readonly path?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly consolePassword?: boolean;
  /** Milliseconds. */
  readonly createdAt?: number;
  /** Names of groups that exist. */
  readonly groups?: readonly string[];
  /** A virtual MFA device: its serial ARN, and the one code it accepts. */
  readonly mfa?: { readonly serialNumber: string; readonly code: string };
}

/** An IAM user. */
export class User {
  readonly account: Account;
  name: string;
  readonly path: string;
  readonly userId: string;
  readonly createdAt: number;
  readonly tags: Map<string, string>;
  readonly policies: PolicySet;
  readonly keys: KeyRing;
  readonly groups: Set<string>;
  readonly mfa: UserSeed['mfa'] | null;
  /** When the console password was made, or null without one. */
  loginProfileAt: number | null;
  deleted = false;

  constructor(environment: Environment, account: Account, name: string, seed: UserSeed) {
    this.account = account;
    this.name = name;
    this.path = seed.path ?? '/';
    this.userId = environment.ids.uniqueId('AIDA');
    this.createdAt = seed.createdAt ?? environment.clock();
    this.tags = new Map(Object.entries(seed.tags ?? {}));
    this.policies = new PolicySet(environment, account, 'user', name, seed);
    this.keys = new KeyRing(environment, account, this);
    this.groups = new Set(seed.groups);
    this.mfa = seed.mfa ?? null;
    this.loginProfileAt = seed.consolePassword === true ? this.createdAt : null;
  }

  get arn(): string {
    return this.account.arn(`user${this.path}${this.name}`);
  }

  /** Seeds a key; it works at once and no quota applies. */
  addKey(seed: KeySeed = {}): NewKey {
    return this.keys.seed(seed);
  }
}
