import { ROAMS } from '../at-home.ts';
import { call, ordinary } from '../example.ts';
import type { Rule } from '../rule.ts';

/** Used from a network this key was never seen on. */
export const networkNew: Rule = {
  id: 'network-new',
  title: 'Used from a network this key was never seen on',
  family: 'new for this key',
  severity: 'low',
  technique: 'T1078.004',
  whatToDo: 'Ask the owner whether a program moved. If nobody knows the network, deactivate the key.',
  falseAlarms: 'A program that moves to another host; a person who travels. Keys that roam are known to.',
  actions: [],
  triggers: ['novel'],
  judge(event, about) {
    const { novelty, profile } = about;
    if (!novelty.prefix || !profile.isSettled || event.fromConsole) return null;
    const { operator, country } = about.place();
    const known = operator !== null && !novelty.operator;
    const { prefixes, operators } = profile.tables;
    const rate =
      operator === null
        ? profile.novelty('prefixes')
        : novelty.operator
          ? profile.novelty('operators')
          : profile.novelty('prefixes');
    if (rate > ROAMS || (known && prefixes.size > 2) || novelty.country) return null;
    const isFixed = prefixes.size <= 2 && operators.size <= 1 && !known;
    return {
      severity: isFixed ? 'medium' : 'low',
      facts: {
        network: event.address?.prefix ?? null,
        operator,
        country,
        before: prefixes.values.slice(0, 3).join(', '),
      },
      of: event.address?.prefix ?? null,
    };
  },
  examples: () => ({
    fires: [
      {
        why: "a server's key turns up elsewhere",
        learned: ordinary(9, { from: '203.0.113.10' }),
        records: [call('s3:GetObject', { from: '192.0.2.44' })],
      },
    ],
    quiet: [
      {
        why: 'still learning',
        learned: ordinary(1, { from: '203.0.113.10' }).slice(0, 8),
        records: [call('s3:GetObject', { from: '192.0.2.44' })],
      },
      {
        why: 'a key that roams',
        learned: Array.from({ length: 9 }, (_, day) =>
          ordinary(1, { from: `10.${day}.0.1`, minute: -day * 1_440 }),
        ).flat(),
        records: [call('s3:GetObject', { from: '192.0.2.44' })],
      },
      {
        why: 'an address that cannot be understood',
        learned: ordinary(9, { from: '203.0.113.10' }),
        records: [call('s3:GetObject', { from: 'AWS Internal' })],
      },
    ],
  }),
};
