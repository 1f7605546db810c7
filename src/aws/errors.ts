import { AwsFailure } from '../ports/aws.ts';
import type { AwsFailureCode } from '../ports/aws.ts';

/** Something that is not AWS answered: a page of HTML. */
export class NotAwsAnswer extends Error {
  readonly statusCode: number;

  constructor(statusCode: number) {
    super('a page instead of an answer of AWS');
    this.name = 'NotAwsAnswer';
    this.statusCode = statusCode;
  }
}

/** What the classifier needs to know beside the error. */
export interface FailureGround {
  readonly action: string;
  readonly proxies: readonly { readonly host: string; readonly port: number }[];
  /** Values that must never be repeated, should an answer hold one. */
  readonly secrets: readonly string[];
  readonly now: number;
}

/** By the SDK's error name: IAM and STS (Query) and the JSON services. */
const CODE_OF_NAME: ReadonlyMap<string, AwsFailureCode> = new Map<string, AwsFailureCode>([
  ['InvalidClientTokenId', 'key_not_active'],
  ['UnrecognizedClientException', 'key_not_active'],
  ['InvalidAccessKeyId', 'key_not_active'],
  ['AuthFailure', 'key_not_active'],
  ['ExpiredToken', 'expired_session'],
  ['ExpiredTokenException', 'expired_session'],
  ['RequestExpired', 'clock_off'],
  ['RequestInTheFuture', 'clock_off'],
  ['RequestTimeTooSkewed', 'clock_off'],
  ['PermanentRedirect', 'region_wrong'],
  ['AuthorizationHeaderMalformed', 'region_wrong'],
  ['RegionDisabledException', 'region_not_enabled'],
  ['OptInRequired', 'region_not_enabled'],
  ['NoSuchEntity', 'no_such_entity'],
  ['NoSuchEntityException', 'no_such_entity'],
  ['ResourceNotFoundException', 'no_such_entity'],
  ['ParameterNotFound', 'no_such_entity'],
  ['ParameterVersionNotFound', 'no_such_entity'],
  ['QueueDoesNotExist', 'no_such_entity'],
  ['AWS.SimpleQueueService.NonExistentQueue', 'no_such_entity'],
  ['NoSuchKey', 'no_such_entity'],
  ['NoSuchBucket', 'no_such_entity'],
  ['LimitExceeded', 'quota'],
  ['LimitExceededException', 'quota'],
  ['Throttling', 'throttled'],
  ['ThrottlingException', 'throttled'],
  ['ThrottledException', 'throttled'],
  ['RequestThrottled', 'throttled'],
  ['RequestThrottledException', 'throttled'],
  ['RequestLimitExceeded', 'throttled'],
  ['TooManyRequestsException', 'throttled'],
  ['BandwidthLimitExceeded', 'throttled'],
  ['PriorRequestNotComplete', 'throttled'],
  ['SlowDown', 'throttled'],
  ['OverLimit', 'throttled'],
  ['KmsThrottled', 'throttled'],
  ['TooManyUpdates', 'throttled'],
  ['ServiceFailure', 'aws_down'],
  ['ServiceFailureException', 'aws_down'],
  ['ServiceUnavailable', 'aws_down'],
  ['InternalFailure', 'aws_down'],
  ['InternalServiceError', 'aws_down'],
  ['InternalServerError', 'aws_down'],
  ['EntityTemporarilyUnmodifiableException', 'aws_down'],
  ['ValidationError', 'invalid_request'],
  ['ValidationException', 'invalid_request'],
  ['InvalidInput', 'invalid_request'],
  ['InvalidInputException', 'invalid_request'],
  ['InvalidParameterException', 'invalid_request'],
  ['InvalidRequestException', 'invalid_request'],
  ['ResourceExistsException', 'invalid_request'],
  ['ParameterAlreadyExists', 'invalid_request'],
  ['InvalidTimeRangeException', 'invalid_request'],
  ['InvalidNextTokenException', 'invalid_request'],
  ['InvalidLookupAttributesException', 'invalid_request'],
  ['InvalidMaxResultsException', 'invalid_request'],
  ['CredentialsProviderError', 'no_credentials'],
  ['TokenProviderError', 'no_credentials'],
  ['ProviderError', 'no_credentials'],
]);

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'KmsAccessDenied']);
const SIGNATURE = new Set(['SignatureDoesNotMatch', 'InvalidSignatureException']);

