import { trifle } from '../at-home.ts';
import { call, ALICE_IN_CONSOLE } from '../example.ts';
import { textAt } from '../json.ts';
import { HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

/** Administrator passwords of instances asked for. */
export const windowsPasswordsRead: Rule = {
  id: 'windows-passwords-read',
  title: 'Administrator passwords of instances asked for',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1555.006',
  whatToDo: 'Change the passwords; see whether somebody signed in to the instances.',
  falseAlarms: 'An administrator who looks up one password.',
  actions: ['ec2:GetPasswordData'],
  judge(event, about) {
    const instance = textAt(event.asked, 'instanceId');
    if (instance === null) return null;
    const { recent } = about.profile;
    recent.note('passwords', instance, about.now, about.now);
    const instances = recent.since('passwords', about.now - HOUR).length;
    return {
      severity: instances >= 3 || event.denied ? 'medium' : trifle(event, about),
      facts: { instances },
      of: instances >= 3 ? 'many' : 'one',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'three instances',
        records: ['i-1', 'i-2', 'i-3'].map((instanceId) =>
          call('ec2:GetPasswordData', { asked: { instanceId } }),
        ),
      },
    ],
    quiet: [
      {
        why: 'an administrator in the console',
        records: [
          call('ec2:GetPasswordData', {
            asked: { instanceId: 'i-1' },
            by: ALICE_IN_CONSOLE,
            agent: 'Mozilla/5.0 (X11)',
          }),
        ],
      },
    ],
  }),
};
