import { call } from '../example.ts';
import { isAdminPolicy, isOnOneself, targetOf } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Managed policy attached to a user or group. */
export const policyAttached: Rule = {
  id: 'policy-attached',
  title: 'Managed policy attached to a user or group',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1098.003',
  whatToDo: 'See whether the policy fits what the user is for.',
  falseAlarms: 'Provisioning.',
  actions: ['iam:AttachUserPolicy', 'iam:AttachGroupPolicy'],
  judge(event, about) {
    if (isAdminPolicy(textAt(event.asked, 'policyArn')) || isOnOneself(event, about)) return null;
    return {
      facts: { to: targetOf(event), policy: textAt(event.asked, 'policyArn') },
      of: `${targetOf(event) ?? ''} ${textAt(event.asked, 'policyArn') ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'full access to S3 for Bob',
        records: [
          call('iam:AttachUserPolicy', {
            asked: { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AmazonS3FullAccess' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'administrator rights: another rule',
        records: [
          call('iam:AttachUserPolicy', {
            asked: { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
          }),
        ],
      },
    ],
  }),
};
