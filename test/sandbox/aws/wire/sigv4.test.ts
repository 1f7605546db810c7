import { sign } from 'aws4';
import { assert, array, constantFrom, property, string, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawRequest } from '../../../../sandbox/aws/wire/raw-request.ts';
import { checkSignedHeaders, readClaim, signatureHolds } from '../../../../sandbox/aws/wire/sigv4.ts';

function raw(
  method: string,
  target: string,
  headers: Record<string, string | number>,
  body = '',
): RawRequest {
  const [path = '/', query = ''] = target.split('?');
  const entries = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), [String(value)]] as const,
  );
  return { method, path, query, headers: new Map(entries), body: Buffer.from(body), sourceIp: '127.0.0.1' };
}

describe('published vectors', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
  const date = '20150830T123600Z';
  const vectors = [
    {
      name: 'get-vanilla of the SigV4 test suite',
      target: '/',
      headers: { Host: 'example.amazonaws.com', 'X-Amz-Date': date },
      scope: '20150830/us-east-1/service/aws4_request',
      signed: 'host;x-amz-date',
      signature: '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    },
    {
      name: 'ListUsers of the IAM documentation',
      target: '/?Action=ListUsers&Version=2010-05-08',
      headers: {
        Host: 'iam.amazonaws.com',
        'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
        'X-Amz-Date': date,
      },
      scope: '20150830/us-east-1/iam/aws4_request',
      signed: 'content-type;host;x-amz-date',
      signature: '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    },
  ];

  test.each(vectors)('$name', ({ target, headers, scope, signed, signature }) => {
    const Authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
    const request = raw('GET', target, { ...headers, Authorization });
    const claim = readClaim(request);
    expect(signatureHolds(request, claim, secret)).toBe(true);
    expect(signatureHolds(request, claim, `${secret}x`)).toBe(false);
    expect(signatureHolds(request, { ...claim, signature: signature.replace(/^./, 'f') }, secret)).toBe(
      false,
    );
  });
});

test('a path is normalised before it is signed', () => {
  const keys = { accessKeyId: 'AKIAQNZGKIQY56JQ7WML', secretAccessKey: 's'.repeat(40) };
  for (const path of ['/a/../b%20c/./d', '/a//b/', '/x/..', '/~a/(b)']) {
    const signed = sign({ host: 'localhost', service: 'iam', region: 'us-east-1', path }, keys);
    const request = raw('GET', path, signed.headers);
    expect(signatureHolds(request, readClaim(request), keys.secretAccessKey)).toBe(true);
  }
});

test('the host must be signed', () => {
  const Authorization =
    'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=x-amz-date, Signature=ab';
  const request = raw('GET', '/', { Host: 'localhost', 'X-Amz-Date': '20150830T123600Z', Authorization });
  const claim = readClaim(request);
  expect(() => checkSignedHeaders(request, claim)).toThrow("'Host' or ':authority' must be a 'SignedHeader'");
  checkSignedHeaders(request, { ...claim, signedHeaders: ['host', 'x-amz-date'] });
});

test('whatever another signer signs holds, and holds for its secret alone', () => {
  const text = string({ unit: 'grapheme', maxLength: 20 });
  const blanks = array(constantFrom('a', ' ', '  ', 'Z', '9', ';', '='), { maxLength: 12 }).map((parts) =>
    parts.join(''),
  );
  const query = array(tuple(string({ minLength: 1, maxLength: 8 }), text), { maxLength: 4 });
  assert(
    property(query, blanks, text, constantFrom('iam', 'sts', 'sqs'), (pairs, note, body, service) => {
      const encoded = pairs.map(
        ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
      );
      const target = encoded.length === 0 ? '/' : `/?${encoded.join('&')}`;
      const keys = { accessKeyId: 'AKIAQNZGKIQY56JQ7WML', secretAccessKey: 's'.repeat(40) };
      const headers = { 'X-Amz-Note': `x${note}x` };
      const signed = sign(
        { host: 'localhost', service, region: 'eu-west-1', method: 'POST', path: target, headers, body },
        keys,
      );
      const request = raw('POST', target, signed.headers, body);
      const claim = readClaim(request);
      expect(claim).toMatchObject({ accessKeyId: keys.accessKeyId, service, region: 'eu-west-1' });
      expect(signatureHolds(request, claim, keys.secretAccessKey)).toBe(true);
      expect(signatureHolds(request, claim, 't'.repeat(40))).toBe(false);
    }),
    { numRuns: 300 },
  );
});
