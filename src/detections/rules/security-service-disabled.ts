import { call } from '../example.ts';
import { textAt, writtenOut } from '../json.ts';
import { isListed, type Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Ends or hands over a guard, by the name of the call and of the service: these have new calls every year. */
const ENDING =
  /^(?:(?:securityhub|macie2|inspector2|detective|access-analyzer|securitylake|fms|shield|auditmanager|controltower|security-ir|health):(?:Disable|Disassociate|Stop|Deregister|Leave|BatchDisable|BatchDisassociate|Cancel|Delete)(?!Tag)|(?:securityhub|macie2|detective|guardduty|inspector2|auditmanager|security-ir):(?:Accept(?:Administrator)?Invitation|Enable(?:Organization|Delegated)Admin|RegisterOrganizationAdmin))/;
/** Small things of these services, such as a saved view. */
const SMALL =
  /^Delete(?!Members?$|Graph|Analyzer|DataLake|Policy|Protection|Subscription|LandingZone|ConfigurationPolicy|Membership)/;

/** A security service switched off. */
export const securityServiceDisabled: Rule = {
  id: 'security-service-disabled',
  title: 'A security service switched off',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.001',
  whatToDo: 'Switch it on again, and look at what happened while it was off.',
  falseAlarms: 'Taking down an account; moving to another product.',
  actions: words(`
    securityhub:DisableSecurityHub securityhub:DeleteMembers securityhub:DisassociateMembers
    securityhub:DisassociateFromAdministratorAccount securityhub:DisassociateFromMasterAccount
    securityhub:BatchDisableStandards securityhub:DeleteInsight
    securityhub:DisableImportFindingsForProduct securityhub:DeleteActionTarget macie2:DisableMacie
    macie2:DeleteMember macie2:DisassociateMember macie2:DisassociateFromAdministratorAccount
    macie2:DisassociateFromMasterAccount macie2:UpdateMacieSession macie2:CreateFindingsFilter
    macie2:DeleteClassificationJob macie2:DisableOrganizationAdminAccount inspector2:Disable
    inspector2:DisassociateMember inspector2:CreateFilter detective:DeleteGraph
    detective:DisassociateMembership detective:DeleteMembers access-analyzer:DeleteAnalyzer
    access-analyzer:CreateArchiveRule securitylake:DeleteDataLake securitylake:DeleteSubscriber
    fms:DisassociateAdminAccount fms:DeletePolicy shield:DeleteProtection shield:DeleteSubscription
    shield:DisableProactiveEngagement auditmanager:DeregisterAccount
    devops-guru:UpdateResourceCollection securityhub:DisableSecurityHubV2
    securityhub:UpdateStandardsControl securityhub:CreateAutomationRule
    securityhub:BatchUpdateStandardsControlAssociations securityhub:DisableOrganizationAdminAccount
    detective:DisableOrganizationAdminAccount inspector2:DisableDelegatedAdminAccount
    access-analyzer:UpdateArchiveRule access-analyzer:ApplyArchiveRule
    securityhub:BatchUpdateFindings inspector2:UpdateFilter securitylake:DeleteAwsLogSource securitylake:DeregisterDataLakeDelegatedAdministrator
    devops-guru:RemoveNotificationChannel guardduty:UpdateMalwareScanSettings
    ssm-incidents:DeleteResponsePlan ssm-incidents:DeleteReplicationSet ssm-contacts:DeleteContact
    ssm-contacts:DeactivateContactChannel ssm-contacts:DeleteContactChannel`),
  matches: ENDING,
  judge(event) {
    if (event.call.name === 'UpdateStandardsControl' && textAt(event.asked, 'controlStatus') !== 'DISABLED')
      return null;
    if (
      event.call.name === 'BatchUpdateStandardsControlAssociations' &&
      !writtenOut(event.asked).includes('DISABLED')
    )
      return null;
    if (
      event.call.name === 'BatchUpdateFindings' &&
      textAt(event.asked, 'Workflow', 'Status') !== 'SUPPRESSED' &&
      textAt(event.asked, 'workflow', 'status') !== 'SUPPRESSED'
    )
      return null;
    return {
      severity: isListed(securityServiceDisabled, event) || !SMALL.test(event.call.name) ? 'medium' : 'low',
      facts: { call: event.call.name, service: event.call.service },
      of: event.call.name,
    };
  },
  examples: () => ({
    fires: [
      { why: 'a control nobody listed', records: [call('controltower:DisableControl')] },
      {
        why: 'another account becomes the one that looks after findings',
        records: [call('securityhub:AcceptAdministratorInvitation')],
      },
      {
        why: 'Security Hub goes',
        records: [call('securityhub:DisableSecurityHub', { error: 'AccessDenied' })],
      },
      {
        why: 'Macie is paused',
        records: [call('macie2:UpdateMacieSession', { asked: { status: 'PAUSED' } })],
      },
    ],
    quiet: [
      { why: 'a tag is taken off', records: [call('controltower:DeleteTag')] },
      { why: 'findings are read', records: [call('securityhub:GetFindings')] },
    ],
  }),
};
