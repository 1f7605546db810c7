import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIds } from '../../src/crypto/ids.ts';

function idsAt(ms: number) {
  return createIds({ now: () => ms });
}

describe('next', () => {
  test('is 26 characters of [0-9a-z] and never twice the same', () => {
    const ids = idsAt(1_760_000_000_000);
    const made = Array.from({ length: 2_000 }, () => ids.next());
    expect(made.filter((id) => !/^[0-9a-z]{26}$/.test(id))).toEqual([]);
    expect(new Set(made).size).toBe(made.length);
  });

  test('sorts by time, whatever the random part', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 48 - 2 }), fc.nat({ max: 1_000_000 }), (at, later) => {
        const end = Math.min(at + 1 + later, 2 ** 48 - 1);
        expect(idsAt(at).next() < idsAt(end).next()).toBe(true);
      }),
    );
  });

  test('writes time and random bits in base 32, as a ULID does', () => {
    const ids = createIds({ now: () => 1_469_918_176_385 }, (bytes) => new Uint8Array(bytes).fill(0xff));
    // The time part of the example in the ULID specification, in lower case.
    expect(ids.next()).toBe(`01aryz6s41${'z'.repeat(16)}`);
  });

  test('every random bit reaches the id', () => {
    const seen = new Set<string>();
    for (let bit = 0; bit < 80; bit += 1) {
      const ids = createIds({ now: () => 0 }, (bytes) => {
        const random = new Uint8Array(bytes);
        random[Math.floor(bit / 8)] = 1 << (bit % 8);
        return random;
      });
      seen.add(ids.next());
    }
    expect(seen.size).toBe(80);
  });
});

describe('externalId', () => {
  test('is rekey- and 160 random bits in characters AWS and shells leave alone', () => {
    const ids = idsAt(0);
    const made = Array.from({ length: 500 }, () => ids.externalId());
    expect(made.filter((id) => !/^rekey-[0-9a-z]{32}$/.test(id))).toEqual([]);
    expect(new Set(made).size).toBe(made.length);
  });
});
