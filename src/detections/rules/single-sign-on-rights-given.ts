import { trifle } from '../at-home.ts';
import { call, OWN } from '../example.ts';
import { textAt } from '../json.ts';
import { isListed, type Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Any change of who may sign in, and where; that somebody signs in is none. */
const CHANGING =
  /^(?:sso|identitystore|sso-directory):(?:Create|Put|Attach|Add|Update|Associate|Provision|Enable)(?!Tag|Token(?:WithIAM)?$)[A-Z]\w+$/;

/** Rights given through IAM Identity Center. */
export const singleSignOnRightsGiven: Rule = {
  id: 'single-sign-on-rights-given',
  title: 'Rights given through IAM Identity Center',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098.003',
  whatToDo: 'Check the assignment with whoever runs Identity Center; remove it if nobody knows it.',
  falseAlarms: 'Ordinary administration of single sign-on, mostly in the console.',
  actions: words(`
    sso:CreateAccountAssignment sso:AttachManagedPolicyToPermissionSet
    sso:AttachCustomerManagedPolicyReferenceToPermissionSet sso:PutInlinePolicyToPermissionSet
    sso:PutPermissionsBoundaryToPermissionSet sso:DeletePermissionsBoundaryFromPermissionSet
    sso-directory:CreateUser sso-directory:AddMemberToGroup sso-directory:UpdatePassword
    identitystore:CreateUser identitystore:CreateGroupMembership sso:CreateApplicationAssignment
    sso:PutMfaDeviceManagementForDirectory sso:PutApplicationGrant sso:PutApplicationAccessScope
    sso:UpdateInstanceAccessControlAttributeConfiguration`),
  matches: CHANGING,
  judge(event, about) {
    return {
      severity: isListed(singleSignOnRightsGiven, event) ? 'medium' : trifle(event, about),
      facts: {
        call: event.call.name,
        'permission set': textAt(event.asked, 'permissionSetArn'),
        account: textAt(event.asked, 'targetId'),
      },
      of: event.call.name,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'an account assignment',
        records: [call('sso:CreateAccountAssignment', { asked: { targetId: OWN } })],
      },
    ],
    quiet: [
      { why: 'assignments are listed', records: [call('sso:ListAccountAssignments')] },
      {
        why: 'somebody signs in on the command line',
        records: [call('sso:CreateToken', { asked: { grantType: 'refresh_token' } })],
      },
    ],
  }),
};
