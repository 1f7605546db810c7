import { trifle } from '../at-home.ts';
import { call, policy } from '../example.ts';
import { isAdminPolicy, isOnOneself, onlyQuarantines, targetOf } from '../grant.ts';
import { at, textAt } from '../json.ts';
import { isAdministrator, statementsOf } from '../policy-document.ts';
import type { Rule } from '../rule.ts';

/** Names of policies that promise much; what a custom policy holds is not in the event. */
const WIDE = /FullAccess|Admin|PowerUser|Root|Super/i;

/** Policy attached to a user, group or role. */
export const policyAttached: Rule = {
  id: 'policy-attached',
  title: 'Policy attached to a user, group or role',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1098.003',
  whatToDo: 'See whether the policy fits what the user or role is for.',
  falseAlarms: 'Provisioning.',
  actions: ['iam:AttachUserPolicy', 'iam:AttachGroupPolicy', 'iam:AttachRolePolicy', 'iam:PutRolePolicy'],
  judge(event, about) {
    const { asked, call: api } = event;
    const named = textAt(asked, 'policyArn') ?? textAt(asked, 'policyName');
    if (onlyQuarantines(event)) return null;
    // What only denies gives no rights, such as the deny that ends a role's sessions.
    const statements = statementsOf(at(asked, 'policyDocument'));
    if (statements.length > 0 && !statements.some(({ allows }) => allows)) return null;
    if (isAdminPolicy(named) || isAdministrator(at(asked, 'policyDocument')) || isOnOneself(event, about))
      return null;
    const isRole = api.name.includes('Role');
    // Roles get their rights when programs are set up.
    if (isRole && (event.agent.kind === 'infrastructure' || about.keyId === null)) return null;
    return {
      severity: !isRole && WIDE.test(named ?? '') ? 'medium' : trifle(event, about),
      facts: { to: targetOf(event), policy: named },
      of: `${targetOf(event) ?? ''} ${named ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'an inline policy for a role',
        records: [
          call('iam:PutRolePolicy', {
            asked: {
              roleName: 'app',
              policyName: 'p',
              policyDocument: policy({ Action: 's3:GetObject', Resource: '*' }),
            },
          }),
        ],
      },
      {
        why: 'an inline policy whose words are written in numbers',
        records: [
          call('iam:PutRolePolicy', {
            asked: {
              roleName: 'app',
              policyName: 'p',
              policyDocument: policy({ Action: 's3:GetObject', Resource: '*' }).replace(
                '"Allow"',
                String.raw`"\u0041llow"`,
              ),
            },
          }),
        ],
      },
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
        why: 'the sessions of a role are ended',
        records: [
          call('iam:PutRolePolicy', {
            asked: {
              roleName: 'app',
              policyName: 'AWSRevokeOlderSessions',
              policyDocument: policy({ Effect: 'Deny', Action: '*', Resource: '*' }),
            },
          }),
        ],
      },
      {
        why: 'an infrastructure tool gives its role a right',
        records: [
          call('iam:AttachRolePolicy', {
            asked: { roleName: 'app', policyArn: 'arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess' },
            agent: 'HashiCorp/1.0 Terraform/1.11.4',
          }),
        ],
      },
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
