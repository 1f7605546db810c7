import type { Call } from '../call.ts';
import { isChange } from '../change.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { About, Rule } from '../rule.ts';

/** Verbs of calls that make, change, open, start or end something, besides those that any rule knows for a change. */
const GRAVE =
  /^(?:Create|Put|Attach|Update|Delete|Modify|Add|Set|Run|Stop|Disable|Deactivate|Detach|Authorize|Start|Send|Import|Register|Enable|Invite|Schedule|Associate|Disassociate|Admin|Share|Restore|Copy|Terminate|Replace|Accept|Export|Reset|Purge|Purchase|Request|Transfer|Leave|Remove|Execute|Deregister|Allocate|Upload|Activate|Grant|Revoke|Subscribe|Invoke|Converse|Failover|Assume(?:Root)?$)/;

/** What programs do with data and queues all day: whoever lacks the right to is a program with a mistake. */
const DATA =
  /^(?:logs:(?:CreateLog|Put(?:LogEvents|Retention))|sqs:(?:Send|Delete)Message|sns:(?:Publish|CreateTopic)|dynamodb:|kinesis:PutRecord|firehose:PutRecord|events:PutEvents|monitoring:Put(?:Metric|Dashboard)|xray:|athena:|ssm:(?:UpdateInstanceI|Put(?:Inventory|Compliance))|ssmmessages:|ec2messages:|ecr:(?:UploadLayer|PutImage$)|lambda:Invoke|redshift-data:|rds-data:|cognito-idp:(?:UpdateUserAttributes|UpdateDevice|Confirm)|sts:)/;

/** Calls on data that thieves are after; of these, those that end or rebuild tables and queues are grave too. */
const DATA_AT_RISK =
  /^(?:dynamodb:(?:(?:Create|Update)(?:Table$|Global)|Delete(?:Table|Backup)|Export|Restore|Put(?:Resource)|UpdateContinuous|EnableKinesis)|sqs:Purge|sts:(?:AssumeRoot|GetFederation))/;

/** What only looks, and shows what nobody should see. */
const LOOKING =
  /^(?:ec2:GetPasswordData|ebs:(?:GetSnapshotBlock|ListSnapshotBlocks)|iam:GetAccountAuthorizationDetails)$/;

/** The same of secrets; but programs are often set up without the right to their own. */
const SECRETS = /^(?:secretsmanager:(?:Batch)?GetSecretValue|ssm:GetParameter(?:s|sByPath|History)?)$/;

/** Of S3, what changes a bucket, and not what works with its objects. */
const BUCKETS =
  /^(?:Create|Put|Delete)(?:(?!Bucket$)Bucket|Access(?:Point|Grant)|AccountPublicAccessBlock|PublicAccessBlock|Object(?:Lock|Retention|LegalHold|Acl)|MultiRegionAccessPoint)/;

function isGrave({ action, service, name, isRead }: Call): boolean {
  if (service === 's3') return BUCKETS.test(name);
  if (isRead) return LOOKING.test(action);
  // Where tags say who may do what, a tag is a right.
  if (service === 'iam' && /^(?:Tag|Untag)/.test(name)) return true;
  return DATA_AT_RISK.test(action) || ((GRAVE.test(name) || isChange(name)) && !DATA.test(action));
}

const GUESSES = 3;

/** True when one secret after the other was refused: a program that is set up badly asks for its own again and again. */
function guesses({ asked, refusal, call: { action } }: CloudTrailEvent, { profile, now }: About): boolean {
  const secret =
    textAt(asked, 'secretId') ??
    textAt(asked, 'name') ??
    /on resource: (\S+)/.exec(refusal ?? '')?.[1] ??
    null;
  if (secret === null) return false;
  profile.recent.note('refused secrets', `${action} ${secret}`.slice(0, 256), now, now);
  return profile.recent.since('refused secrets', now - HOUR / 4).length >= GUESSES;
}

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
    if (event.byService || event.fromConsole) return null;
    const { call: api } = event;
    if (about.profile.tables.actions.lastSeen(api.action) !== null) return null;
    const isMild = SECRETS.test(api.action);
    if (!isMild && !isGrave(api)) return null;
    const isGuess = isMild && guesses(event, about);
    return {
      ...(isMild && !isGuess ? { severity: 'low' as const } : {}),
      facts: { call: api.action },
      of: isGuess ? 'guess' : api.action,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a group is made, refused',
        records: [call('iam:CreateGroup', { asked: { groupName: 'g' }, error: 'AccessDenied' })],
      },
      {
        why: 'a service nobody listed',
        records: [call('synthetics:CreateCanary', { asked: { name: 'c' }, error: 'AccessDenied' })],
      },
      {
        why: 'a tag that may give rights, refused',
        records: [call('iam:TagUser', { error: 'AccessDenied' })],
      },
      {
        why: 'names of a domain led elsewhere, refused',
        records: [call('route53:ChangeResourceRecordSets', { error: 'AccessDenied' })],
      },
      {
        why: 'a way into a bucket beside its own policy, refused',
        records: [call('s3:PutAccessPointPolicy', { asked: { name: 'p' }, error: 'AccessDenied' })],
      },
    ],
    quiet: [
      {
        why: 'a program may not write its log',
        records: [call('logs:PutLogEvents', { error: 'AccessDenied' })],
      },
      { why: 'it may list users not', records: [call('iam:ListUsers', { error: 'AccessDenied' })] },
      { why: 'it may write no object', records: [call('s3:PutObject', { error: 'AccessDenied' })] },
    ],
  }),
};
