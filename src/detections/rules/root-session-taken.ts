import { call, FOREIGN, madeSession } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Root session of a member account taken. */
export const rootSessionTaken: Rule = {
  id: 'root-session-taken',
  title: 'Root session of a member account taken',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1078.004',
  whatToDo: 'Ask whoever manages the organization. AssumeRoot acts as root of another account.',
  falseAlarms: 'Central root access used by the security team.',
  actions: ['sts:AssumeRoot'],
  always: true,
  judge(event) {
    return {
      facts: {
        account: textAt(event.asked, 'targetPrincipal'),
        task: textAt(event.asked, 'taskPolicyArn', 'arn'),
      },
      of: textAt(event.asked, 'targetPrincipal'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'AssumeRoot',
        records: [call('sts:AssumeRoot', { asked: { targetPrincipal: FOREIGN }, answered: madeSession() })],
      },
    ],
    quiet: [{ why: 'AssumeRole', records: [call('sts:AssumeRole', { answered: madeSession() })] }],
  }),
};
