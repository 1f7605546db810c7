import { call } from '../example.ts';
import { isAdminPolicy, isOnOneself, targetOf } from '../grant.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Permissions boundary taken off or changed. */
export const permissionsBoundaryRemoved: Rule = {
  id: 'permissions-boundary-removed',
  title: 'Permissions boundary taken off or changed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.003',
  whatToDo: 'Put the boundary back and see what was done without it.',
  falseAlarms: "A change of the company's guard rails.",
  actions: [
    'iam:DeleteUserPermissionsBoundary',
    'iam:DeleteRolePermissionsBoundary',
    'iam:PutUserPermissionsBoundary',
    'iam:PutRolePermissionsBoundary',
  ],
  judge(event, about) {
    if (isOnOneself(event, about)) return null;
    return {
      // One that allows everything is none.
      severity:
        event.call.name.startsWith('Delete') || isAdminPolicy(textAt(event.asked, 'permissionsBoundary'))
          ? 'medium'
          : 'low',
      facts: { of: targetOf(event), call: event.call.name },
      of: targetOf(event),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'the boundary of a role goes',
        records: [
          call('iam:DeleteRolePermissionsBoundary', { asked: { roleName: 'dev' }, error: 'AccessDenied' }),
        ],
      },
    ],
    quiet: [
      { why: 'a boundary is looked at', records: [call('iam:GetRole', { asked: { roleName: 'dev' } })] },
    ],
  }),
};
