import { call, ordinary } from '../example.ts';
import type { Rule } from '../rule.ts';

const ROAMS = 0.2;

/** Used from a country this key was never seen in. */
export const countryNew: Rule = {
  id: 'country-new',
  title: 'Used from a country this key was never seen in',
  family: 'new for this key',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo: 'Ask the owner whether they are there. If not, deactivate the key.',
  falseAlarms: 'Travel, a VPN, or a network whose country the database has wrong.',
  actions: [],
  triggers: ['novel'],
  judge(event, about) {
    const { novelty, profile } = about;
    if (!novelty.country || !profile.isSettled || event.fromConsole) return null;
    if (profile.novelty('countries') > ROAMS) return null;
    const { operator, country } = about.place();
    // Who was abroad before, and does there what he always does, travels.
    const travels = profile.tables.countries.size > 1 && !novelty.agent && !novelty.action && !novelty.region;
    return {
      severity: travels ? 'low' : 'medium',
      facts: {
        country,
        operator,
        network: event.address?.prefix ?? null,
        before: profile.tables.countries.values.slice(0, 4).join(', '),
      },
      of: country,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'after days in one country',
        learned: ordinary(9, { from: '8.8.8.8' }),
        records: [call('s3:GetObject', { from: '185.220.101.55' })],
      },
    ],
    quiet: [
      {
        why: 'the country is not known',
        learned: ordinary(9, { from: '8.8.8.8' }),
        records: [call('s3:GetObject', { from: '10.0.0.1' })],
      },
    ],
  }),
};
