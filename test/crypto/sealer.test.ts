import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generateMasterKeyText, parseMasterKeys } from '../../src/crypto/master-key.ts';
import type { MasterKey } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import { sealedIdentity } from '../../src/domain/records.ts';
import type { SealedBox } from '../../src/domain/records.ts';
import { Secret } from '../../src/domain/secret.ts';
import { RekeyError } from '../../src/errors.ts';

const CANARY = 'canary/wJalrXUtnFEMI/K7MDENG';
const ROW = 'rekey.v1/connection/c1/1/s1';

function masterKey(): MasterKey {
  const [key] = parseMasterKeys(generateMasterKeyText());
  if (key === undefined) throw new Error('no key');
  return key;
}

const oldKey = masterKey();
const newKey = masterKey();
const sealer = createSealer([newKey, oldKey]);

/** The error of a call that must fail. */
function failure(call: () => unknown): RekeyError {
  try {
    call();
  } catch (error) {
    if (error instanceof RekeyError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

function flipBit(base64: string, bit: number): string {
  const bytes = Buffer.from(base64, 'base64');
  const at = Math.floor(bit / 8) % bytes.length;
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit % 8)), at);
  return bytes.toString('base64');
}

const text = fc.string({ unit: 'binary', maxLength: 200 });

describe('sealing', () => {
  test('what was sealed opens again, whatever the text and the row', () => {
    fc.assert(
      fc.property(text, text, (secret, identity) => {
        const box = sealer.seal(new Secret(secret), identity);
        expect(sealer.open(box, identity).reveal()).toBe(secret);
      }),
    );
  });

  test('a box of each size keeps its shape: format 1, nonce, tag, body', () => {
    const box = sealer.seal(new Secret(CANARY), ROW);
    expect(box.masterKeyId).toBe(newKey.id);
    expect(Buffer.from(box.wrappedKey, 'base64')).toHaveLength(1 + 12 + 16 + 32);
    expect(Buffer.from(box.ciphertext, 'base64')).toHaveLength(1 + 12 + 16 + CANARY.length);
    expect(Buffer.from(box.wrappedKey, 'base64')[0]).toBe(1);
  });

  test('the same secret sealed twice shares no byte sequence', () => {
    const one = sealer.seal(new Secret(CANARY), ROW);
    const two = sealer.seal(new Secret(CANARY), ROW);
    expect(one.wrappedKey.slice(4, 40)).not.toBe(two.wrappedKey.slice(4, 40));
    expect(one.ciphertext.slice(4, 40)).not.toBe(two.ciphertext.slice(4, 40));
    expect(Buffer.from(one.ciphertext, 'base64').toString('latin1')).not.toContain('canary');
  });

  test('any flipped bit keeps it shut', () => {
    const box = sealer.seal(new Secret(CANARY), ROW);
    fc.assert(
      fc.property(fc.constantFrom('wrappedKey', 'ciphertext'), fc.nat(), (part, bit) => {
        const changed: SealedBox = { ...box, [part]: flipBit(box[part], bit) };
        const error = failure(() => sealer.open(changed, ROW));
        expect(error.code).toBe('internal');
        expect(error.next).toBeTruthy();
      }),
      { numRuns: 600 },
    );
  });

  test('any other row keeps it shut', () => {
    const box = sealer.seal(new Secret(CANARY), ROW);
    fc.assert(
      fc.property(
        text.filter((identity) => identity !== ROW),
        (identity) => {
          expect(failure(() => sealer.open(box, identity)).message).toContain('moved to another row');
        },
      ),
    );
  });

  test('parts of two boxes of the same row do not mix', () => {
    const one = sealer.seal(new Secret('one'), ROW);
    const two = sealer.seal(new Secret('two'), ROW);
    expect(failure(() => sealer.open({ ...one, ciphertext: two.ciphertext }, ROW)).code).toBe('internal');
    expect(failure(() => sealer.open({ ...one, ciphertext: one.wrappedKey }, ROW)).code).toBe('internal');
  });

  test.each([
    ['not base64', '!!!!'],
    ['base64 with a space in it', ' AQID'],
    ['too short', 'AQID'],
    ['empty', ''],
  ])('a part that is %s is refused', (_, part) => {
    const box = sealer.seal(new Secret(CANARY), ROW);
    expect(failure(() => sealer.open({ ...box, ciphertext: part }, ROW)).code).toBe('internal');
    expect(failure(() => sealer.open({ ...box, wrappedKey: part }, ROW)).code).toBe('internal');
  });

  test('a box sealed by an earlier version opens: what is kept in databases stays readable', () => {
    const kept = createSealer(parseMasterKeys(Buffer.alloc(32, 7).toString('base64')));
    const box: SealedBox = {
      masterKeyId: 'f021bef71d5d8f18',
      wrappedKey: 'AZwc9L7k6UJi0wnf9AEi+91s/MIS5UlLEuSOluB5H2wLIC8vLuu1qTztlBHi9qAJPQqtQH8Yhl07yhz5vA==',
      ciphertext: 'Aa1YTJMK1bzigE1XXgbsKcpBbgCf3S21LkxX9WA6Dm5Pc9B8kKnorXJR/cvBs3WH/v3/BFJ7VzpE',
    };
    const row = { id: 's1', holderKind: 'connection', holderId: 'c1', version: 1 } as const;
    expect(kept.open(box, sealedIdentity(row)).reveal()).toBe(CANARY);
  });

  test('a box of a later format is named as such', () => {
    const box = sealer.seal(new Secret(CANARY), ROW);
    const bytes = Buffer.from(box.ciphertext, 'base64');
    bytes[0] = 2;
    const error = failure(() => sealer.open({ ...box, ciphertext: bytes.toString('base64') }, ROW));
    expect(error.message).toContain('format');
  });

  test('half a surrogate pair is refused, not changed', () => {
    expect(failure(() => sealer.seal(new Secret('a\ud800'), ROW)).code).toBe('invalid');
  });

  test('no error repeats the secret or a strange key id', () => {
    const box = sealer.seal(new Secret(CANARY), ROW);
    const errors = [
      failure(() => sealer.open({ ...box, masterKeyId: CANARY }, ROW)),
      failure(() => sealer.open(box, `${ROW}x`)),
      failure(() => sealer.seal(new Secret(`${CANARY}\ud800`), ROW)),
    ];
    expect(inspect(errors, { depth: 9, showHidden: true })).not.toContain('canary');
  });
});

