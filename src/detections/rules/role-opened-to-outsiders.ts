import { call, FOREIGN, OWN, policy } from '../example.ts';
import { at, textAt } from '../json.ts';
import { outsiders } from '../policy-document.ts';
import type { Rule } from '../rule.ts';

/** Role opened to another account or to everybody. */
export const roleOpenedToOutsiders: Rule = {
  id: 'role-opened-to-outsiders',
  title: 'Role opened to another account or to everybody',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1098.003',
  whatToDo: "Put the trust policy back, then end the role's sessions: changing the trust does not end them.",
  falseAlarms: 'A new service provider, or another account of the same company.',
  actions: ['iam:UpdateAssumeRolePolicy', 'iam:CreateRole'],
  judge(event) {
    const who = outsiders(
      at(event.asked, 'policyDocument') ?? at(event.asked, 'assumeRolePolicyDocument'),
      event.accountId,
    );
    if (who.length === 0) return null;
    return {
      severity: who.includes('*') || event.call.name === 'UpdateAssumeRolePolicy' ? 'high' : 'medium',
      facts: { role: textAt(event.asked, 'roleName'), 'let in': who.join(', ') },
      of: textAt(event.asked, 'roleName'),
      strangers: who,
    };
  },
  examples: () => ({
    fires: [
      {
        why: "a provider of everybody's programs that is asked for nothing, so that all of them are let in",
        records: [
          call('iam:UpdateAssumeRolePolicy', {
            asked: {
              roleName: 'ci',
              policyDocument: policy({
                Principal: {
                  Federated: `arn:aws:iam::${OWN}:oidc-provider/token.actions.githubusercontent.com`,
                },
                Action: 'sts:AssumeRoleWithWebIdentity',
                Condition: {
                  StringEquals: { 'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com' },
                },
              }),
            },
          }),
        ],
      },
      {
        why: 'a foreign account may assume a role',
        records: [
          call('iam:UpdateAssumeRolePolicy', {
            asked: {
              roleName: 'app',
              policyDocument: policy({
                Principal: { AWS: `arn:aws:iam::${FOREIGN}:root` },
                Action: 'sts:AssumeRole',
              }),
            },
          }),
        ],
      },
      {
        why: 'a new role for everybody',
        records: [
          call('iam:CreateRole', {
            asked: {
              roleName: 'app',
              assumeRolePolicyDocument: policy({ Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a service of AWS',
        records: [
          call('iam:CreateRole', {
            asked: {
              roleName: 'app',
              assumeRolePolicyDocument: policy({
                Principal: { Service: 'ec2.amazonaws.com' },
                Action: 'sts:AssumeRole',
              }),
            },
          }),
        ],
      },
      {
        why: 'the own account',
        records: [
          call('iam:UpdateAssumeRolePolicy', {
            asked: {
              roleName: 'app',
              policyDocument: policy({
                Principal: { AWS: `arn:aws:iam::${OWN}:role/ci` },
                Action: 'sts:AssumeRole',
              }),
            },
          }),
        ],
      },
      {
        why: 'a provider that is asked for its subject',
        records: [
          call('iam:CreateRole', {
            asked: {
              roleName: 'ci',
              assumeRolePolicyDocument: policy({
                Principal: {
                  Federated: `arn:aws:iam::${OWN}:oidc-provider/token.actions.githubusercontent.com`,
                },
                Action: 'sts:AssumeRoleWithWebIdentity',
                Condition: {
                  StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/shop:*' },
                },
              }),
            },
          }),
        ],
      },
    ],
  }),
};
