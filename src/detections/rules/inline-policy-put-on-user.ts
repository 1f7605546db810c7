import { call, policy } from '../example.ts';
import { onlyQuarantines, targetOf } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Inline policy put on a user or group. */
export const inlinePolicyPutOnUser: Rule = {
  id: 'inline-policy-put-on-user',
  title: 'Inline policy put on a user or group',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.003',
  whatToDo: 'Read the policy. Inline policies hide from most reviews, which is why thieves like them.',
  falseAlarms: 'Tools that manage users with inline policies.',
  actions: ['iam:PutUserPolicy', 'iam:PutGroupPolicy'],
  judge(event) {
    if (onlyQuarantines(event)) return null;
    return { facts: { on: targetOf(event), policy: textAt(event.asked, 'policyName') }, of: targetOf(event) };
  },
  examples: () => ({
    fires: [
      {
        why: 'a policy on Bob',
        records: [
          call('iam:PutUserPolicy', {
            asked: {
              userName: 'bob',
              policyName: 'p',
              policyDocument: policy({ Action: 's3:*', Resource: '*' }),
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a policy is read',
        records: [call('iam:GetUserPolicy', { asked: { userName: 'bob', policyName: 'p' } })],
      },
    ],
  }),
};
