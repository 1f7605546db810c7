import type { Partition } from '../domain/partition.ts';
import type { Secret } from '../domain/secret.ts';
import type { IamKeys } from './iam-keys.ts';

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
  ): Promise<{ userName: string; uniqueId: string; arn: string }>;
  /** True when the user has a console password. */
  hasLoginProfile(userName: string, signal?: AbortSignal): Promise<boolean>;
  listAttachedUserPolicies(userName: string, signal?: AbortSignal): Promise<AttachedPolicy[]>;
  listAttachedRolePolicies(roleName: string, signal?: AbortSignal): Promise<AttachedPolicy[]>;
  /** The first alias, or null. */
  accountAlias(signal?: AbortSignal): Promise<string | null>;
  /** One answer per action, all pages; `resource` is the ARN to ask about, or `*`. */
  simulate(
    question: {
      readonly principalArn: string;
      readonly actions: readonly string[];
      readonly resource: string;
      readonly context?: readonly SimulatedContext[];
    },
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, SimulatedDecision>>;
  /** Proves that users may be listed: asks for one. */
  listOneUser(signal?: AbortSignal): Promise<void>;
  /** One try; `timeout` means the outcome is unknown. */
  updateAccessKey(
    input: { userName: string; accessKeyId: string; status: 'Active' | 'Inactive' },
    signal?: AbortSignal,
  ): Promise<void>;
}

/** Makes signed clients. Errors of every call are {@link AwsFailure}. */
export interface Aws {
  sts(credentials: AwsCredentials, region: string): Sts;
  iam(credentials: AwsCredentials, partition: Partition): Iam;
  iamKeys(credentials: AwsCredentials, partition: Partition): IamKeys;
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
