import { describe, expect, it } from 'vitest';
import {
  accountOfKeyId,
  isAccessKeyId,
  kindOfId,
  shortKeyId,
  wordsForKind,
} from '../../src/domain/access-key-id.ts';
import { canaryOwner } from '../../src/domain/canary.ts';

describe('kindOfId', () => {
  it.each([
    ['AKIAIOSFODNN7EXAMPLE', 'access_key'],
    ['ASIAQNZGKIQY56JQ7WML', 'temporary_key'],
    ['ABIAQNZGKIQY56JQ7WML', 'bearer_token'],
    ['ACCAQNZGKIQY56JQ7WML', 'context_credential'],
    ['AIDAQNZGKIQY56JQ7WML', 'user'],
    ['AROAQNZGKIQY56JQ7WML', 'role'],
    ['AGPAQNZGKIQY56JQ7WML', 'group'],
    ['AIPAQNZGKIQY56JQ7WML', 'instance_profile'],
    ['ANPAQNZGKIQY56JQ7WML', 'managed_policy'],
    ['ANVAQNZGKIQY56JQ7WML', 'policy_version'],
    ['APKAQNZGKIQY56JQ7WML', 'public_key'],
    ['ASCAQNZGKIQY56JQ7WML', 'certificate'],
    ['AXXAQNZGKIQY56JQ7WML', 'other'],
    ['akiaqnzgkiqy56jq7wml', 'other'],
    ['AKIA', 'other'],
    ['', 'other'],
  ])('%s is %s', (id, kind) => {
    expect(kindOfId(id)).toBe(kind);
  });

  it('has words for a unique id that is not a key', () => {
    expect(wordsForKind(kindOfId('AIDAQNZGKIQY56JQ7WML'))).toBe('the unique ID of a user');
  });

  it('takes only 20 characters for an access key id', () => {
    expect(isAccessKeyId('AKIAIOSFODNN7EXAMPLE')).toBe(true);
    expect(isAccessKeyId('AKIAIOSFODNN7EXAMPL')).toBe(false);
    expect(isAccessKeyId('AKIAIOSFODNN7EXAMPLEX')).toBe(false);
  });
});

describe('accountOfKeyId', () => {
  it.each([
    ['ASIAQNZGKIQY56JQ7WML', '029608264753'], // Tal Be'ery's vector
    ['ASIAY34FZKBOKMUTVV7A', '609629065308'], // Aidan Steele's vector
    ['AKIASP2TPHJSQH3FJRUX', '171436882533'], // TruffleHog's test, a canary account
    ['AKIARZPUZDIKDUIDT77F', '123456789012'], // made by moto
  ])('reads the account in %s', (id, account) => {
    expect(accountOfKeyId(id)).toBe(account);
  });

  it.each([
    'AKIAIOSFODNN7EXAMPLE', // an old id: the fifth character is A to P
    'AKIAI44QH8DHBEXAMPLE',
    'AKIAPZPUZDIKDUIDT77F',
    'AKIAR1PUZDIKDUIDT77F', // 1 is outside base32
    'AIDARZPUZDIKDUIDT77F',
    'AKIARZPUZDIKDUIDT77',
    '',
  ])('finds none in %s', (id) => {
    expect(accountOfKeyId(id)).toBeNull();
  });

  it('accepts ids whose fifth character is a digit of the alphabet', () => {
    expect(accountOfKeyId('AKIA2ZPUZDIKDUIDT77F')).toMatch(/^\d{12}$/);
  });
});

describe('display and canaries', () => {
  it('shortens to prefix and last four', () => {
    expect(shortKeyId('AKIAIOSFODNN7EXAMPLE')).toBe('AKIA…MPLE');
    expect(shortKeyId('AKIA7EXA')).toBe('AKIA7EXA');
  });

  it('knows a canary account from the key id alone', () => {
    expect(canaryOwner(accountOfKeyId('AKIASP2TPHJSQH3FJRUX') ?? '')).toBe('Thinkst Canary');
    expect(canaryOwner('044858866125')).not.toBeNull();
    expect(canaryOwner('123456789012')).toBeNull();
  });
});
