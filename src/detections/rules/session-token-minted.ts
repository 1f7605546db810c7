import { call, OWN, madeSession } from '../example.ts';
import { numberAt, textAt } from '../json.ts';
import { isStrange } from '../novelty.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Session token made from a long-term key. */
export const sessionTokenMinted: Rule = {
  id: 'session-token-minted',
  title: 'Session token made from a long-term key',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1550.001',
  whatToDo:
    'See what the session does. It outlives the key: containing the key needs a deny on the user too.',
  falseAlarms: 'People who sign in with MFA on the command line; they are known by their habit.',
  actions: ['sts:GetSessionToken'],
  quietFor: DAY,
  judge(event, about) {
    if (event.caller.longTermKeyId === null) return null;
    const withMfa = textAt(event.asked, 'serialNumber') !== null || textAt(event.asked, 'tokenCode') !== null;
    if (withMfa && !event.denied) return null;
    return {
      // The command line with MFA is a person's; without it, a session gives nothing that the key does not, but time.
      severity:
        !withMfa && (isStrange(about.novelty) || event.denied || !about.profile.isSettled) ? 'medium' : 'low',
      facts: {
        seconds: numberAt(event.asked, 'durationSeconds'),
        session: textAt(event.answered, 'credentials', 'accessKeyId'),
      },
      of: '',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'without MFA',
        records: [
          call('sts:GetSessionToken', { asked: { durationSeconds: 129_600 }, answered: madeSession() }),
        ],
      },
    ],
    quiet: [
      {
        why: 'with MFA',
        records: [
          call('sts:GetSessionToken', {
            asked: { serialNumber: `arn:aws:iam::${OWN}:mfa/alice` },
            answered: madeSession(),
          }),
        ],
      },
    ],
  }),
};
