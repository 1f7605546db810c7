import { isWithoutReason } from '../at-home.ts';
import { call } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const WINDOW = HOUR / 2;
const REGIONS = 4;

/** Several regions visited in a short time. */
export const regionsSwept: Rule = {
  id: 'regions-swept',
  title: 'Several regions visited in a short time',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1580',
  whatToDo: 'See what was looked for. Those who own a key know where their things are.',
  falseAlarms: 'Inventory tools that visit all regions; they are known by their habit.',
  actions: [],
  triggers: ['novel'],
  quietFor: DAY,
  judge(event, about) {
    const {
      region,
      call: { isGlobal },
    } = event;
    if (region === null || isGlobal || event.byService || event.fromConsole || !about.novelty.region)
      return null;
    const { recent } = about.profile;
    recent.note('new regions', region, about.now, about.now);
    const regions = recent.since('new regions', about.now - WINDOW);
    const isFew =
      regions.length === REGIONS - 1 && event.agent.kind !== 'infrastructure' && isWithoutReason(about);
    return regions.length >= REGIONS || isFew
      ? {
          severity: regions.length >= 2 * REGIONS ? 'high' : 'medium',
          facts: { regions: regions.length, last: region },
          of: regions.length >= 2 * REGIONS ? 'many' : '',
        }
      : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'four new ones in minutes',
        records: ['us-east-1', 'us-west-2', 'eu-west-1', 'ap-south-1', 'sa-east-1'].map((region, minute) =>
          call('ec2:DescribeInstances', { region, minute }),
        ),
      },
    ],
    quiet: [
      {
        why: 'two',
        records: ['us-east-1', 'us-west-2'].map((region, minute) =>
          call('ec2:DescribeInstances', { region, minute }),
        ),
      },
    ],
  }),
};
