import type { ChangeRow } from './change.ts';

const IN = '--region={e.region}';

/** What would have seen or stopped it. */
export const GUARDS: readonly ChangeRow[] = [
  {
    on: 'cloudtrail:StopLogging cloudtrail:DeleteTrail cloudtrail:UpdateTrail cloudtrail:PutEventSelectors cloudtrail:PutInsightSelectors cloudtrail:DeleteEventDataStore',
    kind: 'trail',
    did: 'changed',
    weight: 'weakened',
    name: '{a.name|a.trailName|a.eventDataStore}',
    says: 'Trail {a.name|a.trailName|a.eventDataStore} was stopped, deleted or changed ({e.call})',
    line: `aws cloudtrail start-logging ${IN} --name={a.name|a.trailName}`,
    advice:
      'Start it again, or make it anew. The event history that this evidence is read from goes on without any trail.',
  },
  {
    on: 'cloudtrail:StartLogging cloudtrail:CreateTrail',
    kind: 'trail',
    name: '{a.name}',
    says: 'Trail {a.name} was made or started',
  },
  {
    on: 'guardduty:DeleteDetector guardduty:UpdateDetector guardduty:CreateIPSet guardduty:UpdateIPSet guardduty:CreateFilter guardduty:StopMonitoringMembers guardduty:DisassociateMembers guardduty:DisassociateFromAdministratorAccount guardduty:DeletePublishingDestination',
    kind: 'GuardDuty',
    did: 'changed',
    weight: 'weakened',
    name: '{a.detectorId|e.region}',
    says: 'GuardDuty was weakened: {e.call} of detector {a.detectorId} in {e.region}',
    line: `aws guardduty list-detectors ${IN}`,
  },
  {
    on: 'config:StopConfigurationRecorder config:DeleteConfigurationRecorder config:DeleteDeliveryChannel config:DeleteConfigRule securityhub:DisableSecurityHub securityhub:BatchDisableStandards access-analyzer:DeleteAnalyzer macie2:DisableMacie inspector2:Disable detective:DeleteGraph wafv2:DeleteWebACL wafv2:DisassociateWebACL shield:DeleteProtection monitoring:DeleteAlarms monitoring:DisableAlarmActions',
    kind: 'guard',
    did: 'changed',
    weight: 'weakened',
    name: '{a.configurationRecorderName|a.deliveryChannelName|a.configRuleName|a.analyzerName|a.name|e.region}',
    says: 'A service that watches this account was switched off or weakened, in {e.region} ({e.call})',
  },
  {
    on: 'ec2:DeleteFlowLogs logs:DeleteLogGroup logs:DeleteLogStream logs:PutRetentionPolicy logs:DeleteSubscriptionFilter route53resolver:DeleteResolverQueryLogConfig',
    kind: 'log',
    did: 'changed',
    weight: 'weakened',
    name: '{a.DeleteFlowLogsRequest.FlowLogId.content|a.DeleteFlowLogsRequest.FlowLogId|a.flowLogId|a.logGroupName|e.region}',
    says: 'Logs were deleted, or kept shorter: {a.DeleteFlowLogsRequest.FlowLogId.content|a.DeleteFlowLogsRequest.FlowLogId|a.flowLogId|a.logGroupName}',
  },
  {
    on: 'iam:UpdateAccountPasswordPolicy iam:DeleteAccountPasswordPolicy',
    kind: 'password policy',
    did: 'changed',
    weight: 'weakened',
    name: '{e.account}',
    says: 'The password policy of the account was changed',
    line: 'aws iam get-account-password-policy',
  },
  {
    on: 'account:EnableRegion account:PutAlternateContact account:DeleteAlternateContact',
    kind: 'account',
    did: 'changed',
    weight: 'weakened',
    name: '{a.RegionName|a.regionName|a.AlternateContactType|e.account}',
    says: 'A region was enabled, or whom AWS writes to was changed: {a.RegionName|a.regionName|a.AlternateContactType}',
  },
  {
    on: 'backup:DeleteBackupVault backup:DeleteRecoveryPoint backup:DeleteBackupPlan rds:DeleteDBInstance rds:DeleteDBCluster dynamodb:DeleteTable secretsmanager:DeleteSecret',
    kind: 'data',
    did: 'removed',
    weight: 'weakened',
    name: '{a.backupVaultName|a.recoveryPointArn|a.backupPlanId|a.dBInstanceIdentifier|a.dBClusterIdentifier|a.tableName|a.secretId}',
    says: 'Data or backups were deleted: {a.backupVaultName|a.recoveryPointArn|a.backupPlanId|a.dBInstanceIdentifier|a.dBClusterIdentifier|a.tableName|a.secretId}',
    advice: 'Some of it can be restored for some days: look at once.',
  },
];
