import { call, ordinary } from '../example.ts';
import type { Rule } from '../rule.ts';

const DAYS = 5;
const OFTEN = 0.2;

/** Used in a region this key never worked in. */
export const regionNew: Rule = {
  id: 'region-new',
  title: 'Used in a region this key never worked in',
  family: 'new for this key',
  severity: 'low',
  technique: 'T1535',
  whatToDo: 'Ask the owner. Look for things started in that region.',
  falseAlarms: 'A program that moves or grows into another region.',
  actions: [],
  triggers: ['novel'],
  judge(event, about) {
    const { novelty, profile } = about;
    if (!novelty.region || !profile.isSettled || event.fromConsole || profile.activeDays < DAYS) return null;
    if (profile.growth('regions') > OFTEN) return null;
    return {
      severity: event.call.isRead ? 'low' : 'medium',
      facts: {
        region: event.region,
        call: event.call.action,
        before: profile.tables.regions.values.slice(0, 4).join(', '),
      },
      of: event.region,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'after days in one region',
        learned: ordinary(9),
        records: [
          call('ec2:RunInstances', { region: 'ap-southeast-1', asked: { instanceType: 't3.micro' } }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a global service',
        learned: ordinary(9),
        records: [call('iam:GetUser', { region: 'us-west-2' })],
      },
    ],
  }),
};
