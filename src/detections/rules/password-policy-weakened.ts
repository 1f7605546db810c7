import { call } from '../example.ts';
import { numberAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Passwords as long as this are what standards ask for. */
const LONG = 14;

/** Password policy of the account changed. */
export const passwordPolicyWeakened: Rule = {
  id: 'password-policy-weakened',
  title: 'Password policy of the account changed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1556',
  whatToDo: 'Compare it with your standard and put it back.',
  falseAlarms: 'Setting an account up.',
  actions: ['iam:DeleteAccountPasswordPolicy', 'iam:UpdateAccountPasswordPolicy'],
  judge(event) {
    const least = numberAt(event.asked, 'minimumPasswordLength');
    return {
      severity: least !== null && least >= LONG ? 'low' : 'medium',
      facts: { call: event.call.name, 'least length': least },
    };
  },
  examples: () => ({
    fires: [{ why: 'it is deleted', records: [call('iam:DeleteAccountPasswordPolicy')] }],
    quiet: [
      {
        why: 'it is read',
        records: [call('iam:GetAccountPasswordPolicy', { error: 'NoSuchEntityException' })],
      },
    ],
  }),
};
