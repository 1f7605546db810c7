import { AwsError, accessDenied } from '../aws-error.ts';
import { reason, refusal, requireAllowed, verdictFor } from '../auth/authorise.ts';
import type { StoredBucket } from '../accounts/bucket.ts';
import type { Order, Service } from '../service.ts';
import { header } from '../wire/raw-request.ts';
import type { RawRequest } from '../wire/raw-request.ts';
import type { Reply } from '../wire/reply.ts';
import { toXml } from '../wire/xml.ts';

/** Refusals that all services share have other names in S3 (facts: AWS 1.1). */
const names: ReadonlyMap<string, string> = new Map([
  ['InvalidClientTokenId', 'InvalidAccessKeyId'],
  ['MissingAuthenticationToken', 'AccessDenied'],
  ['Throttling', 'SlowDown'],
  ['ServiceFailure', 'InternalError'],
  ['InvalidAction', 'NotImplemented'],
]);

interface Target {
  readonly bucket: string;
  readonly key: string;
}

/** Bucket and key: by the host (`bucket.localhost`, `bucket.s3.…`), else the first part of the path. */
function targetOf(request: RawRequest): Target {
  const host = (header(request, 'host') ?? '').replace(/:\d+$/, '');
  const [, byHost] = /^(.+)\.(?:localhost|s3[.-].*)$/.exec(host) ?? [];
  const path = decode(request.path.slice(1));
  if (byHost !== undefined) return { bucket: byHost, key: path };
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('InvalidURI', 400, "Couldn't parse the specified URI.");
  }
}

function actionOf(request: RawRequest): string | null {
  const { key } = targetOf(request);
  if (request.method === 'GET') return key === '' ? 'ListObjects' : 'GetObject';
  if (request.method === 'PUT') return key === '' ? 'CreateBucket' : 'PutObject';
  return null;
}

/** A failure that says where the bucket is, as S3 does. */
class ElsewhereError extends AwsError {
  readonly region: string;

  constructor(region: string) {
    super(
      'PermanentRedirect',
      301,
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
    );
    this.region = region;
  }
}

function bucketFor({ world, caller }: Order, name: string): StoredBucket {
  const bucket = world.buckets.get(name);
  if (bucket === undefined) throw new AwsError('NoSuchBucket', 404, 'The specified bucket does not exist');
  if (bucket.region !== caller.region) throw new ElsewhereError(bucket.region);
  return bucket;
}

function getObject(order: Order): Reply {
  const { caller, circumstances, request } = order;
  const target = targetOf(request);
  const bucket = bucketFor(order, target.bucket);
  const arn = `arn:${caller.partition}:s3:::${bucket.name}`;
  requireAllowed(caller, circumstances, 's3:GetObject', {
    resource: `${arn}/${target.key}`,
    shown: `"${arn}/${target.key}"`,
  });
  const object = bucket.objects.get(target.key);
  if (object === undefined) {
    // Whoever may not list the bucket does not learn what is not there (S3 API reference, GetObject).
    requireAllowed(caller, circumstances, 's3:ListBucket', { resource: arn, shown: `"${arn}"` });
    throw new AwsError('NoSuchKey', 404, 'The specified key does not exist.');
  }
  const { kmsKeyArn } = object;
  if (kmsKeyArn !== null) {
    const context = { 'kms:ViaService': `s3.${bucket.region}.amazonaws.com` };
    const key = { resource: kmsKeyArn, context };
    const verdict = verdictFor(caller, circumstances, 'kms:Decrypt', key);
    if (verdict.decision !== 'allowed') {
      const why = reason(verdict, 'kms:Decrypt');
      throw accessDenied(refusal(caller, 'kms:Decrypt', { ...key, shown: `"${kmsKeyArn}"` }, why));
    }
  }
  return {
    status: 200,
    contentType: 'application/json',
    errorCode: null,
    body: object.body,
    headers: { 'content-encoding': 'gzip' },
  };
}

function putObject(order: Order): Reply {
  const { caller, circumstances, request } = order;
  const target = targetOf(request);
  const bucket = bucketFor(order, target.bucket);
  const resource = `arn:${caller.partition}:s3:::${bucket.name}/${target.key}`;
  requireAllowed(caller, circumstances, 's3:PutObject', { resource });
  bucket.put(target.key, request.body);
  return empty();
}

function createBucket(order: Order): Reply {
  const { world, caller, circumstances, request } = order;
  const { bucket } = targetOf(request);
  requireAllowed(caller, circumstances, 's3:CreateBucket', {
    resource: `arn:${caller.partition}:s3:::${bucket}`,
  });
  if (world.buckets.has(bucket)) throw new AwsError('BucketAlreadyOwnedByYou', 409, 'You own it already.');
  world.addBucket(caller.principal.account, bucket, { region: caller.region });
  return empty();
}

function empty(): Reply {
  return { status: 200, contentType: 'application/xml', errorCode: null, body: '' };
}

/** S3: objects put and got. Objects are data: CloudTrail's event history does not have them. */
export const s3: Service = {
  name: 's3',
  global: false,
  recognises: () => false,
  actionOf,
  parametersOf: (request) => ({ bucketName: targetOf(request).bucket }),
  dataActions: new Set(['GetObject', 'PutObject', 'ListObjects']),
  perform: (order) => {
    const { action } = order;
    if (action === 'GetObject') return getObject(order);
    if (action === 'PutObject') return putObject(order);
    if (action === 'CreateBucket') return createBucket(order);
    throw new AwsError('InvalidAction', 501, 'A header or query you provided is not implemented.');
  },
  refuse: (error, requestId) => {
    const code = names.get(error.code) ?? error.code;
    const content = toXml({ Code: code, Message: error.message, RequestId: requestId });
    return {
      status: code === 'SlowDown' ? 503 : error.status,
      contentType: 'application/xml',
      errorCode: code,
      body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${content}</Error>`,
      ...(error instanceof ElsewhereError ? { headers: { 'x-amz-bucket-region': error.region } } : {}),
    };
  },
};
