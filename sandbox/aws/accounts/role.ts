import { parsePolicy } from '../policy/document.ts';
import type { PolicyDocument, Statement } from '../policy/document.ts';
import type { Account } from './account.ts';
import type { Environment } from './environment.ts';
import { PolicySet } from './policy-set.ts';
import type { PolicySeed } from './policy-set.ts';
import { Versioned } from './versioned.ts';

export interface RoleSeed extends PolicySeed {
  readonly trust: PolicyDocument;
  readonly path?: string;
  readonly maxSessionSeconds?: number;
  readonly description?: string;
}

/** An IAM role. */
export class Role {
  readonly account: Account;
  readonly name: string;
  readonly path: string;
  readonly roleId: string;
  readonly createdAt: number;
  readonly maxSessionSeconds: number;
  readonly description: string | null;
  readonly policies: PolicySet;
  deleted = false;
  private readonly environment: Environment;
  private readonly trust: Versioned<string>;

  constructor(environment: Environment, account: Account, name: string, seed: RoleSeed) {
    this.environment = environment;
    this.account = account;
    this.name = name;
    this.path = seed.path ?? '/';
    this.roleId = environment.ids.uniqueId('AROA');
    this.createdAt = environment.clock();
    this.maxSessionSeconds = seed.maxSessionSeconds ?? 3600;
    this.description = seed.description ?? null;
    this.policies = new PolicySet(environment, account, 'role', name, seed);
    const text = JSON.stringify(seed.trust);
    parsePolicy(text, 'trust');
    this.trust = new Versioned(text);
  }

  get arn(): string {
    return this.account.arn(`role${this.path}${this.name}`);
  }

  /** The trust policy as it was last written. */
  get trustText(): string {
    return this.trust.latest;
  }

  /** Replaces the trust policy; sessions that exist go on. */
  setTrust(text: string): void {
    parsePolicy(text, 'trust');
    this.trust.set(text, this.environment.clock());
  }

  /** The trust policy in force now. */
  trustInForce(): readonly Statement[] {
    return parsePolicy(this.trust.asOf(this.environment.clock() - this.environment.lag.policyMs), 'trust');
  }
}
