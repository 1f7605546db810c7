import { call } from '../example.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Rights changed right after the account was explored. */
export const rightsChangedAfterLookingAround: Rule = {
  id: 'rights-changed-after-looking-around',
  title: 'Rights changed right after the account was explored',
  family: 'shape over time',
  severity: 'high',
  technique: 'T1098',
  whatToDo: 'Deactivate the key and undo the change: first look, then settle in, is what thieves do.',
  falseAlarms: 'Somebody new who sets things up.',
  actions: words(`
    iam:CreateUser iam:CreateAccessKey iam:CreateLoginProfile iam:UpdateLoginProfile
    iam:AttachUserPolicy iam:PutUserPolicy iam:AttachRolePolicy iam:PutRolePolicy
    iam:UpdateAssumeRolePolicy iam:CreateRole iam:AddUserToGroup iam:CreatePolicyVersion
    iam:SetDefaultPolicyVersion sts:GetFederationToken lambda:UpdateFunctionCode`),
  quietFor: DAY,
  judge(event, about) {
    const { recent } = about.profile;
    if (event.fromConsole || event.agent.kind === 'infrastructure') return null;
    const looked = recent.since('discovery', about.now - HOUR);
    const isIdentity = looked.filter((each) => /^(?:iam|organizations|sts|sso):/.test(each)).length;
    if (looked.length < 4 || isIdentity < 2) return null;
    return { facts: { calls: looked.length, change: event.call.action }, of: '' };
  },
  examples: () => ({
    fires: [
      {
        why: 'four looks, then a user',
        records: [
          ...['iam:ListUsers', 'iam:ListRoles', 's3:ListBuckets', 'iam:ListPolicies'].map((action, minute) =>
            call(action, { minute }),
          ),
          call('iam:CreateUser', { asked: { userName: 'x' }, minute: 9 }),
        ],
      },
    ],
    quiet: [{ why: 'a change alone', records: [call('iam:CreateUser', { asked: { userName: 'x' } })] }],
  }),
};
