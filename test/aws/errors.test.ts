import { describe, expect, it } from 'vitest';
import { NotAwsAnswer, failureOf } from '../../src/aws/errors.ts';

const GROUND = {
  action: 'iam:ListUsers',
  proxies: [{ host: 'proxy.corp', port: 3128 }],
  secrets: [],
  now: Date.parse('2026-11-23T10:00:00Z'),
};

/** An error as the SDK throws it for an answer. */
function answered(name: string, message = 'x', status = 400, date?: string): Error {
  const error = Object.assign(new Error(message), {
    $metadata: { httpStatusCode: status, requestId: 'r-1' },
  });
  error.name = name;
  const headers = date === undefined ? {} : { date };
  return Object.defineProperty(error, '$response', { value: { headers }, enumerable: false });
}

const network = (fields: object, name = 'Error') => Object.assign(new Error('x'), { name, ...fields });

describe('failureOf an answer', () => {
  it.each([
    ['InvalidClientTokenId', 'key_not_active'],
    ['UnrecognizedClientException', 'key_not_active'],
    ['InvalidAccessKeyId', 'key_not_active'],
    ['SignatureDoesNotMatch', 'wrong_secret'],
    ['InvalidSignatureException', 'wrong_secret'],
    ['ExpiredToken', 'expired_session'],
    ['ExpiredTokenException', 'expired_session'],
    ['RequestExpired', 'clock_off'],
    ['RequestTimeTooSkewed', 'clock_off'],
    ['RegionDisabledException', 'region_not_enabled'],
    ['OptInRequired', 'region_not_enabled'],
    ['NoSuchEntityException', 'no_such_entity'],
    ['LimitExceededException', 'quota'],
    ['Throttling', 'throttled'],
    ['ThrottlingException', 'throttled'],
    ['ServiceFailureException', 'aws_down'],
    ['InvalidInputException', 'invalid_request'],
    ['AccessDenied', 'denied_by_policy'],
    ['Surprise', 'unexpected'],
  ])('%s is %s', (name, code) => {
    expect(failureOf(answered(name), GROUND)).toMatchObject({
      code,
      awsName: name,
      requestId: 'r-1',
      action: 'iam:ListUsers',
    });
  });

  it('goes by status where the name says nothing', () => {
    expect(failureOf(answered('Oops', 'x', 503), GROUND).code).toBe('aws_down');
    expect(failureOf(answered('Oops', 'x', 429), GROUND).code).toBe('throttled');
    expect(failureOf(answered('Oops', 'x', 407), GROUND).code).toBe('proxy_trouble');
    expect(failureOf(answered('SyntaxError', 'char < is not expected', 200), GROUND).code).toBe('not_aws');
    expect(failureOf(new NotAwsAnswer(200), GROUND).code).toBe('not_aws');
  });

  it('tells three meanings of a bad signature by the text, and the clock by the times in it', () => {
    const late =
      'Signature expired: 20261123T095000Z is now earlier than 20261123T095530Z (20261123T100030Z - 5 min.)';
    expect(failureOf(answered('SignatureDoesNotMatch', late), GROUND)).toMatchObject({
      code: 'clock_off',
      clockOffsetMs: -630_000,
    });
    const early =
      'Signature not yet current: 20261123T101000Z is still later than 20261123T100500Z (20261123T100000Z + 5 min.)';
    expect(failureOf(answered('SignatureDoesNotMatch', early), GROUND)).toMatchObject({
      code: 'clock_off',
      clockOffsetMs: 600_000,
    });
    const scope = "Credential should be scoped to a valid Region, not 'eu-moon-1'.";
    expect(failureOf(answered('SignatureDoesNotMatch', scope), GROUND).code).toBe('region_wrong');
  });

  it('takes the clock from the Date of the answer where the text has no times', () => {
    const error = answered('RequestExpired', 'Request has expired.', 400, 'Mon, 23 Nov 2026 09:50:00 GMT');
    expect(failureOf(error, GROUND).clockOffsetMs).toBe(600_000);
    expect(failureOf(answered('RequestExpired'), GROUND).clockOffsetMs).toBeNull();
  });

  it.each([
    ['because no identity-based policy allows the iam:ListUsers action', 'denied_by_policy', false],
    ['with an explicit deny in an identity-based policy', 'denied_by_policy', true],
    ['because no permissions boundary allows the iam:ListUsers action', 'denied_by_policy', false],
    ['with an explicit deny in a service control policy', 'denied_by_organization', true],
    ['because no resource control policy allows the iam:ListUsers action', 'denied_by_organization', false],
    ['because no VPC endpoint policy allows the iam:ListUsers action', 'denied_by_source_ip', false],
    ['with an explicit deny in an identity-based policy. Authorization ID: 1-2', 'denied_by_policy', true],
  ])('reads a denial %s', (why, code, explicitDeny) => {
    const message = `User: arn:aws:iam::123456789012:user/ann is not authorized to perform: iam:ListUsers on resource: * ${why}`;
    expect(failureOf(answered('AccessDenied', message, 403), GROUND)).toMatchObject({ code, explicitDeny });
  });
});

describe('failureOf no answer', () => {
  it.each([
    [{ code: 'ENOTFOUND', hostname: 'sts.us-east-1.amazonaws.com' }, 'Error', 'no_route'],
    [{ code: 'EAI_AGAIN' }, 'Error', 'no_route'],
    [{ code: 'EHOSTUNREACH' }, 'Error', 'no_route'],
    [{ code: 'ETIMEDOUT', syscall: 'connect' }, 'TimeoutError', 'no_route'],
    [{ code: 'ETIMEDOUT' }, 'TimeoutError', 'timeout'],
    [{ code: 'ECONNRESET' }, 'TimeoutError', 'timeout'],
    [{}, 'AbortError', 'timeout'],
    [{ code: 'ERR_PROXY_TUNNEL', statusCode: 403 }, 'Error', 'proxy_trouble'],
    [{ code: 'ENOTFOUND', hostname: 'proxy.corp' }, 'Error', 'proxy_trouble'],
    [{ code: 'ECONNREFUSED', address: '10.0.0.1', port: 3128 }, 'Error', 'proxy_trouble'],
    [{ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'Error', 'tls_trouble'],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'Error', 'tls_trouble'],
    [{ code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, 'Error', 'tls_trouble'],
    [{ code: 'CERT_HAS_EXPIRED' }, 'Error', 'tls_trouble'],
    [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'Error', 'tls_trouble'],
    [{ code: 'EPROTO' }, 'Error', 'tls_trouble'],
    [{}, 'CredentialsProviderError', 'no_credentials'],
    [{}, 'TypeError', 'unexpected'],
  ])('%o of %s is %s', (fields, name, code) => {
    expect(failureOf(network(fields, name), GROUND)).toMatchObject({ code, requestId: null });
  });

  it('keeps nothing of what was thrown but a short code', () => {
    const error = network({ code: 'ERR_PROXY_TUNNEL', message: 'via http://user:pass@proxy' });
    expect(failureOf(error, GROUND)).toMatchObject({ said: 'ERR_PROXY_TUNNEL', cause: undefined });
    expect(failureOf('a string', GROUND).code).toBe('unexpected');
  });
});
