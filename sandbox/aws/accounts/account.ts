import { entityAlreadyExists, noSuchEntity } from '../aws-error.ts';
import { parsePolicy } from '../policy/document.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { isManagedPolicyName, managedPolicyArn, managedPolicyDocument } from '../policy/managed.ts';
import type { Environment } from './environment.ts';
import { Group } from './group.ts';
import { KeyRing } from './key-ring.ts';
import type { KeySeed, NewKey } from './key-ring.ts';
import type { PolicySeed } from './policy-set.ts';
import { defaultRegions } from './regions.ts';
import type { Partition } from './regions.ts';
import { Regional } from './regional.ts';
import { Role } from './role.ts';
import type { RoleSeed } from './role.ts';
import { User } from './user.ts';
import type { UserSeed } from './user.ts';

export interface ManagedPolicy {
  readonly arn: string;
  readonly name: string;
  readonly text: string;
  readonly type: 'aws-managed' | 'user-managed';
}

/** The credential report of an account: when it was asked for, and its text once it is complete. */
export interface CredentialReport {
  readonly readyAt: number;
  readonly csv: string;
}

/** One AWS account. */
export class Account {
  readonly id: string;
  readonly partition: Partition;
  readonly alias: string | null;
  readonly createdAt: number;
  readonly rootKeys: KeyRing;
  readonly users = new Map<string, User>();
  readonly groups = new Map<string, Group>();
  readonly roles = new Map<string, Role>();
  /** Denies of the organisation; they bind the root user too. Null: none. */
  serviceControlPolicy: PolicyDocument | null = null;
  /** CIDR blocks from which users and roles may call; null: from anywhere. */
  allowedNetworks: readonly string[] | null = null;
  /** Regions in which STS answers RegionDisabledException. */
  readonly stsDisabledRegions = new Set<string>();
  report: CredentialReport | null = null;
  /** The regions that are enabled: those AWS enables by itself, until others are. */
  readonly regions: Set<string>;
  private readonly byRegion = new Map<string, Regional>();
  private readonly customerPolicies = new Map<string, ManagedPolicy>();
  private readonly environment: Environment;

  constructor(
    environment: Environment,
    identity: { id: string; partition: Partition; alias: string | null; createdAt: number },
  ) {
    this.environment = environment;
    this.id = identity.id;
    this.partition = identity.partition;
    this.alias = identity.alias;
    this.createdAt = identity.createdAt;
    this.rootKeys = new KeyRing(environment, this, null);
    this.regions = new Set(defaultRegions(identity.partition));
  }

  /** What the account has in a region. */
  in(region: string): Regional {
    const known = this.byRegion.get(region) ?? new Regional(this, region);
    this.byRegion.set(region, known);
    return known;
  }

  /** An ARN of this account's IAM. */
  arn(resource: string): string {
    return `arn:${this.partition}:iam::${this.id}:${resource}`;
  }

  /** Adds a user; EntityAlreadyExists for a name that is taken, in whatever case. */
  addUser(name: string, seed: UserSeed = {}): User {
    refuseTaken(this.users, name, 'User');
    for (const group of seed.groups ?? []) this.group(group);
    const user = new User(this.environment, this, name, seed);
    this.users.set(name, user);
    return user;
  }

  /** `UpdateUser --new-user-name`: unique id, keys and policies stay. */
  renameUser(name: string, to: string): void {
    const user = this.user(name);
    refuseTaken(this.users, to, 'User');
    this.users.delete(name);
    user.name = to;
    this.users.set(to, user);
  }

  addGroup(name: string, seed: PolicySeed & { readonly path?: string } = {}): Group {
    refuseTaken(this.groups, name, 'Group');
    const group = new Group(this.environment, this, name, seed);
    this.groups.set(name, group);
    return group;
  }

  addRole(name: string, seed: RoleSeed): Role {
    refuseTaken(this.roles, name, 'Role');
    const role = new Role(this.environment, this, name, seed);
    this.roles.set(name, role);
    return role;
  }

  /** Adds a customer managed policy. */
  addPolicy(name: string, document: PolicyDocument): ManagedPolicy {
    const text = JSON.stringify(document);
    parsePolicy(text, 'identity');
    const policy: ManagedPolicy = { arn: this.arn(`policy/${name}`), name, text, type: 'user-managed' };
    this.customerPolicies.set(policy.arn, policy);
    return policy;
  }

  addRootKey(seed: KeySeed = {}): NewKey {
    return this.rootKeys.seed(seed);
  }

  /** A user by name, or NoSuchEntity. */
  user(name: string): User {
    return found(this.users.get(name), `The user with name ${name} cannot be found.`);
  }

  group(name: string): Group {
    return found(this.groups.get(name), `The group with name ${name} cannot be found.`);
  }

  role(name: string): Role {
    return found(this.roles.get(name), `The role with name ${name} cannot be found.`);
  }

  /** Removes a user; the sessions of its keys end with it. */
  removeUser(name: string): void {
    this.user(name).deleted = true;
    this.users.delete(name);
  }

  removeRole(name: string): void {
    this.role(name).deleted = true;
    this.roles.delete(name);
  }

  /** A managed policy by ARN, or an AWS managed one by its bare name; NoSuchEntity when there is none. */
  managedPolicy(arnOrName: string): ManagedPolicy {
    const arn = isManagedPolicyName(arnOrName) ? managedPolicyArn(this.partition, arnOrName) : arnOrName;
    const document = managedPolicyDocument(this.partition, arn);
    if (document !== null) {
      const name = arn.slice(arn.lastIndexOf('/') + 1);
      return { arn, name, text: JSON.stringify(document), type: 'aws-managed' };
    }
    return found(this.customerPolicies.get(arn), `Policy ${arn} does not exist or is not attachable.`);
  }

  get customerPolicyCount(): number {
    return this.customerPolicies.size;
  }

  /** The customer managed policies. */
  get localPolicies(): readonly ManagedPolicy[] {
    return [...this.customerPolicies.values()];
  }
}

function found<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw noSuchEntity(message);
  return value;
}

function refuseTaken(names: ReadonlyMap<string, unknown>, name: string, kind: string): void {
  const folded = name.toLowerCase();
  for (const taken of names.keys()) {
    if (taken.length === name.length && taken.toLowerCase() === folded) {
      throw entityAlreadyExists(`${kind} with name ${name} already exists.`);
    }
  }
}
