import { isAtWork } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, history } from '../example.ts';
import { flagAt, listAt, textAt, writtenOut } from '../json.ts';
import type { About, Rule } from '../rule.ts';
import { words } from '../words.ts';

/** True for a key that reads findings as a matter of course, by hand or not, from where it does so. */
function readsFindings(event: CloudTrailEvent, about: About): boolean {
  return (
    !event.failed &&
    isAtWork(event, about) &&
    about.profile.isSettled &&
    about.profile.isEstablished('actions', 'guardduty:GetFindings', about.now)
  );
}

/** GuardDuty switched off or blinded. */
export const guardDutyWeakened: Rule = {
  id: 'guard-duty-weakened',
  title: 'GuardDuty switched off or blinded',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1562.001',
  whatToDo: 'Switch it on again, and look at what happened while it was off.',
  falseAlarms: 'Taking down an account; tuning by the security team.',
  actions: words(`
    guardduty:DeleteDetector guardduty:UpdateDetector guardduty:CreateIPSet guardduty:UpdateIPSet
    guardduty:CreateFilter guardduty:DeleteMembers guardduty:DisassociateMembers
    guardduty:DisassociateFromMasterAccount guardduty:DisassociateFromAdministratorAccount
    guardduty:StopMonitoringMembers guardduty:DeleteInvitations
    guardduty:DeletePublishingDestination guardduty:UpdatePublishingDestination
    guardduty:DeleteThreatIntelSet guardduty:UpdateThreatIntelSet guardduty:ArchiveFindings
    guardduty:DisableOrganizationAdminAccount guardduty:UpdateFilter
    guardduty:CreateTrustedEntitySet guardduty:UpdateTrustedEntitySet guardduty:UpdateMemberDetectors
    guardduty:UpdateOrganizationConfiguration guardduty:DeleteMalwareProtectionPlan`),
  always: true,
  judge(event, about) {
    const {
      asked,
      call: { name },
    } = event;
    if (
      name === 'UpdateDetector' &&
      flagAt(asked, 'enable') !== false &&
      listAt(asked, 'features').every((each) => textAt(each, 'status') !== 'DISABLED')
    )
      return null;
    const isSwitch = name === 'UpdateMemberDetectors' || name === 'UpdateOrganizationConfiguration';
    if (isSwitch && !/"(?:DISABLED|NONE)"|"(?:enable|autoEnable)":false/.test(writtenOut(asked))) return null;
    if (name.endsWith('Filter') && textAt(asked, 'action') !== 'ARCHIVE') return null;
    // Who works through findings puts them away.
    if (name === 'ArchiveFindings' && readsFindings(event, about)) return null;
    const isMild = /IPSet|EntitySet|Filter|Invitations|ThreatIntel|Archive|Publishing/.test(name);
    return {
      severity: isMild ? 'medium' : 'high',
      facts: { call: name, detector: textAt(asked, 'detectorId') },
      of: name,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'the detector is deleted',
        records: [call('guardduty:DeleteDetector', { asked: { detectorId: 'd' } })],
      },
      {
        why: 'an address is trusted',
        records: [
          call('guardduty:CreateIPSet', {
            asked: { detectorId: 'd', activate: true },
            error: 'AccessDenied',
          }),
        ],
      },
      {
        why: 'it is switched off',
        records: [call('guardduty:UpdateDetector', { asked: { detectorId: 'd', enable: false } })],
      },
      {
        why: 'a finding is put away by a key that never read one',
        records: [call('guardduty:ArchiveFindings', { asked: { detectorId: 'd', findingIds: ['f'] } })],
      },
    ],
    quiet: [
      {
        why: 'a finding is put away by whoever reads them each day',
        learned: history(9, [
          'guardduty:ListFindings',
          'guardduty:GetFindings',
          'guardduty:GetFindings',
          'ec2:DescribeInstances',
          'sts:GetCallerIdentity',
        ]),
        records: [call('guardduty:ArchiveFindings', { asked: { detectorId: 'd', findingIds: ['f'] } })],
      },
      {
        why: 'it is switched on',
        records: [call('guardduty:UpdateDetector', { asked: { detectorId: 'd', enable: true } })],
      },
    ],
  }),
};
