import { assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Identifiers, accountOfKeyId } from '../../../sandbox/aws/accounts/identifiers.ts';

describe('access key ids', () => {
  test.each([
    ['ASIAQNZGKIQY56JQ7WML', '029608264753'],
    ['ASIAY34FZKBOKMUTVV7A', '609629065308'],
    ['AKIASP2TPHJSQH3FJRUX', '171436882533'],
  ])('%s belongs to account %s, as published', (accessKeyId, account) => {
    expect(accountOfKeyId(accessKeyId)).toBe(account);
  });

  test.each(['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE', 'AIDAQNZGKIQY56JQ7WML', 'AKIAQNZG', ''])(
    '%j names no account',
    (accessKeyId) => {
      expect(accountOfKeyId(accessKeyId)).toBeNull();
    },
  );

  test('made here, they name their account', () => {
    const account = integer({ min: 0, max: 999_999_999_999 }).map((n) => String(n).padStart(12, '0'));
    assert(
      property(account, integer(), constantFrom('AKIA' as const, 'ASIA' as const), (id, seed, prefix) => {
        const accessKeyId = new Identifiers(seed).accessKeyId(prefix, id);
        expect(accessKeyId).toMatch(/^(AKIA|ASIA)[A-Z2-7]{16}$/);
        expect(accountOfKeyId(accessKeyId)).toBe(id);
      }),
    );
  });
});

describe('identifiers', () => {
  test('the same seed gives the same sequence, another seed another', () => {
    const draw = (seed: number): string[] => {
      const ids = new Identifiers(seed);
      return [
        ids.accessKeyId('AKIA', '123456789012'),
        ids.secretAccessKey(),
        ids.uniqueId('AIDA'),
        ids.accountId(),
      ];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('secrets are 40 characters of the alphabet AWS uses, and do not repeat', () => {
    const ids = new Identifiers(1);
    const secrets = Array.from({ length: 200 }, () => ids.secretAccessKey());
    for (const secret of secrets) expect(secret).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(new Set(secrets).size).toBe(secrets.length);
  });
});
