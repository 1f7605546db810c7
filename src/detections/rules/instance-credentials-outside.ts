import { BOTO, call, ordinary, roleSession } from '../example.ts';
import { isOfInstance } from '../instance.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

const isAmazon = (operator: string): boolean => /amazon/i.test(operator);

/** Credentials of an instance used outside of AWS. */
export const instanceCredentialsOutside: Rule = {
  id: 'instance-credentials-outside',
  title: 'Credentials of an instance or function used outside of AWS',
  family: 'shape over time',
  severity: 'high',
  technique: 'T1552.005',
  whatToDo:
    'End the sessions of the role, and look at the instance or function: somebody took its credentials.',
  falseAlarms:
    'An instance that reaches AWS through a proxy elsewhere; somebody who takes the role of a program to see why it fails.',
  actions: [],
  triggers: ['novel', 'begun'],
  quietFor: DAY,
  judge(event, about) {
    const { caller, address } = event;
    if (caller.roleName === null || address === null || event.byService || event.fromConsole) return null;
    const { profile, novelty } = about;
    const known = profile.tables.operators.values;
    const isInstance = isOfInstance(caller);
    if (!isInstance && !(profile.isSettled && novelty.operator && known.length > 0 && known.every(isAmazon)))
      return null;
    const { operator } = about.place();
    if (operator === null || isAmazon(operator)) return null;
    if (!isInstance)
      return { severity: 'medium', facts: { role: caller.roleName, network: operator }, of: operator };
    const facts = { instance: caller.sessionName, network: operator };
    if (known.some(isAmazon)) return { facts, of: caller.sessionName };
    // Of a role that was never seen before, it may be that all its instances go out elsewhere: that is told of once.
    return profile.events > 0 ? null : { severity: 'medium', facts, of: '' };
  },
  examples: () => ({
    fires: [
      {
        why: 'after days inside of AWS',
        learned: ordinary(5, { by: roleSession('web', 'i-0123456789abcdef0'), from: '54.240.197.1' }),
        records: [call('s3:ListBuckets', { by: roleSession('web', 'i-0123456789abcdef0'), from: '8.8.8.8' })],
      },
      {
        why: 'all that was ever seen of the role',
        records: [call('s3:GetObject', { by: roleSession('web', 'i-0123456789abcdef0'), from: '8.8.8.8' })],
      },
      {
        why: 'the role of a function, with its own program',
        learned: ordinary(9, { by: roleSession('orders', 'orders'), from: '54.240.197.1' }),
        records: [
          call('s3:GetObject', {
            by: roleSession('orders', 'orders'),
            from: '8.8.8.8',
            ...BOTO,
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'the role of a pipeline that runs elsewhere',
        learned: ordinary(9, { by: roleSession('ci', 'run'), from: '8.8.8.8' }),
        records: [call('s3:GetObject', { by: roleSession('ci', 'run'), from: '185.220.101.7' })],
      },
      {
        why: 'on a private network',
        records: [call('s3:GetObject', { by: roleSession('web', 'i-0123456789abcdef0'), from: '10.1.2.3' })],
      },
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
