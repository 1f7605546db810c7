import { expect, test } from 'vitest';
import { ownersBefore, ownersSince, withOwnerChange } from '../../src/domain/owner-change.ts';
import type { OwnerRef, Ownership } from '../../src/domain/owner.ts';

const HOUR = 3_600_000;
const user = (userId: string): OwnerRef => ({ kind: 'user', userId });
const tag = (...ids: string[]): Ownership => ({ known: true, owners: ids.map(user), from: 'tag' });
const NOBODY: Ownership = { known: false, why: 'no tag' };
const FAILED: Ownership = { known: false, why: 'Slack did not answer', failed: true };

test('a change by AWS’s word is kept with who was before the first of those close together', () => {
  const one = withOwnerChange(tag('A'), tag('B'), 10 * HOUR);
  expect(one).toEqual({ ...tag('B'), changed: { at: 10 * HOUR, before: [user('A')] } });
  const two = withOwnerChange(one, tag('C'), 20 * HOUR);
  expect(two.changed).toEqual({ at: 20 * HOUR, before: [user('A')] });
  // It stays while nothing changes or cannot be asked, and ends when it is put right.
  expect(withOwnerChange(two, tag('C'), 99 * HOUR).changed).toEqual(two.changed);
  expect(withOwnerChange(two, FAILED, 30 * HOUR).changed).toEqual(two.changed);
  expect(withOwnerChange(two, tag('A'), 30 * HOUR)).toEqual(tag('A'));
  const lost = withOwnerChange(two, FAILED, 30 * HOUR);
  expect(withOwnerChange(lost, tag('D'), 99 * HOUR).changed).toEqual({ at: 99 * HOUR, before: [user('A')] });
  expect(withOwnerChange(one, tag('C'), 99 * HOUR).changed).toEqual({
    at: 99 * HOUR,
    before: [user('B')],
    earlier: [{ at: 10 * HOUR, before: [user('A')] }],
  });
  expect(withOwnerChange(tag('A'), NOBODY, 1).changed?.before).toEqual([user('A')]);
  expect(withOwnerChange(NOBODY, tag('A'), 1).changed?.before).toEqual([]);
});

test('what people set in Slack, and what was never known, is no change', () => {
  const key: Ownership = { known: true, owners: [user('K')], from: 'key' };
  const mapping: Ownership = { known: true, owners: [user('M')], from: 'mapping' };
  for (const [former, found] of [
    [null, tag('A')],
    [FAILED, tag('A')],
    [tag('A'), key],
    [key, tag('A')],
    [tag('A'), mapping],
    [tag('A', 'B'), tag('B', 'A')],
  ] as const) {
    expect(withOwnerChange(former, found, 1)).toEqual(found);
  }
  // A tag that is put over a rule is one.
  expect(withOwnerChange(mapping, tag('A'), 1).changed?.before).toEqual([user('M')]);
});

test('is gone by for what began less than a day after it', () => {
  const one = withOwnerChange(tag('A'), tag('A', 'B'), 100 * HOUR);
  for (const since of [50, 100, 123]) {
    expect(ownersBefore(one, since * HOUR)).toEqual(tag('A'));
    expect(ownersSince(one, since * HOUR).map(({ owner }) => owner)).toEqual([user('B')]);
  }
  expect(ownersBefore(one, 125 * HOUR)).toBe(one);
  expect(ownersSince(one, 125 * HOUR)).toEqual([]);
  expect(ownersBefore(null, 1)).toBeNull();
  expect(ownersBefore(withOwnerChange(NOBODY, tag('A'), 1), 1)).toMatchObject({ known: false });
});

test('of longer ago is gone by, and said for as long as CloudTrail remembers', () => {
  const day = 24 * HOUR;
  // Who has the right to change tags is patient, and changes them twice.
  const first = withOwnerChange(tag('A'), tag('B'), 100 * day);
  const second = withOwnerChange(first, tag('C'), 102 * day);
  const said = (at: number) =>
    ownersSince(second, at * day).map(({ owner, why }) => [owner, why.slice(0, 24)]);
  expect(ownersBefore(second, 110 * day)).toBe(second);
  expect(said(110)).toEqual([
    [user('B'), expect.stringContaining('was an owner until')],
    [user('A'), expect.stringContaining('was an owner until')],
  ]);
  // Who is asked instead of those of the last day was not always an owner either.
  expect(ownersBefore(second, 102.5 * day)).toEqual(tag('B'));
  expect(said(102.5)).toEqual([
    [user('C'), expect.stringContaining('is an owner only since')],
    [user('A'), expect.stringContaining('was an owner until')],
  ]);
  expect(said(191).map(([owner]) => owner)).toEqual([user('B')]);
  expect(said(193)).toEqual([]);
  // Nobody by now: that is told, too.
  const none = withOwnerChange(tag('A'), NOBODY, 100 * day);
  expect(ownersSince(none, 110 * day).map(({ owner }) => owner)).toEqual([user('A')]);
  // Put right, the earlier change is still one; and what is remembered is bounded.
  expect(withOwnerChange(second, tag('B'), 102.2 * day).changed).toEqual(first.changed);
  let often: Ownership = tag('A');
  for (let at = 1; at < 40; at += 1) often = withOwnerChange(often, tag(`U${at}`), at * 2 * day);
  expect(often.changed?.earlier).toHaveLength(7);
});
