import { call, OWN } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Organization left, or its policies removed. */
export const organizationWeakened: Rule = {
  id: 'organization-weakened',
  title: 'Organization left, or its rules changed',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1562.001',
  whatToDo: 'Stop the change: outside its organization an account has no guard rails and no shared trail.',
  falseAlarms: 'Moving an account between organizations.',
  actions: words(`
    organizations:LeaveOrganization organizations:RemoveAccountFromOrganization
    organizations:CloseAccount organizations:DeleteOrganization organizations:DetachPolicy
    organizations:DeletePolicy organizations:UpdatePolicy organizations:DisablePolicyType
    organizations:DisableAWSServiceAccess organizations:DeregisterDelegatedAdministrator
    organizations:RegisterDelegatedAdministrator organizations:InviteAccountToOrganization
    organizations:CreateAccount organizations:MoveAccount organizations:AcceptHandshake
    organizations:DisableAllFeatures account:CloseAccount
    account:PutAlternateContact account:DeleteAlternateContact account:StartPrimaryEmailUpdate
    organizations:AttachPolicy organizations:PutResourcePolicy iam:EnableOrganizationsRootSessions
    iam:EnableOrganizationsRootCredentialsManagement organizations:EnableAWSServiceAccess
    cloudformation:ActivateOrganizationsAccess ram:EnableSharingWithAwsOrganization
    account:PutContactInformation account:AcceptPrimaryEmailUpdate`),
  judge(event) {
    const isMild = /Policy|Invite|CreateAccount|Delegated|ServiceAccess|Root|Organization|Contact/.test(
      event.call.name,
    );
    // From the root into a unit: under more rules, not fewer. A new account begins there.
    const isTakenIn = (textAt(event.asked, 'sourceParentId') ?? '').startsWith('r-');
    return {
      severity: isMild || isTakenIn ? 'medium' : 'high',
      facts: {
        call: event.call.name,
        policy: textAt(event.asked, 'policyId'),
        account: textAt(event.asked, 'accountId'),
      },
      of: event.call.name,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'the account leaves, refused',
        records: [call('organizations:LeaveOrganization', { error: 'AccessDenied' })],
      },
      {
        why: 'a policy is detached',
        records: [call('organizations:DetachPolicy', { asked: { policyId: 'p-1', targetId: OWN } })],
      },
      {
        why: 'an account leaves the unit whose rules it is under',
        records: [
          call('organizations:MoveAccount', {
            asked: { accountId: OWN, sourceParentId: 'ou-1', destinationParentId: 'r-1' },
          }),
        ],
      },
    ],
    quiet: [{ why: 'policies are listed', records: [call('organizations:ListPolicies')] }],
  }),
};
