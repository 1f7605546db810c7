import { array, assert, integer, property, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/detections/address.ts';
import type { Place } from '../../src/detections/place.ts';
import { createLookUp } from '../../src/enrichment/look-up.ts';
import { findRange, numberOf, upperHalf } from '../../src/enrichment/ranges.ts';

const lookUp = createLookUp((error) => {
  throw error;
});

function placeOf(text: string): Place {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return lookUp(address);
}

describe('the databases of networks', () => {
  it.each([
    ['8.8.8.8', /^AS15169 Google/, 'US'],
    ['54.240.197.1', /^AS16509 Amazon/, 'US'],
    ['2a01:4f8::1', /^AS24940 Hetzner/, 'DE'],
  ])('know %s', (text, operator, country) => {
    expect(placeOf(text)).toEqual({ operator: expect.stringMatching(operator), country });
  });

  it.each(['10.1.2.3', '127.0.0.1', '203.0.113.5', '255.255.255.255', 'fe80::1'])(
    'know nothing of %s',
    (text) => {
      expect(placeOf(text)).toEqual({ operator: null, country: null });
    },
  );
});

describe('findRange', () => {
  it('finds what a search line by line finds, for any ranges and any address', () => {
    const bounds = uniqueArray(integer({ min: 0, max: 400 }), { minLength: 2, maxLength: 40 });
    assert(
      property(bounds, array(integer({ min: 0, max: 401 }), { maxLength: 20 }), (numbers, wanted) => {
        const sorted = [...numbers].sort((a, b) => a - b);
        const ranges = sorted.flatMap((first, place) => {
          const last = sorted[place + 1];
          return place % 2 === 0 && last !== undefined ? [{ first, last, what: `${place},"a, b"` }] : [];
        });
        const csv = Buffer.from(ranges.map(({ first, last, what }) => `${first},${last},${what}`).join('\n'));
        for (const address of wanted) {
          const found = ranges.find(({ first, last }) => first <= address && address <= last)?.what ?? null;
          expect(findRange(csv, address, Number)).toBe(found);
        }
      }),
    );
  });

  it('finds nothing in nothing, nor in what is no table', () => {
    expect(findRange(Buffer.alloc(0), 1, Number)).toBeNull();
    expect(findRange(Buffer.from('no table at all'), 1, Number)).toBeNull();
  });

  it('reads addresses', () => {
    expect(numberOf('1.0.0.255')).toBe(16_777_471);
    expect(upperHalf('2001:db8::1')).toBe(0x20010db800000000n);
    expect(upperHalf('::1')).toBe(0n);
  });
});
