import { isAtWork, isOfOneJob } from '../at-home.ts';
import { isChange } from '../change.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call, history, ordinary } from '../example.ts';
import { DAY } from '../profile.ts';
import type { About, Rule } from '../rule.ts';
import { words } from '../words.ts';

const DAYS = 5;
const OFTEN = 1;
const NARROW = 20;
const GRAVE_SERVICES = new Set(
  words('iam organizations kms secretsmanager cloudtrail guardduty ec2 rds lambda ssm ecs eks sso'),
);
const GRAVE = /^(?:Create|Put|Attach|Update|Delete|Modify|Add|Set|Run|Send|Import|Authorize)/;

/** Who only reads and writes objects has no part in how buckets are set. */
const BUCKETS =
  /^s3:(?:(?:Put|Delete|Create)(?:Bucket(?!Tagging)|Access|Public)|PutObject(?:Retention|LegalHold|Acl|Lock))/;

/** Where one right leads to all others. */
const KEYS_TO_ALL = new Set(words('iam organizations sso kms cloudtrail guardduty ssm lambda'));

/** True for one more change where the key makes changes for a living, from where and with what it always does. */
function isItsTrade(event: CloudTrailEvent, about: About): boolean {
  const { service } = event.call;
  if (KEYS_TO_ALL.has(service) || BUCKETS.test(event.call.action) || !isAtWork(event, about)) return false;
  const { actions } = about.profile.tables;
  return actions.values.some(
    (each) =>
      each.startsWith(`${service}:`) &&
      GRAVE.test(each.slice(service.length + 1)) &&
      about.profile.isEstablished('actions', each, about.now),
  );
}

/** True where a key takes away what it began to make today. */
function isUndone({ call: { action } }: CloudTrailEvent, { profile, now }: About): boolean {
  const made = action.replace(/:Delete(?!Object)/, ':Create');
  const last = made === action ? null : profile.tables.actions.firstSeen(made);
  return last !== null && now - last < DAY;
}

/** A grave call this key never made. */
export const graveCallNew: Rule = {
  id: 'grave-call-new',
  title: 'A grave call this key never made',
  family: 'new for this key',
  severity: 'low',
  technique: 'T1098',
  whatToDo: 'Ask the owner what the program does now.',
  falseAlarms: 'A program that grows.',
  actions: [],
  triggers: ['novel'],
  otherwise: true,
  quietFor: 7 * DAY,
  judge(event, about) {
    const { novelty, profile } = about;
    if (
      !novelty.action ||
      event.denied ||
      !profile.isSettled ||
      event.fromConsole ||
      profile.activeDays < DAYS
    )
      return null;
    const { service, name } = event.call;
    const isGrave = GRAVE_SERVICES.has(service) && GRAVE.test(name);
    const isForeign =
      (novelty.service || BUCKETS.test(event.call.action)) &&
      isOfOneJob(about) &&
      isChange(name) &&
      !event.failed;
    // Elsewhere, of a key that never changed anything there.
    const isOther = isChange(name) && !event.failed && !isItsTrade(event, about);
    if (event.call.isRead || !(isGrave || isForeign || isOther)) return null;
    if (profile.growth('actions') > OFTEN) return null;
    return {
      severity:
        (isGrave || isForeign) &&
        !isUndone(event, about) &&
        profile.tables.actions.size <= NARROW &&
        !isItsTrade(event, about)
          ? 'medium'
          : 'low',
      facts: { call: event.call.action },
      of: event.call.action,
    };
  },
  examples: () => ({
    fires: [
      {
        why: "a backup's key makes a network",
        learned: ordinary(9),
        records: [call('ec2:CreateVpc', { asked: { cidrBlock: '10.9.0.0/16' } })],
      },
      {
        why: 'the same key changes a service nobody listed',
        learned: ordinary(9),
        records: [call('datazone:CreateDomain', { asked: { name: 'd' } })],
      },
      {
        why: 'the key of somebody who looks at much leads names of a domain elsewhere',
        learned: history(9, [
          ...Array.from({ length: 24 }, (_, each) => `ec2:Describe${each}`),
          'route53:ListHostedZones',
          'ecs:UpdateService',
        ]),
        records: [call('route53:ChangeResourceRecordSets', { asked: { hostedZoneId: 'z' } })],
      },
    ],
    quiet: [
      {
        why: 'its program begins to write to a stream',
        learned: ordinary(9),
        records: [call('kinesis:PutRecords', { asked: { streamName: 's' } })],
      },
      {
        why: 'a key that does it daily',
        learned: history(9, ['iam:CreateRole', 'iam:GetRole', 'iam:TagRole', 's3:PutObject', 's3:GetObject']),
        records: [call('iam:CreateRole', { asked: { roleName: 'r' } })],
      },
    ],
  }),
};
