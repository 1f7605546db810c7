import type { Use } from '../domain/last-use.ts';
import type { Partition } from '../domain/partition.ts';
import type { Secret } from '../domain/secret.ts';
import type { QueueAddress } from '../domain/trail-queue.ts';
import type { IamDeny } from './iam-deny.ts';
import type { IamKeys } from './iam-keys.ts';
import type { IamRoles } from './iam-roles.ts';
import type { ParameterStore, SecretsManager } from './secret-stores.ts';
import type { EventFiles, EventQueue } from './trail-queue.ts';
import type { EventHistory, Trail } from './trail.ts';

/** What signs a call. Never the host identity, unless it is asked for by name. */
export type AwsCredentials =
  | { readonly kind: 'access_key'; readonly accessKeyId: string; readonly secret: Secret }
  | {
      readonly kind: 'session';
      readonly accessKeyId: string;
      readonly secret: Secret;
      readonly sessionToken: Secret;
      readonly expiresAt: number;
    }
  | { readonly kind: 'host' };

/** Why a call to AWS did not succeed; made from AWS's error name (by text only where AWS forces it). */
export type AwsFailureCode =
  | 'key_not_active' // InvalidClientTokenId and its kin
  | 'wrong_secret'
  | 'clock_off'
  | 'region_wrong'
  | 'region_not_enabled'
  | 'expired_session'
  | 'denied_by_policy'
  | 'denied_by_source_ip'
  | 'denied_by_organization'
  | 'no_such_entity'
  | 'quota'
  | 'throttled'
  | 'aws_down'
  | 'timeout' // the outcome of a mutation is unknown
  | 'no_route'
  | 'proxy_trouble'
  | 'tls_trouble'
  | 'not_aws' // something answered that is not AWS (a proxy's page)
  | 'no_credentials' // the host identity's chain found nothing
  | 'invalid_request'
  | 'unexpected';

/** Thrown by the adapters of `src/aws`. `message` is for logs and never holds a secret. */
export class AwsFailure extends Error {
  readonly code: AwsFailureCode;
  /** `sts:GetCallerIdentity` and the like. */
  readonly action: string;
  /** AWS's own error name, or null when AWS was not reached. */
  readonly awsName: string | null;
  readonly requestId: string | null;
  /** What AWS (or the network) said, cut to 500 characters. */
  readonly said: string;
  /** How far our clock is from AWS's in ms (positive: ours is ahead), where the answer told. */
  readonly clockOffsetMs: number | null;
  /** True when AWS says that a policy denies the call, false when none allows it or AWS does not say. */
  readonly explicitDeny: boolean;

  constructor(fields: {
    code: AwsFailureCode;
    action: string;
    awsName?: string | null;
    requestId?: string | null;
    said?: string;
    clockOffsetMs?: number | null;
    explicitDeny?: boolean;
    cause?: unknown;
  }) {
    super(`${fields.action}: ${fields.code}${fields.awsName ? ` (${fields.awsName})` : ''}`, {
      cause: fields.cause,
    });
    this.name = 'AwsFailure';
    this.code = fields.code;
    this.action = fields.action;
    this.awsName = fields.awsName ?? null;
    this.requestId = fields.requestId ?? null;
    this.said = (fields.said ?? '').slice(0, 500);
    this.clockOffsetMs = fields.clockOffsetMs ?? null;
    this.explicitDeny = fields.explicitDeny ?? false;
  }
}

export interface CallerIdentity {
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
}

export interface Sts {
  getCallerIdentity(signal?: AbortSignal): Promise<CallerIdentity>;
  /** `externalId` null leaves it out (the open-role probe). */
  assumeRole(
    input: { roleArn: string; sessionName: string; externalId: string | null; durationSeconds: number },
    signal?: AbortSignal,
  ): Promise<Extract<AwsCredentials, { kind: 'session' }>>;
}

export type AccessKeyStatus = 'Active' | 'Inactive' | 'Expired';

export interface AccessKeyMetadata {
  readonly accessKeyId: string;
  readonly status: AccessKeyStatus;
  readonly createdAt: number | null;
}

export interface AttachedPolicy {
  readonly name: string;
  readonly arn: string;
}

/** An IAM user as lists show it. */
export interface ListedUser {
  readonly userId: string;
  readonly userName: string;
  readonly arn: string;
  readonly createdAt: number | null;
}

/** What one call tells of each user of an account. */
export interface UserDetail extends ListedUser {
  readonly tags: Readonly<Record<string, string>>;
  readonly policies: readonly AttachedPolicy[];
}

/**
 * The credential report: `content` is CSV, as of `generatedAt` (ms). AWS makes a new one every four hours at most;
 * `expired` and `not_present` ask for a new one, `not_ready` for patience.
 */
export type CredentialReport =
  | { readonly state: 'ready'; readonly content: Uint8Array; readonly generatedAt: number }
  | { readonly state: 'not_present' | 'not_ready' | 'expired' };

export type SimulatedDecision = 'allowed' | 'explicitDeny' | 'implicitDeny';

/** A condition key's value for a simulation. */
export interface SimulatedContext {
  readonly key: string;
  readonly type: 'string' | 'stringList';
  readonly values: readonly string[];
}

