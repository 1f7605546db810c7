import { call, ordinary } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Used in two countries at the same time. */
export const twoPlacesAtOnce: Rule = {
  id: 'two-places-at-once',
  title: 'Used in two countries at the same time',
  family: 'new for this key',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo: 'Ask the owner. One person cannot be in two countries; two programs can.',
  falseAlarms: 'A VPN that is switched on and off; a program that runs in several countries.',
  actions: [],
  triggers: ['novel'],
  quietFor: DAY,
  judge(event, about) {
    const { novelty, profile } = about;
    const { country } = novelty.prefix ? about.place() : { country: null };
    if (country === null || event.fromConsole || event.at === null) return null;
    const { countries, agents } = profile.tables;
    if (countries.size === 0 || countries.lastSeen(country) !== null || countries.size > 2) return null;
    const elsewhere = countries.values.find((each) => about.now - (countries.lastSeen(each) ?? 0) < HOUR);
    if (elsewhere === undefined && about.now - profile.lastSeen >= HOUR) return null;
    if (agents.count(event.agent.family) > 0) return null;
    return {
      facts: {
        here: country,
        there: elsewhere ?? countries.values.at(-1) ?? null,
        program: event.agent.family,
      },
      of: country,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'minutes apart, with another program',
        learned: ordinary(0),
        records: [
          call('s3:GetObject', { from: '8.8.8.8', agent: 'Boto3/1.38.0' }),
          call('s3:ListBuckets', { from: '185.220.101.55', minute: 9 }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a day apart',
        records: [
          call('s3:GetObject', { from: '8.8.8.8', agent: 'Boto3/1.38.0' }),
          call('s3:ListBuckets', { from: '185.220.101.55', minute: 1_500 }),
        ],
      },
    ],
  }),
};