describe('several master keys', () => {
  test('the newest seals; older ones still open', () => {
    const box = createSealer([oldKey]).seal(new Secret(CANARY), ROW);
    expect(box.masterKeyId).toBe(oldKey.id);
    expect(sealer.masterKeyId).toBe(newKey.id);
    expect(sealer.open(box, ROW).reveal()).toBe(CANARY);
  });

  test('rewrapping changes the wrapped key only, and the old master key can then go', () => {
    const old = createSealer([oldKey]).seal(new Secret(CANARY), ROW);
    const box = sealer.rewrap(old, ROW);
    expect(box.ciphertext).toBe(old.ciphertext);
    expect(box.wrappedKey).not.toBe(old.wrappedKey);
    expect(createSealer([newKey]).open(box, ROW).reveal()).toBe(CANARY);
    expect(failure(() => createSealer([oldKey]).open(box, ROW)).message).toContain(newKey.id);
  });

  test('rewrapping a box of another row is refused', () => {
    const old = createSealer([oldKey]).seal(new Secret(CANARY), ROW);
    expect(failure(() => sealer.rewrap(old, 'elsewhere')).code).toBe('internal');
  });

  test('a missing master key is named by its fingerprint, with what to do', () => {
    const box = sealer.seal(new Secret(CANARY), ROW);
    const error = failure(() => createSealer([oldKey]).open(box, ROW));
    expect(error.message).toContain(newKey.id);
    expect(error.next).toContain('REKEY_MASTER_KEY');
  });

  test('a box that claims another master key does not open', () => {
    const box = sealer.seal(new Secret(CANARY), ROW);
    expect(failure(() => sealer.open({ ...box, masterKeyId: oldKey.id }, ROW)).code).toBe('internal');
  });

  test('no master key, no sealer', () => {
    expect(failure(() => createSealer([])).code).toBe('internal');
  });
});
