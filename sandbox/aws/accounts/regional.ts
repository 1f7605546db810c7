import type { Account } from './account.ts';
import { StoredParameter } from './parameter.ts';
import { StoredSecret } from './secret.ts';
import { History } from './history.ts';
import type { StoredQueue } from './queue.ts';

/** What an account has in one region. */
export class Regional {
  readonly secrets = new Map<string, StoredSecret>();
  readonly parameters = new Map<string, StoredParameter>();
  readonly history = new History();
  readonly queues = new Map<string, StoredQueue>();
  private readonly account: Account;
  private readonly region: string;

  constructor(account: Account, region: string) {
    this.account = account;
    this.region = region;
  }

  arn(service: string, resource: string): string {
    return `arn:${this.account.partition}:${service}:${this.region}:${this.account.id}:${resource}`;
  }

  /** A secret by name or ARN, or null. */
  secret(nameOrArn: string): StoredSecret | null {
    const byName = this.secrets.get(nameOrArn);
    return byName ?? [...this.secrets.values()].find(({ arn }) => arn === nameOrArn) ?? null;
  }

  /** Adds a secret without a version; `suffix` are the six characters AWS appends to the name in the ARN. */
  addSecret(name: string, given: { suffix: string; at: number; kmsKeyId?: string | null }): StoredSecret {
    const arn = this.arn('secretsmanager', `secret:${name}-${given.suffix}`);
    const secret = new StoredSecret({ name, arn, createdAt: given.at, kmsKeyId: given.kmsKeyId ?? null });
    this.secrets.set(name, secret);
    return secret;
  }

  /** A parameter's ARN: the slash in front of a name is that behind `parameter`. */
  parameterArn(name: string): string {
    return this.arn('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);
  }

  /** The parameter of this name, made without a version when there is none. */
  ownParameter(name: string): StoredParameter {
    const parameter = this.parameters.get(name) ?? new StoredParameter(name, this.parameterArn(name));
    this.parameters.set(name, parameter);
    return parameter;
  }
}
