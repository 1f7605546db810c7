import { trifle } from '../at-home.ts';
import { call, ROOT } from '../example.ts';
import { isOnOneself, isQuarantine, targetOf } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Names of policies that forbid, and of those that hold rights within bounds. */
const LIMITING = /deny|guard|bound|restrict|limit|block|mfa|prevent|protect|lock|sandbox|readonly/i;

/** A policy taken off somebody. */
export const policyTakenOff: Rule = {
  id: 'policy-taken-off',
  title: 'A policy taken off another user, a group or a role',
  family: 'bad on any key',
  severity: 'low',
  technique: 'T1098.003',
  whatToDo: 'See what the policy allowed or forbade: one that forbids is taken off to get more rights.',
  falseAlarms: 'Provisioning and clean-up.',
  actions: words(`
    iam:DetachUserPolicy iam:DeleteUserPolicy iam:DetachGroupPolicy iam:DeleteGroupPolicy
    iam:DetachRolePolicy iam:DeleteRolePolicy`),
  judge(event, about) {
    const named = textAt(event.asked, 'policyArn') ?? textAt(event.asked, 'policyName') ?? '';
    if (isOnOneself(event, about) || isQuarantine(named)) return null;
    if (about.keyId === null || event.agent.kind === 'infrastructure') return null;
    return {
      severity: LIMITING.test(named.replace(/^.*\//, '')) ? 'medium' : trifle(event, about),
      facts: { call: event.call.name, from: targetOf(event), policy: named },
      of: `${targetOf(event) ?? ''} ${named}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'what forbids is taken off a role',
        records: [call('iam:DeleteRolePolicy', { asked: { roleName: 'ci', policyName: 'deny-outside' } })],
      },
      {
        why: 'a policy is taken off another user',
        records: [
          call('iam:DetachUserPolicy', {
            asked: { userName: 'bob', policyArn: 'arn:aws:iam::111122223333:policy/readers' },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a tool takes an environment down',
        records: [
          call('iam:DeleteRolePolicy', {
            asked: { roleName: 'review', policyName: 'p' },
            agent: 'Terraform/1.11.4',
          }),
        ],
      },
      {
        why: 'no key did it',
        records: [call('iam:DetachRolePolicy', { by: ROOT, asked: { roleName: 'r', policyArn: 'a' } })],
      },
    ],
  }),
};
