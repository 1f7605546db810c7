import { call } from '../example.ts';
import { DAY } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

const GRAVE_SERVICES = new Set(
  words(
    'iam sts organizations kms secretsmanager cloudtrail guardduty config securityhub ec2 rds lambda ssm sso account ecs eks glue ses route53 backup elasticfilesystem transfer lightsail sagemaker wafv2 bedrock cloudformation codebuild inspector2 macie2 rolesanywhere redshift elasticmapreduce batch apprunner workmail route53domains savingsplans access-analyzer securitylake detective fms network-firewall',
  ),
);
const GRAVE =
  /^(?:Create|Put|Attach|Update|Delete|Modify|Add|Set|Run|Stop|Disable|Deactivate|Detach|Authorize|Start|Send|Import|Register|Enable|Invite|Schedule)/;

/** Of S3, what changes a bucket, and not what works with its objects. */
const BUCKETS = /^(?:Put|Delete)(?:Bucket|AccountPublicAccessBlock|PublicAccessBlock)/;

/** A grave call refused that the key never made. */
export const graveCallRefused: Rule = {
  id: 'grave-call-refused',
  title: 'A grave call refused that the key never made',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1098',
  whatToDo: 'Ask the owner why. Those who own a key know what it may do.',
  falseAlarms: 'A new version of a program that needs a new right.',
  actions: [],
  triggers: ['denied'],
  quietFor: DAY,
  judge(event, about) {
    if (event.byService || event.fromConsole || event.call.isRead) return null;
    if (about.profile.tables.actions.lastSeen(event.call.action) !== null) return null;
    const { service, name } = event.call;
    const isGrave = service === 's3' ? BUCKETS.test(name) : GRAVE_SERVICES.has(service) && GRAVE.test(name);
    if (!isGrave) return null;
    return { facts: { call: event.call.action }, of: event.call.action };
  },
  examples: () => ({
    fires: [
      {
        why: 'a group is made, refused',
        records: [call('iam:CreateGroup', { asked: { groupName: 'g' }, error: 'AccessDenied' })],
      },
    ],
    quiet: [
      { why: 'it may list users not', records: [call('iam:ListUsers', { error: 'AccessDenied' })] },
      { why: 'it may write no object', records: [call('s3:PutObject', { error: 'AccessDenied' })] },
    ],
  }),
};
