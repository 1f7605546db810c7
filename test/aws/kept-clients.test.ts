import { expect, test } from 'vitest';
import { KeptClients } from '../../src/aws/kept-clients.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { AwsCredentials } from '../../src/ports/aws.ts';

function world() {
  let now = 1_000_000;
  let made = 0;
  const clients = new KeptClients<number>({ now: () => now });
  return {
    of: (credentials: AwsCredentials, what = 'iam') => clients.of(what, credentials, () => (made += 1)),
    forward: (ms: number) => void (now += ms),
  };
}

const key = (secret: string, accessKeyId = 'AKIA1'): AwsCredentials => ({
  kind: 'access_key',
  accessKeyId,
  secret: new Secret(secret),
});
const session = (token: string): AwsCredentials => ({
  kind: 'session',
  accessKeyId: 'ASIA1',
  secret: new Secret('s'),
  sessionToken: new Secret(token),
  expiresAt: 5,
});

test('a client is made once for a purpose and what it signs with', () => {
  const { of } = world();
  expect([of(key('a')), of(key('a')), of(key('a'), 'other'), of(key('a'))]).toEqual([1, 1, 2, 1]);
  expect([of(session('t')), of(session('t')), of(session('u'))]).toEqual([3, 3, 4]);
});

test('another secret of the same key has another client, which takes its place', () => {
  const { of } = world();
  expect([of(key('a')), of(key('b')), of(key('b')), of(key('a'))]).toEqual([1, 2, 2, 3]);
});

test('the host identity, which may change by itself, is never kept', () => {
  const { of } = world();
  expect([of({ kind: 'host' }), of({ kind: 'host' })]).toEqual([1, 2]);
});

test('what nobody asked for lately is let go, and never more than some are kept', () => {
  const { of, forward } = world();
  of(key('a', 'AKIAOLD'));
  forward(29_000);
  expect(of(key('a', 'AKIANEW'))).toBe(2);
  forward(2_000);
  of(key('a', 'AKIATHIRD'));
  expect(of(key('a', 'AKIANEW'))).toBe(2);
  expect(of(key('a', 'AKIAOLD'))).toBe(4);
  for (let at = 0; at < 40; at += 1) of(key('a', `AKIAMANY${at}`));
  expect(of(key('a', 'AKIANEW'))).toBe(45);
  expect(of(key('a', 'AKIAMANY39'))).toBe(44);
});
