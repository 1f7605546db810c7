import { call, OWN } from '../example.ts';
import { flagAt, textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Default version of a policy changed. */
export const policyVersionSwitched: Rule = {
  id: 'policy-version-switched',
  title: 'Default version of a policy changed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.003',
  whatToDo: 'Compare the two versions of the policy. An old version may allow what was taken away since.',
  falseAlarms: 'Teams that edit policies by hand or by pipeline.',
  actions: ['iam:CreatePolicyVersion', 'iam:SetDefaultPolicyVersion'],
  judge(event) {
    if (event.call.name === 'CreatePolicyVersion' && flagAt(event.asked, 'setAsDefault') !== true)
      return null;
    return {
      facts: { policy: textAt(event.asked, 'policyArn'), version: textAt(event.asked, 'versionId') },
      of: textAt(event.asked, 'policyArn'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'an old version becomes the default',
        records: [
          call('iam:SetDefaultPolicyVersion', {
            asked: { policyArn: `arn:aws:iam::${OWN}:policy/p`, versionId: 'v1' },
          }),
        ],
      },
      {
        why: 'a new version as the default',
        records: [
          call('iam:CreatePolicyVersion', {
            asked: { policyArn: `arn:aws:iam::${OWN}:policy/p`, setAsDefault: true },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a version beside the default',
        records: [
          call('iam:CreatePolicyVersion', {
            asked: { policyArn: `arn:aws:iam::${OWN}:policy/p`, setAsDefault: false },
          }),
        ],
      },
    ],
  }),
};
