import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface Where {
  readonly endpoint: string;
  readonly region?: string;
  /** Milliseconds by which the other side's clock is ahead of ours, as a client that lives long would have learnt. */
  readonly aheadMs?: () => number;
}

function keepTime<T extends { config: { systemClockOffset: number } }>(client: T, { aheadMs }: Where): T {
  if (aheadMs === undefined) return client;
  // The SDK reads the offset before each signature and writes what it learns from errors.
  Object.defineProperty(client.config, 'systemClockOffset', { get: aheadMs, set: () => undefined });
  return client;
}

/** A real IAM client with one attempt, so that every refusal is seen. */
export function iamClient(where: Where, credentials: Keys): IAMClient {
  const { endpoint, region = 'us-east-1' } = where;
  return keepTime(
    new IAMClient({ endpoint, region, credentials: { ...credentials }, maxAttempts: 1 }),
    where,
  );
}

/** A real STS client with one attempt. */
export function stsClient(where: Where, credentials: Keys): STSClient {
  const { endpoint, region = 'us-east-1' } = where;
  return keepTime(
    new STSClient({ endpoint, region, credentials: { ...credentials }, maxAttempts: 1 }),
    where,
  );
}

function options(where: Where, credentials: Keys) {
  const { endpoint, region = 'us-east-1' } = where;
  return { endpoint, region, credentials: { ...credentials }, maxAttempts: 1 };
}

export function secretsManagerClient(where: Where, credentials: Keys): SecretsManagerClient {
  return keepTime(new SecretsManagerClient(options(where, credentials)), where);
}

export function ssmClient(where: Where, credentials: Keys): SSMClient {
  return keepTime(new SSMClient(options(where, credentials)), where);
}

export function cloudTrailClient(where: Where, credentials: Keys): CloudTrailClient {
  return keepTime(new CloudTrailClient(options(where, credentials)), where);
}

export function ec2Client(where: Where, credentials: Keys): EC2Client {
  return keepTime(new EC2Client(options(where, credentials)), where);
}

/** How a call failed. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

/** Waits for a call to fail, and fails itself when it does not. */
export async function failure(call: Promise<unknown>): Promise<Failure> {
  try {
    await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { name, message, status: $metadata?.httpStatusCode };
  }
  throw new Error('The call was expected to fail, and did not.');
}

/** Temporary credentials as a client takes them. */
export function sessionKeys(
  credentials:
    | {
        AccessKeyId: string | undefined;
        SecretAccessKey: string | undefined;
        SessionToken: string | undefined;
      }
    | undefined,
): Required<Keys> {
  const { AccessKeyId, SecretAccessKey, SessionToken } = credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined) {
    throw new Error('No credentials were issued.');
  }
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

export function sqsClient(where: Where, credentials: Keys): SQSClient {
  return keepTime(new SQSClient({ ...options(where, credentials), useQueueUrlAsEndpoint: false }), where);
}

export function s3Client(where: Where, credentials: Keys): S3Client {
  return keepTime(new S3Client({ ...options(where, credentials), forcePathStyle: true }), where);
}
