import type { Account } from './account.ts';
import type { Environment } from './environment.ts';
import { PolicySet } from './policy-set.ts';
import type { PolicySeed } from './policy-set.ts';

/** An IAM group; who is in it stands with the users. */
export class Group {
  readonly account: Account;
  readonly name: string;
  readonly path: string;
  readonly groupId: string;
  readonly createdAt: number;
  readonly policies: PolicySet;

  constructor(
    environment: Environment,
    account: Account,
    name: string,
    seed: PolicySeed & { readonly path?: string },
  ) {
    this.account = account;
    this.name = name;
    this.path = seed.path ?? '/';
    this.groupId = environment.ids.uniqueId('AGPA');
    this.createdAt = environment.clock();
    this.policies = new PolicySet(environment, account, 'group', name, seed);
  }

  get arn(): string {
    return this.account.arn(`group${this.path}${this.name}`);
  }
}
