import { call } from '../example.ts';
import { isQuarantine } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** AWS put a user in quarantine: its key is public. */
export const keyQuarantined: Rule = {
  id: 'key-quarantined',
  title: 'AWS put a user in quarantine: its key is public',
  family: 'bad on any key',
  severity: 'critical',
  technique: 'T1552.001',
  whatToDo:
    'Contain the key now. AWS found it in public; its quarantine stops some calls, not all. Do not take the policy off.',
  falseAlarms: 'None known: only AWS attaches this policy.',
  actions: ['iam:AttachUserPolicy', 'iam:PutUserPolicy'],
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
        why: 'a version of today',
        records: [
          call('iam:AttachUserPolicy', {
            asked: { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3' },
          }),
        ],
      },
      {
        why: 'a version to come',
        records: [
          call('iam:AttachUserPolicy', {
            asked: { userName: 'alice', policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV9' },
          }),
        ],
      },
      {
        why: 'the older notice, inline',
        records: [
          call('iam:PutUserPolicy', {
            asked: { userName: 'alice', policyName: 'AWSExposedCredentialPolicy_DO_NOT_REMOVE' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'another policy',
        records: [
          call('iam:AttachUserPolicy', {
            asked: { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
          }),
        ],
      },
    ],
  }),
};
