import { call } from '../example.ts';
import { targetOf } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Inactive access key made active again. */
export const accessKeyReactivated: Rule = {
  id: 'access-key-reactivated',
  title: 'Inactive access key made active again',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.001',
  whatToDo: 'Find out who deactivated that key and why before it is used again.',
  falseAlarms: 'Somebody takes back a deactivation that broke a program.',
  actions: ['iam:UpdateAccessKey'],
  judge(event) {
    if (textAt(event.asked, 'status')?.toLowerCase() !== 'active') return null;
    return {
      facts: { key: textAt(event.asked, 'accessKeyId'), user: targetOf(event) },
      of: textAt(event.asked, 'accessKeyId'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a key becomes Active',
        records: [
          call('iam:UpdateAccessKey', {
            asked: { userName: 'bob', accessKeyId: 'AKIAEXAMPLE000000001', status: 'Active' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a key becomes Inactive',
        records: [
          call('iam:UpdateAccessKey', { asked: { accessKeyId: 'AKIAEXAMPLE000000001', status: 'Inactive' } }),
        ],
      },
    ],
  }),
};
