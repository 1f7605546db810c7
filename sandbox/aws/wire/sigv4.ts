import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { AwsError, signatureDoesNotMatch } from '../aws-error.ts';
import { header } from './raw-request.ts';
import type { RawRequest } from './raw-request.ts';

/** What the Authorization header claims; nothing of it is proved yet. */
export interface Claim {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`, from `X-Amz-Date` or `Date`. */
  readonly timestamp: string;
  readonly sessionToken: string | null;
}

const algorithm = 'AWS4-HMAC-SHA256';
const skewMs = 5 * 60_000;

/**
 * Reads the claim out of a request. Unsigned: MissingAuthenticationToken (403); not readable: IncompleteSignature (400),
 * with one sentence per missing part.
 */
export function readClaim(request: RawRequest): Claim {
  const authorization = header(request, 'authorization');
  if (authorization === null) {
    throw new AwsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
  }
  const [scheme = '', ...rest] = authorization.trim().split(/\s+/);
  if (scheme !== algorithm) throw incomplete(`Unsupported AWS 'algorithm': '${scheme}'.`, authorization);
  const fields = new Map(
    rest
      .join('')
      .split(',')
      .map((field) => [field.slice(0, Math.max(field.indexOf('='), 0)), field.slice(field.indexOf('=') + 1)]),
  );
  const timestamp = requestTime(request);
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => (fields.get(name) ?? '') === '')
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (timestamp === null) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  const scope = (fields.get('Credential') ?? '').split('/');
  if (missing.length === 0 && scope.length !== 5) {
    missing.push(
      'Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
    );
  }
  if (missing.length > 0 || timestamp === null) throw incomplete(missing.join(' '), authorization);
  const [accessKeyId = '', date = '', region = '', service = '', terminator = ''] = scope;
  return {
    accessKeyId,
    date,
    region,
    service,
    terminator,
    timestamp,
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';'),
    signature: fields.get('Signature') ?? '',
    sessionToken: header(request, 'x-amz-security-token'),
  };
}

function incomplete(message: string, authorization: string): AwsError {
  // AWS echoes a digest, not the header: a log of this answer must not hold a signature.
  const digest = createHash('sha256').update(authorization).digest('base64');
  return new AwsError(
    'IncompleteSignature',
    400,
    `${message} (Hashed with SHA-256 and encoded with Base64) Authorization=${digest}`,
  );
}

function requestTime(request: RawRequest): string | null {
  const amzDate = header(request, 'x-amz-date');
  if (amzDate !== null) return /^\d{8}T\d{6}Z$/.test(amzDate) ? amzDate : null;
  const parsed = Date.parse(header(request, 'date') ?? '');
  return Number.isNaN(parsed) ? null : compactTime(parsed);
}

/** Milliseconds as `YYYYMMDDTHHMMSSZ`. */
export function compactTime(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

/** Refuses a scope of another day, service or terminator, and a time more than five minutes from `now` (ms). */
export function checkScope(claim: Claim, expected: { service: string; now: number }): void {
  if (claim.terminator !== 'aws4_request') {
    throw signatureDoesNotMatch(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${claim.terminator}'.`,
    );
  }
  if (claim.service !== expected.service) {
    throw signatureDoesNotMatch(`Credential should be scoped to correct service: '${expected.service}'.`);
  }
  if (claim.date !== claim.timestamp.slice(0, 8)) {
    throw signatureDoesNotMatch(
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${claim.date}' != '${claim.timestamp.slice(0, 8)}', from '${claim.timestamp}'.`,
    );
  }
  const signedAt = Date.parse(
    claim.timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
  const { timestamp } = claim;
  const now = compactTime(expected.now);
  if (signedAt < expected.now - skewMs) {
    const edge = compactTime(expected.now - skewMs);
    throw signatureDoesNotMatch(
      `Signature expired: ${timestamp} is now earlier than ${edge} (${now} - 5 min.)`,
    );
  }
  if (signedAt > expected.now + skewMs) {
    const edge = compactTime(expected.now + skewMs);
    throw signatureDoesNotMatch(
      `Signature not yet current: ${timestamp} is still later than ${edge} (${now} + 5 min.)`,
    );
  }
}

/**
 * Whether the signature was made with this secret over this request (Signature Version 4: canonical request, string to
 * sign, derived key). The hash of the body is always computed here, never taken from a header.
 */
export function signatureHolds(request: RawRequest, claim: Claim, secretAccessKey: string): boolean {
  const expected = Buffer.from(signature(request, claim, secretAccessKey), 'hex');
  const given = Buffer.from(claim.signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** `host` and every `x-amz-` header that was sent must be signed. */
export function checkSignedHeaders(request: RawRequest, claim: Claim): void {
  const signed = new Set(claim.signedHeaders);
  if (!signed.has('host')) {
    throw signatureDoesNotMatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  for (const name of request.headers.keys()) {
    if (name.startsWith('x-amz-') && !signed.has(name)) {
      throw signatureDoesNotMatch(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`);
    }
  }
}

function signature(request: RawRequest, claim: Claim, secretAccessKey: string): string {
  const scope = `${claim.date}/${claim.region}/${claim.service}/${claim.terminator}`;
  const toSign = [algorithm, claim.timestamp, scope, sha256(canonicalRequest(request, claim))].join('\n');
  const key = [claim.date, claim.region, claim.service, claim.terminator].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  return hmac(key, toSign).toString('hex');
}

function canonicalRequest(request: RawRequest, claim: Claim): string {
  const headers = claim.signedHeaders.map((name) => {
    const values = request.headers.get(name) ?? [];
    return `${name}:${values.map((value) => value.trim().replaceAll(/\s+/g, ' ')).join(',')}\n`;
  });
  return [
    request.method,
    canonicalPath(request.path, claim.service),
    canonicalQuery(request.query),
    headers.join(''),
    claim.signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
}

function canonicalPath(path: string, service: string): string {
  if (service === 's3') return path;
  const kept: string[] = [];
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.' && segment !== '') kept.push(encode(segment));
  }
  const slash = kept.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${kept.join('/')}${slash}`;
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [encode(decode(name)), encode(decode(value.join('=')))] as const;
    })
    .sort(([a, x], [b, y]) => compare(a, b) || compare(x, y))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function hmac(key: Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