const NO_ROUTE = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
]);
const CUT_OFF = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);
const TLS =
  /^(?:ERR_TLS_|ERR_SSL_|EPROTO$|CERT_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY_LEAF)|HOSTNAME_MISMATCH|INVALID_CA)/;

/**
 * Turns whatever the SDK or Node threw into an {@link AwsFailure}. The thrown value itself goes no further: it holds
 * the request with its headers. Errors are told by name; by text only where AWS uses one name for several things.
 */
export function failureOf(error: unknown, ground: FailureGround): AwsFailure {
  const { action } = ground;
  if (error instanceof AwsFailure) return error;
  if (error instanceof NotAwsAnswer) {
    const code = error.statusCode === 407 ? 'proxy_trouble' : 'not_aws';
    return new AwsFailure({ code, action, said: `HTTP ${error.statusCode}, a page of HTML` });
  }
  if (!(error instanceof Error)) return new AwsFailure({ code: 'unexpected', action });
  return answerOf(error, ground) ?? new AwsFailure({ action, ...networkCode(error, ground) });
}

/** The failure when an answer came, else null. */
function answerOf(error: Error, ground: FailureGround): AwsFailure | null {
  const metadata = objectAt(error, '$metadata');
  const status = numberAt(metadata, 'httpStatusCode');
  if (status === null) return null;
  const fields = {
    action: ground.action,
    awsName: error.name,
    requestId: textAt(metadata, 'requestId'),
    said: cleaned(error.message, ground.secrets),
  };
  if (status === 407) return new AwsFailure({ ...fields, code: 'proxy_trouble', awsName: null });
  const { name } = error;
  if (name === 'SyntaxError' || error.message.startsWith('Deserialization error')) {
    return new AwsFailure({
      ...fields,
      code: 'not_aws',
      awsName: null,
      said: `HTTP ${status}, not readable`,
    });
  }
  if (SIGNATURE.has(name)) return signatureFailure(error, fields, ground);
  if (DENIED.has(name)) return deniedFailure(error.message, fields);
  const code = CODE_OF_NAME.get(name);
  if (code === 'clock_off') {
    return new AwsFailure({ ...fields, code, clockOffsetMs: clockOffset(error, ground.now) });
  }
  if (code !== undefined) return new AwsFailure({ ...fields, code });
  if (status === 429) return new AwsFailure({ ...fields, code: 'throttled' });
  return new AwsFailure({ ...fields, code: status >= 500 ? 'aws_down' : 'unexpected' });
}

type AnswerFields = { action: string; awsName: string; requestId: string | null; said: string };

/** SignatureDoesNotMatch means three things; only the text tells (IAM user guide, "Troubleshoot Signature Version 4"). */
function signatureFailure(error: Error, fields: AnswerFields, ground: FailureGround): AwsFailure {
  const { message } = error;
  if (/signature (?:expired|not yet current)/i.test(message)) {
    return new AwsFailure({ ...fields, code: 'clock_off', clockOffsetMs: clockOffset(error, ground.now) });
  }
  if (/credential should be scoped/i.test(message))
    return new AwsFailure({ ...fields, code: 'region_wrong' });
  return new AwsFailure({ ...fields, code: 'wrong_secret' });
}

