import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { deriveKey, generateMasterKeyText, parseMasterKeys } from '../../src/crypto/master-key.ts';

const ONE = Buffer.alloc(32, 'one ').toString('base64');
const TWO = Buffer.alloc(32, 'two ').toString('base64');

describe('parseMasterKeys', () => {
  test('keeps the order and allows spaces around commas', () => {
    const [first, second] = parseMasterKeys(`${TWO} ,\n${ONE}`);
    expect(first?.id).toBe(parseMasterKeys(TWO)[0]?.id);
    expect(second?.id).toBe(parseMasterKeys(ONE)[0]?.id);
    expect(first?.id).not.toBe(second?.id);
  });

  test('the id is a fingerprint of 16 hex digits that holds none of the key', () => {
    const [key] = parseMasterKeys(ONE);
    expect(key?.id).toMatch(/^[0-9a-f]{16}$/);
    expect(Buffer.from(ONE, 'base64').toString('hex')).not.toContain(key?.id);
  });

  test('a key prints and serialises without its bytes', () => {
    const keys = parseMasterKeys(ONE);
    const shown = inspect(keys, { depth: 9, showHidden: true }) + JSON.stringify(keys);
    expect(shown).not.toContain(ONE);
    expect(shown).not.toContain('one one');
    expect(shown).not.toContain(Buffer.from(ONE, 'base64').toString('hex').slice(0, 8));
  });

  test.each([
    ['an empty entry', `${ONE},`, 'Master key 2 of 2 is empty.'],
    ['a short key', `${ONE},${Buffer.alloc(31, 7).toString('base64')}`, 'Master key 2 of 2 has 31 bytes'],
    ['a long key', Buffer.alloc(33, 7).toString('base64'), 'Master key 1 of 1 has 33 bytes'],
    ['text that is not base64', 'correct-horse-battery', 'Master key 1 of 1 is not base64.'],
    ['hexadecimal', 'ab'.repeat(32), 'Master key 1 of 1 has 48 bytes'],
    ['a key of zeros', Buffer.alloc(32).toString('base64'), 'all zeros'],
    ['the same key twice', `${ONE},${TWO},${ONE}`, 'Master keys 1 and 3 are the same.'],
  ])('names %s by its position and does not repeat it', (_, text, message) => {
    expect(() => parseMasterKeys(text)).toThrow(message);
    expect(() => parseMasterKeys(text)).not.toThrow(text);
  });

  test('generated keys are read back and differ', () => {
    expect(parseMasterKeys(`${generateMasterKeyText()},${generateMasterKeyText()}`)).toHaveLength(2);
  });
});

test('keys derived for two purposes are unrelated; for one purpose, equal', () => {
  const [key] = parseMasterKeys(ONE);
  if (key === undefined) throw new Error('no key');
  expect(deriveKey(key.key, 'audit').equals(deriveKey(key.key, 'audit'))).toBe(true);
  expect(deriveKey(key.key, 'audit').equals(deriveKey(key.key, 'wrap'))).toBe(false);
});
