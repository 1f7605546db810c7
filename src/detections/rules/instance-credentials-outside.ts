import { call, ordinary, roleSession } from '../example.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Credentials of an instance used outside of AWS. */
export const instanceCredentialsOutside: Rule = {
  id: 'instance-credentials-outside',
  title: 'Credentials of an instance used outside of AWS',
  family: 'shape over time',
  severity: 'high',
  technique: 'T1552.005',
  whatToDo: 'End the sessions of the role, and look at the instance: somebody took its credentials.',
  falseAlarms: 'An instance that reaches AWS through a proxy elsewhere.',
  actions: [],
  triggers: ['novel'],
  quietFor: DAY,
  judge(event, about) {
    const { caller, address } = event;
    if (
      caller.sessionName === null ||
      !/^i-[0-9a-f]{8,17}$/.test(caller.sessionName) ||
      address === null ||
      event.byService
    )
      return null;
    const { operators } = about.profile.tables;
    const { operator } = about.place();
    const isAmazon = (name: string): boolean => /amazon/i.test(name);
    if (operator === null || isAmazon(operator) || !operators.values.some(isAmazon)) return null;
    return { facts: { instance: caller.sessionName, network: operator }, of: caller.sessionName };
  },
  examples: () => ({
    fires: [
      {
        why: 'after days inside of AWS',
        learned: ordinary(5, { by: roleSession('web', 'i-0123456789abcdef0'), from: '54.240.197.1' }),
        records: [call('s3:ListBuckets', { by: roleSession('web', 'i-0123456789abcdef0'), from: '8.8.8.8' })],
      },
    ],
    quiet: [
      {
        why: 'from AWS',
        learned: ordinary(5, { by: roleSession('web', 'i-0123456789abcdef0'), from: '54.240.197.1' }),
        records: [
          call('s3:ListBuckets', { by: roleSession('web', 'i-0123456789abcdef0'), from: '54.239.28.85' }),
        ],
      },
    ],
  }),
};
