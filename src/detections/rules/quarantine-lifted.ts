import { call } from '../example.ts';
import { isQuarantine } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** AWS's quarantine of a public key was taken off. */
export const quarantineLifted: Rule = {
  id: 'quarantine-lifted',
  title: "AWS's quarantine of a public key was taken off",
  family: 'bad on any key',
  severity: 'critical',
  technique: 'T1562.001',
  whatToDo: 'Contain the key: it is public, and somebody took away what limited it.',
  falseAlarms: "Somebody who cleaned up and follows AWS's support case; the key must be gone by then.",
  actions: ['iam:DetachUserPolicy', 'iam:DeleteUserPolicy'],
  always: true,
  judge(event) {
    const name = textAt(event.asked, 'policyArn') ?? textAt(event.asked, 'policyName') ?? '';
    if (!isQuarantine(name)) return null;
    return {
      facts: { user: textAt(event.asked, 'userName'), policy: name },
      of: textAt(event.asked, 'userName'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'it is detached',
        records: [
          call('iam:DetachUserPolicy', {
            asked: { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'another policy',
        records: [
          call('iam:DetachUserPolicy', {
            asked: { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
          }),
        ],
      },
    ],
  }),
};
