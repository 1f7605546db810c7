import type { S3Client } from '@aws-sdk/client-s3';
import { AwsFailure } from '../ports/aws.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import { UnreadableFile, type EventFiles } from '../ports/trail-queue.ts';
import { callAws } from './call.ts';
import type { CallGround } from './call.ts';
import { s3Client } from './clients.ts';
import { failureOf } from './errors.ts';
import { aborted } from './sts.ts';

const ACTION = 's3:GetObject';
/** CloudTrail's files have 50 MB before they are packed (facts: AWS 1.9): none is packed longer than this. */
const LONGEST = 32 * 1024 * 1024;
/** How long one file may take once it comes. */
const BODY_MS = 60_000;

/** Files of a trail, read by a connection. */
export function openEventFiles(ground: CallGround, credentials: AwsCredentials): EventFiles {
  const clients = new Map<string, Promise<S3Client>>();
  const clientIn = (region: string): Promise<S3Client> => {
    const client = clients.get(region) ?? s3Client(ground, credentials, region);
    clients.set(region, client);
    return client;
  };
  return {
    async read({ bucket, key, region }, signal) {
      const { GetObjectCommand } = await import('@aws-sdk/client-s3');
      const client = await clientIn(region);
      try {
        const { Body } = await callAws(ground, credentials, ACTION, () =>
          client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), aborted(signal)),
        );
        return await bytesOf(Body as Body | undefined, signal);
      } catch (error) {
        if (error instanceof UnreadableFile) throw error;
        throw ofKms(
          failureOf(error, {
            action: ACTION,
            proxies: ground.transport.proxies,
            secrets: [],
            now: ground.clock.now(),
          }),
        );
      }
    },
  };
}

/** What the SDK gives on Node: a stream. */
type Body = AsyncIterable<Uint8Array> & { destroy(error?: Error): unknown };

async function bytesOf(body: Body | undefined, signal: AbortSignal | undefined): Promise<Uint8Array> {
  if (body === undefined) throw new AwsFailure({ code: 'not_aws', action: ACTION, said: 'no body' });
  // The limits of a request end with the first byte of its answer.
  const deadline = AbortSignal.any([AbortSignal.timeout(BODY_MS), ...(signal === undefined ? [] : [signal])]);
  const cut = (): void => void body.destroy(Object.assign(new Error('cut off'), { code: 'ECONNABORTED' }));
  deadline.addEventListener('abort', cut, { once: true });
  try {
    return await collected(body);
  } finally {
    deadline.removeEventListener('abort', cut);
  }
}

async function collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > LONGEST) throw new UnreadableFile(`it is longer than ${LONGEST / 1024 / 1024} MB`);
    chunks.push(chunk);
  }
  // A buffer of its own, so that it can be handed to another thread.
  const bytes = new Uint8Array(length);
  let place = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, place);
    place += chunk.length;
  }
  return bytes;
}

/** S3 refuses with the name of what is missing: where it is the right to the key, that is what must be mended. */
function ofKms(failure: AwsFailure): AwsFailure {
  if (!failure.code.startsWith('denied_') || !/kms:Decrypt/.test(failure.said)) return failure;
  const { code, awsName, requestId, said, explicitDeny } = failure;
  return new AwsFailure({ code, action: 'kms:Decrypt', awsName, requestId, said, explicitDeny });
}
