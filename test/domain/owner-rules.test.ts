import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches, ruleFor } from '../../src/domain/owner-rules.ts';
import { readOwnerTag } from '../../src/domain/owner-tag.ts';
import type { OwnerRule } from '../../src/domain/owner.ts';

const ACCOUNT = '123456789012';

function rule(pattern: string, changes: Partial<OwnerRule> = {}): OwnerRule {
  const owners = [{ kind: 'user', userId: 'U0OWNER' }] as const;
  return { id: pattern, accountId: null, pattern, owners, createdBy: 'U0ADMIN', createdAt: 1, ...changes };
}

describe('a pattern', () => {
  test.each([
    ['svc-*', 'svc-deploy', true],
    ['svc-*', 'SVC-', true],
    ['svc-*', 'my-svc-x', false],
    ['*deploy', 'svc-deploy', true],
    ['*deploy', 'svc-deployer', false],
    ['s*c*y', 'svc-deploy', true],
    ['*', 'anybody', true],
    ['svc', 'svc', true],
    ['svc', 'svc2', false],
    ['svc.x', 'svc-x', false],
    ['', 'svc', false],
  ])('%s and the name %s fit: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  test('fits whatever it was cut out of', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z0-9+=,.@_-]{0,6}$/), { minLength: 1 }), (pieces) => {
        expect(matches(pieces.join('*'), pieces.join('between'))).toBe(true);
      }),
    );
  });

  test('made to be slow is not', () => {
    const began = performance.now();
    expect(matches(`${'a*'.repeat(500)}b`, 'a'.repeat(1_000))).toBe(false);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('of the rules that fit', () => {
  test.each<readonly [rules: readonly OwnerRule[], expected: string | null]>([
    [[rule('*'), rule('svc-*'), rule('svc-deploy')], 'svc-deploy'],
    [[rule('svc-deploy'), rule('*', { accountId: ACCOUNT })], '*'],
    [[rule('svc-deploy', { accountId: '999999999999' }), rule('*')], '*'],
    [[rule('svc*de*'), rule('svcde*'), rule('svc-de*')], 'svc-de*'],
    [[rule('s*v*c*'), rule('svc*')], 'svc*'],
    [[rule('b', { pattern: '*', createdAt: 2 }), rule('a', { pattern: '*', createdAt: 1 })], 'a'],
    [[rule('web-*')], null],
  ])('of %j the most specific wins', (rules, expected) => {
    expect(ruleFor(rules, ACCOUNT, 'svc-deploy')?.id ?? null).toBe(expected);
    expect(ruleFor(rules.toReversed(), ACCOUNT, 'svc-deploy')?.id ?? null).toBe(expected);
  });
});

describe('a tag', () => {
  const id = (text: string) => ({ kind: 'id', id: text });
  const name = (text: string) => ({ kind: 'name', name: text });
  const email = (text: string) => ({ kind: 'email', email: text });

  test.each([
    ['U0ABCDEFG', [id('U0ABCDEFG')]],
    ['S0ABCDEFG', [id('S0ABCDEFG')]],
    ['@ada', [name('ada')]],
    ['ada@example.com', [email('ada@example.com')]],
    ['ada+aws@example.com / bob@example.com', [email('ada+aws@example.com'), email('bob@example.com')]],
    ['@ada @bob', [name('ada'), name('bob')]],
    ['@Ada Lovelace', [name('Ada Lovelace')]],
    ['platform-team', [name('platform-team')]],
    ['USER', [name('USER')]],
    [' / ', []],
  ])('%s names %j', (value, expected) => {
    expect(readOwnerTag(value)).toEqual(expected);
  });
});
