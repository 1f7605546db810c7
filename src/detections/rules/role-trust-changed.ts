import { trifle } from '../at-home.ts';
import { call, FOREIGN, OWN, policy } from '../example.ts';
import { at, textAt, writtenOut } from '../json.ts';
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
  actions: ['iam:UpdateAssumeRolePolicy', 'iam:CreateRole'],
  judge(event, about) {
    if (event.call.name === 'CreateRole') {
      // A role made for the one who makes it, by hand: rights that do not go with the key.
      const { arn } = event.caller;
      const written = writtenOut(at(event.asked, 'assumeRolePolicyDocument'));
      const isOwn = arn !== null && arn.includes(':user/') && written.includes(arn);
      if (!isOwn || about.keyId === null || event.agent.kind === 'infrastructure') return null;
      return {
        facts: { role: textAt(event.asked, 'roleName'), users: arn },
        of: textAt(event.asked, 'roleName'),
      };
    }
    const who = outsiders(at(event.asked, 'policyDocument'), event.accountId);
    if (who.length > 0) return null;
    const users = statementsOf(at(event.asked, 'policyDocument')).flatMap(({ principals }) =>
      principals.filter((each) => each.includes(':user/')),
    );
    const isUsed = users.length > 0 || event.denied;
    if (!isUsed && (about.keyId === null || event.agent.kind === 'infrastructure')) return null;
    return {
      // The own account, a service, certificates: whoever changes it by hand may have got ready for the next step.
      severity:
        isUsed ||
        /:root"|rolesanywhere/.test(writtenOut(at(event.asked, 'policyDocument')).replaceAll('\\', ''))
          ? 'medium'
          : trifle(event, about),
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
