import { isOfOneJob } from '../at-home.ts';
import { BOTO, call, history, ordinary } from '../example.ts';
import { isOnAnother } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Password set for another user. */
export const passwordSetForAnotherUser: Rule = {
  id: 'password-set-for-another-user',
  title: 'Password set for another user',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.001',
  whatToDo:
    'Ask the user whether they asked for a password. If not, delete the login profile and deactivate the calling key.',
  falseAlarms: 'A help desk that resets passwords with a program.',
  actions: ['iam:CreateLoginProfile', 'iam:UpdateLoginProfile', 'cognito-idp:AdminSetUserPassword'],
  judge(event, about) {
    // Users of an application: what made them sets their passwords too, a key with another job does not.
    if (event.call.service === 'cognito-idp')
      return about.profile.isSettled &&
        !event.failed &&
        !about.profile.isEstablished('services', 'cognito-idp', about.now)
        ? {
            severity: isOfOneJob(about) ? 'medium' : 'low',
            facts: { 'user pool': textAt(event.asked, 'userPoolId'), call: event.call.name },
            of: 'application',
          }
        : null;
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
      {
        why: "a password for an application's user, by a key that only works with files",
        learned: ordinary(6),
        records: [
          call('cognito-idp:AdminSetUserPassword', {
            asked: { userPoolId: 'p', username: 'HIDDEN', permanent: true },
            ...BOTO,
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'the program of an application, new',
        records: [
          call('cognito-idp:AdminSetUserPassword', { asked: { userPoolId: 'p', username: 'HIDDEN' } }),
        ],
      },
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
