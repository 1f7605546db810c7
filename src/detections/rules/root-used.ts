import { call, ROOT } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Root user acts. */
export const rootUsed: Rule = {
  id: 'root-used',
  title: 'Root user acts',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1078.004',
  whatToDo:
    'Find out who signed in as root. Nothing but a few account settings needs it; a root access key must be deleted.',
  falseAlarms: 'The few tasks that only root can do.',
  actions: [],
  triggers: ['root'],
  always: true,
  judge(event) {
    if (event.byService || event.caller.type !== 'Root') return null;
    const isSignIn =
      event.call.name === 'ConsoleLogin' && textAt(event.answered, 'ConsoleLogin') !== 'Failure';
    const withKey = event.caller.longTermKeyId !== null;
    if (event.call.isRead && !withKey) return null;
    if (event.call.service === 'signin' && !isSignIn && !/Password|Email/.test(event.call.name)) return null;
    const isGrave = withKey || /AccessKey|Password|Email|MFA|LoginProfile|Contact/.test(event.call.name);
    return {
      severity: isGrave || isSignIn ? 'high' : 'medium',
      facts: { call: event.call.name, ...(withKey ? { with: 'a root access key' } : {}) },
      of: isGrave ? event.call.name : isSignIn ? 'sign-in' : 'work',
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'root signs in',
        records: [
          call('signin:ConsoleLogin', {
            by: ROOT,
            answered: { ConsoleLogin: 'Success' },
            agent: 'Mozilla/5.0 (X11)',
          }),
        ],
      },
      {
        why: 'a root access key',
        records: [call('s3:ListBuckets', { by: { ...ROOT, accessKeyId: 'AKIAROOTEXAMPLE00001' } })],
      },
      {
        why: 'root makes a key',
        records: [call('iam:CreateAccessKey', { by: ROOT, agent: 'Mozilla/5.0 (X11)' })],
      },
    ],
    quiet: [
      {
        why: 'AWS does it for the account',
        records: [
          call('ec2:RunInstances', {
            by: { ...ROOT, invokedBy: 'autoscaling.amazonaws.com' },
            from: 'autoscaling.amazonaws.com',
          }),
        ],
      },
      { why: 'a user', records: [call('s3:ListBuckets')] },
    ],
  }),
};
