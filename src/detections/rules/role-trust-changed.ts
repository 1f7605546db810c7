import { call, FOREIGN, OWN, policy } from '../example.ts';
import { at, textAt } from '../json.ts';
import { outsiders, statementsOf } from '../policy-document.ts';
import type { Rule } from '../rule.ts';

/** Role opened to a user of the account. */
export const roleTrustChanged: Rule = {
  id: 'role-trust-changed',
  title: 'Role opened to a user of the account',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.003',
  whatToDo: 'See whom the role trusts now. Somebody may have let himself in.',
  falseAlarms: 'Teams that edit roles by hand.',
  actions: ['iam:UpdateAssumeRolePolicy'],
  judge(event) {
    const who = outsiders(at(event.asked, 'policyDocument'), event.accountId);
    if (who.length > 0) return null;
    const users = statementsOf(at(event.asked, 'policyDocument')).flatMap(({ principals }) =>
      principals.filter((each) => each.includes(':user/')),
    );
    if (users.length === 0 && !event.denied) return null;
    return {
      facts: { role: textAt(event.asked, 'roleName'), users: users.join(', ') || null },
      of: textAt(event.asked, 'roleName'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a role now trusts a user',
        records: [
          call('iam:UpdateAssumeRolePolicy', {
            asked: {
              roleName: 'admin',
              policyDocument: policy({
                Principal: { AWS: `arn:aws:iam::${OWN}:user/alice` },
                Action: 'sts:AssumeRole',
              }),
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a foreign account: another rule',
        records: [
          call('iam:UpdateAssumeRolePolicy', {
            asked: {
              roleName: 'app',
              policyDocument: policy({ Principal: { AWS: FOREIGN }, Action: 'sts:AssumeRole' }),
            },
          }),
        ],
      },
    ],
  }),
};
