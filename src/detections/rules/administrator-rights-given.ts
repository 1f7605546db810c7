import { call, policy } from '../example.ts';
import { isAdminPolicy, targetOf } from '../grant.ts';
import { at, textAt } from '../json.ts';
import { isAdministrator } from '../policy-document.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Administrator rights given away. */
export const administratorRightsGiven: Rule = {
  id: 'administrator-rights-given',
  title: 'Administrator rights given away',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.003',
  whatToDo: "Check with the key's owner that this was wanted; take the policy off again if not.",
  falseAlarms: 'Setting up roles for administrators or for infrastructure tools.',
  actions: words(`
    iam:AttachUserPolicy iam:AttachRolePolicy iam:AttachGroupPolicy iam:PutUserPolicy
    iam:PutRolePolicy iam:PutGroupPolicy iam:CreatePolicy iam:CreatePolicyVersion`),
  judge(event) {
    const policyArn = textAt(event.asked, 'policyArn');
    if (!isAdminPolicy(policyArn) && !isAdministrator(at(event.asked, 'policyDocument'))) return null;
    const isUser = event.call.name.includes('User');
    return {
      severity: isUser && !event.failed ? 'high' : 'medium',
      facts: {
        call: event.call.name,
        to: targetOf(event),
        policy: policyArn ?? textAt(event.asked, 'policyName'),
      },
      of: `${event.call.name} ${targetOf(event) ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'AdministratorAccess to a user',
        records: [
          call('iam:AttachUserPolicy', {
            asked: { userName: 'bob', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
          }),
        ],
      },
      {
        why: 'an inline policy that allows everything',
        records: [
          call('iam:PutRolePolicy', {
            asked: { roleName: 'x', policyName: 'p', policyDocument: policy({ Action: '*', Resource: '*' }) },
          }),
        ],
      },
      {
        why: 'a policy that lets its holder take the rest',
        records: [
          call('iam:CreatePolicy', {
            asked: {
              policyName: 'p',
              policyDocument: policy({ Action: ['iam:Put*', 's3:*'], Resource: '*' }),
            },
          }),
        ],
      },
      {
        why: 'a policy that allows all of IAM',
        records: [
          call('iam:CreatePolicy', {
            asked: { policyName: 'p', policyDocument: policy({ Action: ['iam:*'], Resource: '*' }) },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a narrow policy',
        records: [
          call('iam:PutRolePolicy', {
            asked: {
              roleName: 'x',
              policyName: 'p',
              policyDocument: policy({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }),
            },
          }),
        ],
      },
      {
        why: 'a document that cannot be read',
        records: [call('iam:PutUserPolicy', { asked: { userName: 'bob', policyDocument: '{' } })],
      },
    ],
  }),
};
