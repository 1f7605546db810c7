import { trifle } from '../at-home.ts';
import { call, ALICE_IN_CONSOLE } from '../example.ts';
import { isOnAnother } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Access key made with an access key. */
export const accessKeyMadeForOneself: Rule = {
  id: 'access-key-made-for-oneself',
  title: 'Access key made with an access key',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1098.001',
  whatToDo: 'Check that its user is rotating keys right now. If not, deactivate both keys.',
  falseAlarms: 'A user who rotates his own key, as Rekey does.',
  actions: ['iam:CreateAccessKey'],
  judge(event, about) {
    if (event.failed || about.keyId === null || isOnAnother(event, about)) return null;
    return {
      // Programs that rotate their own key are known for long.
      severity: about.profile.isSettled ? 'low' : trifle(event, about),
      facts: { 'new key': textAt(event.answered, 'accessKey', 'accessKeyId') },
    };
  },
  examples: () => ({
    fires: [{ why: 'Alice makes a second key for herself', records: [call('iam:CreateAccessKey')] }],
    quiet: [
      {
        why: 'for Bob: another rule',
        records: [call('iam:CreateAccessKey', { asked: { userName: 'bob' } })],
      },
      {
        why: 'in the console',
        records: [call('iam:CreateAccessKey', { by: ALICE_IN_CONSOLE, agent: 'Mozilla/5.0 (X11)' })],
      },
    ],
  }),
};
