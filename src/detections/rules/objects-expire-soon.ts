import { isUnexplained } from '../at-home.ts';
import type { CloudTrailEvent } from '../event.ts';
import { call } from '../example.ts';
import { flagAt, listAt, numberAt, textAt } from '../json.ts';
import type { About, Finding, Rule } from '../rule.ts';

const SOON = 7;

/** Whoever makes a table says how long its rows live; later, by somebody else, it can empty a table overnight. */
function tableExpires(event: CloudTrailEvent, about: About): Finding | null {
  const { asked, failed } = event;
  const isOn = flagAt(asked, 'timeToLiveSpecification', 'enabled') === true;
  const made = about.profile.tables.actions.lastSeen('dynamodb:CreateTable') !== null;
  if (!isOn || made || failed || !isUnexplained(event, about)) return null;
  const table = textAt(asked, 'tableName');
  return { facts: { table }, of: `table ${table ?? ''}` };
}

/** Bucket set to delete its objects within days. */
export const objectsExpireSoon: Rule = {
  id: 'objects-expire-soon',
  title: 'Bucket or table set to delete what it holds',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.008',
  whatToDo: 'Find out what the bucket holds. If logs or backups, take the rule away before they are gone.',
  falseAlarms: 'Buckets for caches and scratch files.',
  actions: ['s3:PutBucketLifecycle', 's3:PutBucketLifecycleConfiguration', 'dynamodb:UpdateTimeToLive'],
  judge(event, about) {
    if (event.call.service === 'dynamodb') return tableExpires(event, about);
    const rules = [
      ...listAt(event.asked, 'LifecycleConfiguration', 'Rule'),
      ...listAt(event.asked, 'LifecycleConfiguration', 'Rules'),
    ];
    const days = rules.flatMap((each) =>
      textAt(each, 'Status')?.toLowerCase() === 'disabled'
        ? []
        : (numberAt(each, 'Expiration', 'Days') ??
          numberAt(each, 'NoncurrentVersionExpiration', 'NoncurrentDays') ??
          []),
    );
    const least = Math.min(...days);
    if (least > SOON) return null;
    return {
      facts: { bucket: textAt(event.asked, 'bucketName'), days: least },
      of: textAt(event.asked, 'bucketName'),
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'after a day',
        records: [
          call('s3:PutBucketLifecycle', {
            asked: {
              bucketName: 'b',
              LifecycleConfiguration: { Rule: { Status: 'Enabled', Expiration: { Days: 1 } } },
            },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'after a year',
        records: [
          call('s3:PutBucketLifecycle', {
            asked: {
              bucketName: 'b',
              LifecycleConfiguration: { Rule: [{ Status: 'Enabled', Expiration: { Days: 365 } }] },
            },
          }),
        ],
      },
      {
        why: 'nothing to read',
        records: [call('s3:PutBucketLifecycleConfiguration', { asked: { bucketName: 'b' } })],
      },
    ],
  }),
};
