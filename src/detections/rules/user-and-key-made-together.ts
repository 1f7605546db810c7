import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const WINDOW = HOUR;

/** New user gets credentials minutes after it was made. */
export const userAndKeyMadeTogether: Rule = {
  id: 'user-and-key-made-together',
  title: 'New user gets credentials minutes after it was made',
  family: 'shape over time',
  severity: 'high',
  technique: 'T1136.003',
  whatToDo: 'Deactivate the calling key, then the new user: this is how a stolen key is made permanent.',
  falseAlarms: 'Provisioning tools make user and key in one go; they are known by their habit.',
  actions: ['iam:CreateUser', 'iam:CreateAccessKey', 'iam:CreateLoginProfile'],
  judge(event, about) {
    const user = textAt(event.asked, 'userName');
    if (user === null || event.failed) return null;
    const { recent } = about.profile;
    if (event.call.name === 'CreateUser') {
      recent.note('users made', user, about.now, about.now);
      return null;
    }
    const made = recent.last('users made', user);
    if (made === null || about.now - made > WINDOW) return null;
    return { facts: { user, call: event.call.name }, of: user };
  },
  examples: () => ({
    fires: [
      {
        why: 'CreateUser, then CreateAccessKey',
        records: [
          call('iam:CreateUser', { asked: { userName: 'svc' } }),
          call('iam:CreateAccessKey', { asked: { userName: 'svc' }, minute: 1 }),
        ],
      },
      {
        why: 'CreateUser, then a password',
        records: [
          call('iam:CreateUser', { asked: { userName: 'svc' } }),
          call('iam:CreateLoginProfile', { asked: { userName: 'svc' }, minute: 3 }),
        ],
      },
    ],
    quiet: [
      {
        why: 'for a user that was there',
        records: [
          call('iam:CreateUser', { asked: { userName: 'svc' } }),
          call('iam:CreateAccessKey', { asked: { userName: 'bob' }, minute: 1 }),
        ],
      },
      {
        why: 'a day later',
        records: [
          call('iam:CreateUser', { asked: { userName: 'svc' } }),
          call('iam:CreateAccessKey', { asked: { userName: 'svc' }, minute: 1_500 }),
        ],
      },
    ],
  }),
};
