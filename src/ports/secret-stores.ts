import type { Secret } from '../domain/secret.ts';

/** A secret of AWS Secrets Manager without its value. */
export interface SecretFacts {
  readonly arn: string;
  readonly tags: ReadonlyMap<string, string>;
  /** Null: AWS's own key. */
  readonly kmsKeyId: string | null;
  /** Secrets Manager's own rotation would overwrite what we write. */
  readonly rotates: boolean;
  /** When its deletion was asked for, ms; null when it was not. */
  readonly deletedAt: number | null;
}

/** One version of a secret, deprecated ones (without a stage) included. */
export interface SecretVersion {
  readonly versionId: string;
  readonly createdAt: number | null;
  readonly stages: readonly string[];
}

/** AWS Secrets Manager in one region. Errors are AwsFailures, and hold no part of a value. */
export interface SecretsManager {
  /** Null: there is no such secret. */
  describe(name: string, signal: AbortSignal): Promise<SecretFacts | null>;
  /** The policy on the secret itself, as JSON; null: it has none, or there is no such secret. */
  resourcePolicy(name: string, signal: AbortSignal): Promise<string | null>;
  /** All pages. */
  versions(name: string, signal: AbortSignal): Promise<SecretVersion[]>;
  /** The current value; null when there is no such secret, or no value yet. `text` null: it is binary. */
  current(
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly versionId: string; readonly text: Secret | null } | null>;
  /** One try. The same token with the same value is a repetition, which changes nothing. */
  create(
    input: {
      readonly name: string;
      readonly value: Secret;
      readonly token: string;
      readonly tags: Readonly<Record<string, string>>;
      readonly kmsKeyId: string | null;
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** One try; the token is the version's id. `stages` move to the new version in the same instant. */
  put(
    input: {
      readonly name: string;
      readonly value: Secret;
      readonly token: string;
      readonly stages: readonly string[];
    },
    signal: AbortSignal,
  ): Promise<void>;
  /** One try. `from` null: the stage is on no version. */
  moveStage(
    input: {
      readonly name: string;
      readonly stage: string;
      readonly from: string | null;
      readonly to: string;
    },
    signal: AbortSignal,
  ): Promise<void>;
}

/** A parameter's value at one version. */
export interface ParameterValue {
  readonly version: number;
  readonly type: 'String' | 'StringList' | 'SecureString';
  readonly text: Secret;
}

/** SSM Parameter Store in one region. Errors are AwsFailures, and hold no part of a value. */
export interface ParameterStore {
  /** `version` null: the newest. Null: there is no such parameter or version. */
  read(name: string, version: number | null, signal: AbortSignal): Promise<ParameterValue | null>;
  /**
   * Writes a SecureString, inside the region's budget; `TooManyUpdates` is tried again a few times. Answers the new
   * version. Not `overwrite`: refused when it exists.
   */
  write(
    input: {
      readonly name: string;
      readonly value: Secret;
      readonly overwrite: boolean;
      readonly kmsKeyId: string | null;
    },
    signal: AbortSignal,
  ): Promise<number>;
}
