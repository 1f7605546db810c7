import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Where {
  readonly endpoint: string;
  readonly region?: string;
}

/** A real IAM client with one attempt, so that every refusal is seen. */
export function iamClient({ endpoint, region = 'us-east-1' }: Where, credentials: Keys): IAMClient {
  return new IAMClient({ endpoint, region, credentials: { ...credentials }, maxAttempts: 1 });
}

/** A real STS client with one attempt. */
export function stsClient({ endpoint, region = 'us-east-1' }: Where, credentials: Keys): STSClient {
  return new STSClient({ endpoint, region, credentials: { ...credentials }, maxAttempts: 1 });
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