function deniedFailure(message: string, fields: AnswerFields): AwsFailure {
  const explicitDeny = /explicit deny/i.test(message);
  if (/(?:service|resource) control policy/i.test(message)) {
    return new AwsFailure({ ...fields, code: 'denied_by_organization', explicitDeny });
  }
  if (/source\s?ip|sourcevpc|vpc endpoint/i.test(message)) {
    return new AwsFailure({ ...fields, code: 'denied_by_source_ip', explicitDeny });
  }
  return new AwsFailure({ ...fields, code: 'denied_by_policy', explicitDeny });
}

/** How far our clock is ahead, from the two times in AWS's sentence, else from the answer's Date header; ms. */
function clockOffset(error: Error, now: number): number | null {
  const [ours, , theirs] = [...error.message.matchAll(/\d{8}T\d{6}Z/g)].map(([stamp]) => timeOf(stamp));
  if (ours !== undefined && theirs !== undefined) return ours - theirs;
  const headers = objectAt(objectAt(error, '$response'), 'headers');
  const date = Date.parse(textAt(headers, 'date') ?? '');
  return Number.isNaN(date) ? null : now - date;
}

function timeOf(stamp: string): number {
  return Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/** The failure when no answer came. Only Node's short code is kept: messages may name a proxy and its password. */
function networkCode(
  error: Error,
  ground: FailureGround,
): { code: AwsFailureCode; said: string; awsName?: string } {
  const code = textAt(error, 'code') ?? '';
  if (code.startsWith('ERR_PROXY')) {
    const status = numberAt(error, 'statusCode');
    return { code: 'proxy_trouble', said: status === null ? code : `${code}, HTTP ${status}` };
  }
  if (TLS.test(code)) return { code: 'tls_trouble', said: code };
  // The SDK names every time-out alike; only one while connecting proves that nothing was sent.
  const connecting = textAt(error, 'syscall') === 'connect' || /establish a connection/.test(error.message);
  if (connecting && (code === 'ETIMEDOUT' || error.name === 'TimeoutError')) {
    return { code: atProxy(error, ground) ? 'proxy_trouble' : 'no_route', said: 'connect timeout' };
  }
  if (NO_ROUTE.has(code)) return { code: atProxy(error, ground) ? 'proxy_trouble' : 'no_route', said: code };
  if (CUT_OFF.has(code) || error.name === 'TimeoutError' || error.name === 'AbortError') {
    return { code: 'timeout', said: code || error.name };
  }
  const known = CODE_OF_NAME.get(error.name);
  if (known !== undefined) return { code: known, said: error.name, awsName: error.name };
  return { code: 'unexpected', said: code || error.name };
}

function atProxy(error: Error, { proxies }: FailureGround): boolean {
  const [host, address, port] = [
    textAt(error, 'hostname'),
    textAt(error, 'address'),
    numberAt(error, 'port'),
  ];
  return proxies.some(
    (proxy) => proxy.host === host || (address !== null && proxy.port === port && proxy.port !== 443),
  );
}

/** AWS's sentence without what follows it: canonical requests hold headers, and an answer could echo anything. */
function cleaned(message: string, secrets: readonly string[]): string {
  const [sentence = ''] = message.split(/\n|the canonical string|the string-to-sign|authorization=/i);
  return secrets
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '[secret]'), sentence)
    .trim();
}

function objectAt(holder: unknown, key: string): object | null {
  const value = valueAt(holder, key);
  return typeof value === 'object' ? value : null;
}

function textAt(holder: unknown, key: string): string | null {
  const value = valueAt(holder, key);
  return typeof value === 'string' ? value : null;
}

function numberAt(holder: unknown, key: string): number | null {
  const value = valueAt(holder, key);
  return typeof value === 'number' ? value : null;
}

function valueAt(holder: unknown, key: string): object | string | number | null {
  if (typeof holder !== 'object' || holder === null) return null;
  const value: unknown = Reflect.get(holder, key);
  return typeof value === 'object' || typeof value === 'string' || typeof value === 'number' ? value : null;
}
