import { call, history } from '../example.ts';
import { isOnAnother } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Console password set for another user. */
export const passwordSetForAnotherUser: Rule = {
  id: 'password-set-for-another-user',
  title: 'Console password set for another user',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.001',
  whatToDo:
    'Ask the user whether they asked for a password. If not, delete the login profile and deactivate the calling key.',
  falseAlarms: 'A help desk that resets passwords with a program.',
  actions: ['iam:CreateLoginProfile', 'iam:UpdateLoginProfile'],
  judge(event, about) {
    if (!isOnAnother(event, about)) return null;
    return {
      facts: { user: textAt(event.asked, 'userName'), call: event.call.name },
      of: `${event.call.name} ${textAt(event.asked, 'userName') ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a password for Bob',
        records: [
          call('iam:CreateLoginProfile', { asked: { userName: 'bob', passwordResetRequired: false } }),
        ],
      },
      {
        why: 'a new password for Bob',
        records: [call('iam:UpdateLoginProfile', { asked: { userName: 'bob' } })],
      },
    ],
    quiet: [
      {
        why: 'Alice sets her own',
        records: [call('iam:UpdateLoginProfile', { asked: { userName: 'alice' } })],
      },
      {
        why: 'the help desk, every day, with the same key',
        learned: history(
          9,
          [
            'iam:UpdateLoginProfile',
            'iam:ListUsers',
            'iam:GetUser',
            'iam:GetLoginProfile',
            'iam:ListGroupsForUser',
          ],
          { asked: { userName: 'carol' } },
        ),
        records: [call('iam:UpdateLoginProfile', { asked: { userName: 'bob' } })],
      },
    ],
  }),
};
