import { expect, test } from 'vitest';
import { DEFAULT_KEY_POLICY } from '../../../src/domain/key-policy.ts';
import { digestMessages } from '../../../src/slack/blocks/digest.ts';
import { validateMessage } from '../../../src/slack/blocks/validate.ts';

const NOW = Date.UTC(2026, 10, 30, 9);

/** So many accounts of which nearly everything is wrong, with the longest words. */
function messagesFor(count: number): ReturnType<typeof digestMessages> {
  const gap = { what: 'tags', why: 'not allowed '.repeat(30), since: NOW - 99 } as const;
  const notes = Array.from({ length: count }, (_, at) => ({
    accountId: String(100_000_000_000 + at),
    policy: DEFAULT_KEY_POLICY,
    rootKey: true,
    gaps: Array.from({ length: 9 }, (__, user) => ({ ...gap, subject: `user-${user}-`.repeat(8) })),
    failing: { since: NOW - 99, why: 'AWS slowed Rekey down '.repeat(40) },
  }));
  return digestMessages({ personal: false, notes, rows: [], onCall: [], names: new Map() }, NOW);
}

function accountsIn(text: string): number {
  return new Set(text.match(/1000000000\d\d/g)).size;
}

test('trouble of many accounts stays within the limits, and each is said or counted', () => {
  const left = new Map<number, number>();
  for (const count of [1, 10, 20, 60]) {
    const { message, thread } = messagesFor(count);
    const all = [message, ...thread];
    for (const each of all) expect(validateMessage(each)).toEqual([]);
    const text = all.map((each) => JSON.stringify(each.blocks)).join('');
    const counted = Number(/(\d+) more accounts?: `\/aws-keys`/.exec(text)?.[1] ?? 0);
    expect(accountsIn(text) + counted).toBe(count);
    left.set(count, counted);
  }
  expect(left.get(20)).toBe(0);
});
