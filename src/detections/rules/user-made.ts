import { trifle } from '../at-home.ts';
import { call, ALICE_IN_CONSOLE } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** IAM user made. */
export const userMade: Rule = {
  id: 'user-made',
  title: 'IAM user made',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1136.003',
  whatToDo:
    'Check with the owner of the key that this user was wanted; see what rights and credentials it got.',
  falseAlarms: 'Provisioning of people and programs.',
  actions: ['iam:CreateUser'],
  judge(event, about) {
    return {
      severity: trifle(event, about),
      facts: { user: textAt(event.asked, 'userName') },
      of: textAt(event.asked, 'userName'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a user is made with a key',
        records: [call('iam:CreateUser', { asked: { userName: 'backup-svc' } })],
      },
    ],
    quiet: [
      {
        why: 'an administrator in the console',
        records: [
          call('iam:CreateUser', {
            asked: { userName: 'bob' },
            by: ALICE_IN_CONSOLE,
            agent: 'Mozilla/5.0 (X11)',
          }),
        ],
      },
    ],
  }),
};
