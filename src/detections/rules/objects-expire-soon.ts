import { call } from '../example.ts';
import { listAt, numberAt, textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

const SOON = 7;

/** Bucket set to delete its objects within days. */
export const objectsExpireSoon: Rule = {
  id: 'objects-expire-soon',
  title: 'Bucket set to delete its objects within days',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.008',
  whatToDo: 'Find out what the bucket holds. If logs or backups, take the rule away before they are gone.',
  falseAlarms: 'Buckets for caches and scratch files.',
  actions: ['s3:PutBucketLifecycle', 's3:PutBucketLifecycleConfiguration'],
  judge(event) {
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
