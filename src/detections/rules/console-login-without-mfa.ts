import { call, roleSession } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Console sign-in without MFA. */
export const consoleLoginWithoutMfa: Rule = {
  id: 'console-login-without-mfa',
  title: 'Console sign-in without MFA',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo: 'Ask the user whether it was them; require MFA for the user.',
  falseAlarms: 'Accounts that do not require MFA; each user is reported once a month.',
  actions: ['signin:ConsoleLogin'],
  always: true,
  quietFor: 30 * DAY,
  judge(event) {
    if (event.caller.type !== 'IAMUser' && event.caller.type !== 'Root') return null;
    if (textAt(event.answered, 'ConsoleLogin') !== 'Success') return null;
    if (textAt(event.additional, 'MFAUsed')?.toLowerCase() !== 'no') return null;
    return {
      severity: event.caller.type === 'Root' ? 'high' : 'medium',
      facts: { user: event.caller.userName, 'user agent': event.agent.text },
      of: event.caller.userName,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a password alone',
        records: [
          call('signin:ConsoleLogin', {
            answered: { ConsoleLogin: 'Success' },
            additional: { MFAUsed: 'No' },
            agent: 'Mozilla/5.0 (X11)',
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'with MFA',
        records: [
          call('signin:ConsoleLogin', {
            answered: { ConsoleLogin: 'Success' },
            additional: { MFAUsed: 'Yes' },
            agent: 'Mozilla/5.0 (X11)',
          }),
        ],
      },
      {
        why: "through single sign-on, where MFA is not AWS's matter",
        records: [
          call('signin:ConsoleLogin', {
            by: roleSession('admin'),
            answered: { ConsoleLogin: 'Success' },
            additional: { MFAUsed: 'No' },
            agent: 'Mozilla/5.0 (X11)',
          }),
        ],
      },
      {
        why: 'it does not say',
        records: [
          call('signin:ConsoleLogin', { answered: { ConsoleLogin: 'Success' }, agent: 'Mozilla/5.0 (X11)' }),
        ],
      },
    ],
  }),
};
