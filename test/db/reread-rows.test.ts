import { expect, test } from 'vitest';
import { z } from 'zod';
import { json, rereadRows } from '../../db/rows.ts';

const shape = z.object({ id: z.string(), owners: json(z.array(z.string())) });

const row = (id: string, owners: unknown) => ({ id, owners: JSON.stringify(owners) });

test('a row that stands where it stood is checked once, and every change of it is seen', () => {
  const reread = rereadRows('people', shape);
  const [a, b] = reread([row('a', ['U1']), row('b', [])]);
  expect([a, b]).toEqual([
    { id: 'a', owners: ['U1'] },
    { id: 'b', owners: [] },
  ]);
  const again = reread([row('a', ['U1']), row('b', ['U2'])]);
  expect(again[0]).toBe(a);
  expect(again[1]).toEqual({ id: 'b', owners: ['U2'] });
  expect(reread([row('b', ['U2'])])).toEqual([again[1]]);
  expect(reread([])).toEqual([]);
  expect(reread([row('a', ['U1'])])).toEqual([a]);
});

test('a row that cannot be read is refused each time, and is not taken for the one before', () => {
  const reread = rereadRows('people', shape);
  reread([row('a', ['U1'])]);
  for (let time = 0; time < 2; time += 1) {
    expect(() => reread([row('a', [1])])).toThrow('Row a of the table people cannot be read (owners.0).');
  }
  expect(reread([row('a', ['U1'])])).toEqual([{ id: 'a', owners: ['U1'] }]);
});
