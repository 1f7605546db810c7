import { array, assert, integer, json, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Splitter, type Pieces } from '../../src/replay/split.ts';
import { samples } from '../detections/samples.ts';

/** What comes out when the text comes in pieces of this size. */
function split(text: string, size: number): { values: unknown[]; broken: number } {
  const splitter = new Splitter();
  const pieces: Pieces = { values: [], broken: [] };
  for (let at = 0; at < text.length; at += size) splitter.push(text.slice(at, at + size), pieces);
  splitter.end(pieces);
  return { values: pieces.values, broken: pieces.broken.length };
}

const records: unknown = JSON.parse(JSON.stringify(samples.slice(0, 60)));
const list = records as unknown[];

const LAYOUTS: readonly (readonly [string, string])[] = [
  ['JSON lines', list.map((each) => JSON.stringify(each)).join('\n')],
  ['JSON lines with an end and empty lines', `${list.map((each) => JSON.stringify(each)).join('\r\n\n')}\n`],
  ['a trail', JSON.stringify({ Records: list })],
  ['a trail for people', JSON.stringify({ Records: list }, null, 2)],
  ['a list', JSON.stringify(list)],
  ['LookupEvents', JSON.stringify({ Events: list, NextToken: 'a"]}b', Count: 3 })],
  ['trails after each other', list.map((each) => JSON.stringify({ Records: [each] })).join('\n')],
  ['objects over lines', list.map((each) => JSON.stringify(each, null, 2)).join('\n')],
];

describe('a file', () => {
  it.each(LAYOUTS)('as %s comes out record by record, however it is cut', (_, text) => {
    for (const size of [1_000_000, 4_096, 997, 61]) {
      const { values, broken } = split(text, size);
      expect(broken).toBe(0);
      expect(values).toEqual(list);
    }
  });

  it.each(['{"eventName": "x"', '"cut": 1}}', '{"a": [1, {', 'xx'])(
    'of lines that begins with %s loses nothing else',
    (cut) => {
      const text = [cut, ...list.map((each) => JSON.stringify(each))].join('\n');
      for (const size of [1_000_000, 997]) {
        const { values, broken } = split(text, size);
        expect(broken).toBe(1);
        expect(values).toEqual(list);
      }
    },
  );

  it('of lines loses nothing else where empty ones follow the one that is cut off', () => {
    const text = ['{"cut', '', ...list.map((each) => JSON.stringify(each))].join('\n');
    expect(split(text, 997)).toMatchObject({ values: list, broken: 1 });
  });

  it('of one object is that object, however it is laid out', () => {
    const whole = { nextToken: null, Records: [list[0]] };
    const text = `{"nextToken":null,"Records":[\n${JSON.stringify(list[0])}\n]}\n`;
    for (const size of [1_000_000, 17])
      expect(split(text, size)).toMatchObject({ values: [whole], broken: 0 });
  });

  it('is cut between records only, whatever its strings hold', () => {
    const evil = list.map((each, place) => ({
      ...(each as object),
      requestParameters: { nested: [{ eventVersion: '},{"eventVersion":' }, { x: `\\"},{${place}` }] },
    }));
    const text = JSON.stringify({ Records: evil });
    for (const size of [100_000, 512, 37]) expect(split(text, size).values).toEqual(evil);
  });

  it('takes two broken lines for two, also when they would make one value together', () => {
    const lines = ['{"a":1}', '[1', '2]', '{"b":2}', ''].join('\n');
    for (const size of [3, 1_000])
      expect(split(lines, size)).toEqual({ values: [{ a: 1 }, { b: 2 }], broken: 2 });
  });

  it('keeps what can be read beside what cannot', () => {
    const lines = [JSON.stringify({ a: 1 }), '{"cut": ', 'no json', JSON.stringify({ b: 2 })].join('\n');
    expect(split(lines, 10)).toEqual({ values: [{ a: 1 }, { b: 2 }], broken: 2 });
    expect(split('{"Records":[{"a":1},{bad},{"b":2}]}', 10)).toEqual({
      values: [{ a: 1 }, { b: 2 }],
      broken: 1,
    });
    expect(split('{"Records":[{"a":1},{"b":', 10)).toEqual({ values: [{ a: 1 }], broken: 1 });
    expect(split('', 10)).toEqual({ values: [], broken: 0 });
    expect(split('\uFEFF{"a":1}\n', 10).values).toEqual([{ a: 1 }]);
  });

  it('is read in a time that grows with its length, and past what is too long', () => {
    const size = 64 * 1_024;
    const long = 'x'.repeat(8 * 1_024 * 1_024);
    const [start, end] = [JSON.stringify({ a: 1 }), JSON.stringify({ b: 2 })];
    // Seconds where each look begins anew, and minutes where each piece is looked at again.
    for (const text of [
      `${start}\n{"a":"${long}"}\n${end}\n`,
      `{"Records":[${start},{"a":"${long}"},${end}]}`,
      `${start}\n${long}\n${end}\n`,
      `${long}\n${end}\n`,
    ]) {
      expect(split(text, size).values.at(-1)).toEqual({ b: 2 });
    }
    const { values, broken } = split(`${start}\n{"a":"${long.repeat(9)}"}\n${end}\n`, size);
    expect(values).toEqual([{ a: 1 }, { b: 2 }]);
    expect(broken).toBeGreaterThan(0);
  }, 20_000);

  it('comes out the same for any values and any cuts', () => {
    assert(
      property(
        array(json({ maxDepth: 3 }), { minLength: 1, maxLength: 8 }),
        integer({ min: 1, max: 50 }),
        (texts, size) => {
          const values = texts.map((text): unknown => ({ v: JSON.parse(text) }));
          expect(split(JSON.stringify({ Records: values }), size).values).toEqual(values);
          expect(split(values.map((value) => JSON.stringify(value)).join('\n'), size).values).toEqual(values);
        },
      ),
    );
  });
});
