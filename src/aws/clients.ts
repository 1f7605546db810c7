import { inspect } from 'node:util';
import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import type { S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import { iamRegion } from '../domain/partition.ts';
import type { Partition } from '../domain/partition.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import { NotAwsAnswer } from './errors.ts';
import type { AwsEnvironment, Transport } from './transport.ts';

/** What every client is made of. */
export interface ClientGround {
  readonly env: AwsEnvironment;
  readonly version: string;
  readonly transport: Transport;
}

/** A read may be tried twice; a mutation, and whatever must be judged at its first answer, once. */
export type Attempts = 1 | 2;

interface SdkCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** Credentials the SDK can read and nothing can print: the SDK's own logs and `inspect` show the id alone. */
function unprintable(credentials: SdkCredentials): SdkCredentials {
  const shown = () => ({ accessKeyId: credentials.accessKeyId, secretAccessKey: '[secret]' });
  Object.defineProperty(credentials, inspect.custom, { value: shown });
  Object.defineProperty(credentials, 'toJSON', { value: shown });
  return credentials;
}

/**
 * The credentials of a client: always explicit. Only `host` leaves them to the SDK's default chain, and only when
 * the environment handed in has no key of its own (the chain would take that first, too).
 */
function credentialsFor(
  credentials: AwsCredentials,
  env: AwsEnvironment,
): { credentials?: () => Promise<SdkCredentials> } {
  if (credentials.kind === 'access_key') {
    const { accessKeyId, secret } = credentials;
    return { credentials: async () => unprintable({ accessKeyId, secretAccessKey: secret.reveal() }) };
  }
  if (credentials.kind === 'session') {
    const { accessKeyId, secret, sessionToken, expiresAt } = credentials;
    return {
      credentials: async () =>
        unprintable({
          accessKeyId,
          secretAccessKey: secret.reveal(),
          sessionToken: sessionToken.reveal(),
          expiration: new Date(expiresAt),
        }),
    };
  }
  const {
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: token,
    AWS_PROFILE: profile,
  } = env;
  if (!id || !secret || profile) return {};
  return {
    credentials: async () =>
      unprintable({ accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) }),
  };
}

/** As the SDK names services in its variables. */
type EndpointName = 'IAM' | 'STS' | 'SECRETS_MANAGER' | 'SSM' | 'CLOUDTRAIL' | 'EC2' | 'SQS' | 'S3';

/** The endpoint set in the environment handed in. The SDK itself honours those of the process and of its files. */
function endpointFor(service: EndpointName, env: AwsEnvironment): { endpoint?: string } {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return {};
  const endpoint = env[`AWS_ENDPOINT_URL_${service}`] || env['AWS_ENDPOINT_URL'];
  return endpoint ? { endpoint } : {};
}

function common(ground: ClientGround, credentials: AwsCredentials, attempts: Attempts) {
  return {
    ...credentialsFor(credentials, ground.env),
    requestHandler: ground.transport.handler,
    maxAttempts: attempts,
    retryMode: 'standard',
    customUserAgent: [['rekey', ground.version]] as [string, string][],
    // The SDK's own log would show requests; ours has one line a call.
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  };
}

/** What our check of raw answers needs of a client's middleware stack. */
interface Stack {
  add(
    middleware: (
      next: (args: { input: object; request: unknown }) => Promise<{ response: unknown; output: never }>,
    ) => (args: { input: object; request: unknown }) => Promise<{ response: unknown; output: never }>,
    options: { step: 'deserialize'; priority: 'low'; name: string },
  ): void;
}

/** A proxy's page is not an answer: the SDK would call it a syntax error, or, with status 200, an empty result. */
function refusingPages<Client extends { readonly middlewareStack: object }>(client: Client): Client {
  const stack = client.middlewareStack as Stack;
  stack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { response } = result;
      if (isPage(response)) throw new NotAwsAnswer(response.statusCode);
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'rekeyRefusePages' },
  );
  return client;
}

function isPage(response: unknown): response is { statusCode: number } {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return false;
  const headers = response.headers as Record<string, string | undefined>;
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return type !== undefined && /\bx?html\b/i.test(type);
}

/** An STS client that signs for `region` and calls its regional endpoint. */
export function stsClient(
  ground: ClientGround,
  credentials: AwsCredentials,
  region: string,
  attempts: Attempts,
): STSClient {
  return refusingPages(new STSClient(regional(ground, credentials, region, attempts, 'STS')));
}

/** An IAM client; it signs for the one region IAM lives in per partition, also at an endpoint of our choice. */
export function iamClient(
  ground: ClientGround,
  credentials: AwsCredentials,
  partition: Partition,
  attempts: Attempts,
): IAMClient {
  return refusingPages(
    new IAMClient({
      ...common(ground, credentials, attempts),
      ...endpointFor('IAM', ground.env),
      region: iamRegion(partition),
    }),
  );
}

/** What every client of a regional service is made of. */
function regional(
  ground: ClientGround,
  credentials: AwsCredentials,
  region: string,
  attempts: Attempts,
  service: EndpointName,
) {
  return { ...common(ground, credentials, attempts), ...endpointFor(service, ground.env), region };
}

export function secretsManagerClient(
  ground: ClientGround,
  credentials: AwsCredentials,
  region: string,
  attempts: Attempts,
): SecretsManagerClient {
  return refusingPages(
    new SecretsManagerClient(regional(ground, credentials, region, attempts, 'SECRETS_MANAGER')),
  );
}

/** One try: its caller keeps a budget, which the SDK's own retries would pass by. */
export function ssmClient(ground: ClientGround, credentials: AwsCredentials, region: string): SSMClient {
  return refusingPages(new SSMClient(regional(ground, credentials, region, 1, 'SSM')));
}

/** One try: its caller keeps a budget, which the SDK's own retries would pass by. */
export function cloudTrailClient(
  ground: ClientGround,
  credentials: AwsCredentials,
  region: string,
): CloudTrailClient {
  return refusingPages(new CloudTrailClient(regional(ground, credentials, region, 1, 'CLOUDTRAIL')));
}

/** Loaded when it is first asked for: a large library, of which one call is used. */
export async function ec2Client(
  ground: ClientGround,
  credentials: AwsCredentials,
  region: string,
): Promise<EC2Client> {
  const { EC2Client } = await import('@aws-sdk/client-ec2');
  return refusingPages(new EC2Client(regional(ground, credentials, region, 2, 'EC2')));
}

/** Loaded when it is first asked for: few accounts have a queue. The queue's URL never decides where a call goes. */
export async function sqsClient(
  ground: ClientGround,
  credentials: AwsCredentials,
  region: string,
): Promise<SQSClient> {
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  return refusingPages(
    new SQSClient({
      ...regional(ground, credentials, region, 2, 'SQS'),
      useQueueUrlAsEndpoint: false,
    }),
  );
}

/**
 * Loaded when it is first asked for, too. A bucket elsewhere says where, and is asked there; at an address of our choice
 * buckets are parts of the path, since their names are no hosts there.
 */
export async function s3Client(
  ground: ClientGround,
  credentials: AwsCredentials,
  region: string,
): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const options = regional(ground, credentials, region, 2, 'S3');
  return refusingPages(
    new S3Client({
      ...options,
      followRegionRedirects: true,
      forcePathStyle: Object.hasOwn(options, 'endpoint'),
    }),
  );
}
