import { call } from '../example.ts';
import { isOnAnother } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Access key made for another user. */
export const accessKeyMadeForAnotherUser: Rule = {
  id: 'access-key-made-for-another-user',
  title: 'Access key made for another user',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.001',
  whatToDo:
    'Ask whoever holds the calling key whether they made it. If not, make the new key Inactive and look at what it did since.',
  falseAlarms: 'Administrators and provisioning tools that hand out keys.',
  actions: ['iam:CreateAccessKey'],
  judge(event, about) {
    if (!isOnAnother(event, about)) return null;
    return {
      facts: {
        user: textAt(event.asked, 'userName'),
        'new key': textAt(event.answered, 'accessKey', 'accessKeyId'),
      },
      of: textAt(event.asked, 'userName'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'Alice makes a key for Bob',
        records: [call('iam:CreateAccessKey', { asked: { userName: 'bob' } })],
      },
      {
        why: 'also when AWS refuses',
        records: [call('iam:CreateAccessKey', { asked: { userName: 'bob' }, error: 'AccessDenied' })],
      },
    ],
    quiet: [
      {
        why: 'Alice rotates her own key',
        records: [call('iam:CreateAccessKey', { asked: { userName: 'alice' } })],
      },
      { why: 'the user is left out: oneself', records: [call('iam:CreateAccessKey')] },
    ],
  }),
};