export interface Iam {
  /** All pages. */
  listAccessKeys(userName: string, signal?: AbortSignal): Promise<AccessKeyMetadata[]>;
  getUser(
    userName: string,
    signal?: AbortSignal,
  ): Promise<ListedUser & { readonly tags: Readonly<Record<string, string>> }>;
  /** All users, a page at a time (up to 1,000). It has ended well only when no page threw. */
  listUsers(signal?: AbortSignal): AsyncIterable<readonly ListedUser[]>;
  /** The same with tags and attached policies, by GetAccountAuthorizationDetails. */
  userDetails(signal?: AbortSignal): AsyncIterable<readonly UserDetail[]>;
  /** All pages. */
  listUserTags(userName: string, signal?: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** `rootKeys`: 0 or 1, where 1 means one or two. */
  accountSummary(signal?: AbortSignal): Promise<{ readonly rootKeys: number }>;
  generateCredentialReport(signal?: AbortSignal): Promise<'started' | 'in_progress' | 'complete'>;
  getCredentialReport(signal?: AbortSignal): Promise<CredentialReport>;
  /** `use` null: AWS has no record of any use. `userName`: whose key it is; null for the root user's. */
  accessKeyLastUsed(
    accessKeyId: string,
    signal?: AbortSignal,
  ): Promise<{ readonly userName: string | null; readonly use: Use | null }>;
  /** True when the user has a console password. */
  hasLoginProfile(userName: string, signal?: AbortSignal): Promise<boolean>;
  listAttachedUserPolicies(userName: string, signal?: AbortSignal): Promise<AttachedPolicy[]>;
  /** The names of its inline policies, all pages. */
  listUserPolicies(userName: string, signal?: AbortSignal): Promise<string[]>;
  listAttachedRolePolicies(roleName: string, signal?: AbortSignal): Promise<AttachedPolicy[]>;
  /** The first alias, or null. */
  accountAlias(signal?: AbortSignal): Promise<string | null>;
  /**
   * One answer per action, all pages; `resource` is the ARN to ask about, or `*`. `resourcePolicy`: the policy on it, as
   * JSON, which IAM does not read by itself; for users only.
   */
  simulate(
    question: {
      readonly principalArn: string;
      readonly actions: readonly string[];
      readonly resource: string;
      readonly resourcePolicy?: string | null;
      readonly context?: readonly SimulatedContext[];
    },
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, SimulatedDecision>>;
  /** Proves that users may be listed: asks for one. */
  listOneUser(signal?: AbortSignal): Promise<void>;
  /** One try; `timeout` means the outcome is unknown. `act`: see `OwnAct`; null where no row of its own tells of it. */
  updateAccessKey(
    input: { userName: string; accessKeyId: string; status: 'Active' | 'Inactive'; act: string | null },
    signal?: AbortSignal,
  ): Promise<void>;
}

/**
 * Who waits for an answer. A `person` goes first; `background` work waits its turn in the account's call budget, and
 * is tried again there when AWS throttles it.
 */
export type Urgency = 'person' | 'background';

/** Makes signed clients. Errors of every call are {@link AwsFailure}. */
export interface Aws {
  sts(credentials: AwsCredentials, region: string): Sts;
  /** `accountId`: whose call budget is used. */
  iam(
    credentials: AwsCredentials,
    partition: Partition,
    use: { readonly accountId: string; readonly urgency: Urgency },
  ): Iam;
  /** `accountId`: whose call budget the calls count in; they are changes, and are never tried again. */
  iamKeys(credentials: AwsCredentials, partition: Partition, use: { readonly accountId: string }): IamKeys;
  /** `accountId`: whose call budget the calls count in; they never wait there. */
  iamDeny(credentials: AwsCredentials, partition: Partition, use: { readonly accountId: string }): IamDeny;
  /** The same, of roles. */
  iamRoles(credentials: AwsCredentials, partition: Partition, use: { readonly accountId: string }): IamRoles;
  secretsManager(credentials: AwsCredentials, region: string): SecretsManager;
  /** The account says whose budget the calls count against. */
  parameterStore(credentials: AwsCredentials, place: { accountId: string; region: string }): ParameterStore;
  /** The account says whose budget the look-ups count against. */
  trail(credentials: AwsCredentials, place: { accountId: string; partition: Partition }): Trail;
  /** The same budget. */
  eventHistory(credentials: AwsCredentials, place: { accountId: string }): EventHistory;
  eventQueue(credentials: AwsCredentials, address: QueueAddress): EventQueue;
  eventFiles(credentials: AwsCredentials): EventFiles;
}

/** The sessions of the roles Rekey assumes. */
export interface Sessions {
  /** A session that has some minutes left at least. Throws AwsFailure. */
  of(role: {
    readonly roleArn: string;
    readonly externalId: string;
    readonly region: string;
  }): Promise<Extract<AwsCredentials, { kind: 'session' }>>;
  /** Forgets a session, after AWS refused it or its connection changed. */
  forget(roleArn: string): void;
}

/** Rekey's own AWS identity, which assumes the roles. */
export type HostIdentity =
  | {
      readonly available: true;
      readonly arn: string;
      readonly accountId: string;
      readonly partition: Partition;
    }
  | { readonly available: false; readonly why: string; readonly mend: string };
