import { call } from '../example.ts';
import { flagAt, textAt, within } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Block of public access taken off. */
export const publicAccessBlockRemoved: Rule = {
  id: 'public-access-block-removed',
  title: 'Block of public access taken off',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.001',
  whatToDo: 'Put the block back; look for buckets opened since.',
  falseAlarms: 'Setting up a public web site.',
  actions: [
    's3:DeleteBucketPublicAccessBlock',
    's3:PutBucketPublicAccessBlock',
    's3:DeletePublicAccessBlock',
    's3:PutPublicAccessBlock',
    's3:DeleteAccountPublicAccessBlock',
    's3:PutAccountPublicAccessBlock',
  ],
  judge(event) {
    const { asked } = event;
    const settings = within(asked, 'PublicAccessBlockConfiguration');
    const isOff =
      event.call.name.startsWith('Delete') ||
      ['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'].some(
        (name) => flagAt(settings, name) === false,
      );
    return isOff
      ? {
          facts: { call: event.call.name, bucket: textAt(asked, 'bucketName') },
          of: textAt(asked, 'bucketName') ?? 'account',
        }
      : null;
  },
  examples: () => ({
    fires: [
      {
        why: "a bucket's block is deleted",
        records: [call('s3:DeleteBucketPublicAccessBlock', { asked: { bucketName: 'b' } })],
      },
      {
        why: 'a setting is off',
        records: [
          call('s3:PutBucketPublicAccessBlock', {
            asked: { bucketName: 'b', PublicAccessBlockConfiguration: { BlockPublicPolicy: false } },
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'all settings are on',
        records: [
          call('s3:PutBucketPublicAccessBlock', {
            asked: {
              bucketName: 'b',
              PublicAccessBlockConfiguration: { BlockPublicPolicy: true, BlockPublicAcls: true },
            },
          }),
        ],
      },
    ],
  }),
};
