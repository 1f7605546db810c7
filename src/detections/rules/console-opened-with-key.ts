import { call, roleSession } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** AWS console opened with an access key. */
export const consoleOpenedWithKey: Rule = {
  id: 'console-opened-with-key',
  title: 'AWS console opened with an access key',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo: 'Contain the key and its user: somebody turned the key into a browser session.',
  falseAlarms: 'Tools such as aws-vault and Leapp that open the console for people.',
  actions: ['signin:GetSigninToken', 'signin:ConsoleLogin'],
  judge(event, about) {
    if (event.call.name === 'GetSigninToken') {
      return event.agent.kind === 'console' ||
        event.agent.kind === 'aws' ||
        event.agent.kind === 'unknown' ||
        event.agent.family === 'jersey'
        ? null
        : { facts: { 'user agent': event.agent.text } };
    }
    // A federated user is always one that a long-term key made.
    const isMade = about.keyId !== null || event.caller.type === 'FederatedUser';
    return isMade && !event.failed && textAt(event.answered, 'ConsoleLogin') !== 'Failure'
      ? { facts: { as: event.caller.arn } }
      : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'a program asks for a sign-in token',
        records: [call('signin:GetSigninToken', { by: roleSession('admin'), agent: 'python-requests/2.32' })],
      },
    ],
    quiet: [
      {
        why: 'the console itself',
        records: [call('signin:GetSigninToken', { by: roleSession('admin'), agent: 'Mozilla/5.0 (X11)' })],
      },
      {
        why: 'single sign-on',
        records: [
          call('signin:GetSigninToken', {
            by: roleSession('admin'),
            agent: 'Jersey/${project.version} (HttpUrlConnection 11.0)',
          }),
        ],
      },
    ],
  }),
};
