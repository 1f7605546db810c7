import { call, FOREIGN, OWN } from '../example.ts';
import { textAt } from '../json.ts';
import type { Rule } from '../rule.ts';

/** Objects rewritten with a key that is not yours. */
export const objectsEncryptedForRansom: Rule = {
  id: 'objects-encrypted-for-ransom',
  title: 'Objects rewritten with a key that is not yours',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1486',
  whatToDo: 'Contain the key now, and do not delete old versions: they may be all that is left.',
  falseAlarms:
    'Programs that encrypt with keys of their own (SSE-C), or of another account; they are known by their habit.',
  actions: [
    's3:CopyObject',
    's3:PutObject',
    's3:UploadPartCopy',
    's3:PutBucketEncryption',
    's3:CreateMultipartUpload',
    'ec2:CopySnapshot',
    'ec2:CreateVolume',
    'rds:CopyDBSnapshot',
    'rds:CopyDBClusterSnapshot',
  ],
  judge(event) {
    const {
      asked,
      additional,
      call: { name },
    } = event;
    const bucket = textAt(asked, 'bucketName');
    const hasOwnKey =
      textAt(asked, 'x-amz-server-side-encryption-customer-algorithm') !== null ||
      /SSE.?C$/i.test(textAt(additional, 'SSEApplied') ?? '');
    const keyArn =
      textAt(asked, 'x-amz-server-side-encryption-aws-kms-key-id') ??
      textAt(
        asked,
        'ServerSideEncryptionConfiguration',
        'Rule',
        'ApplyServerSideEncryptionByDefault',
        'KMSMasterKeyID',
      ) ??
      textAt(asked, 'kmsKeyId') ??
      '';
    const account = /^arn:[a-z-]+:kms:[a-z0-9-]+:(\d{12}):/.exec(keyArn)?.[1] ?? null;
    const isForeign = account !== null && event.accountId !== null && account !== event.accountId;
    if (!hasOwnKey && !isForeign) return null;
    return {
      severity: name === 'CopyObject' || isForeign ? 'high' : 'medium',
      facts: { bucket, call: name, 'account of the key': account },
      of: bucket,
      strangers: [account ?? 'a key of its own'],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'copied over itself with a key of its own',
        records: [
          call('s3:CopyObject', {
            asked: { bucketName: 'b', key: 'a', 'x-amz-server-side-encryption-customer-algorithm': 'AES256' },
          }),
        ],
      },
      {
        why: 'a key of a foreign account',
        records: [
          call('s3:PutBucketEncryption', {
            asked: {
              bucketName: 'b',
              ServerSideEncryptionConfiguration: {
                Rule: {
                  ApplyServerSideEncryptionByDefault: {
                    KMSMasterKeyID: `arn:aws:kms:us-east-1:${FOREIGN}:key/1`,
                  },
                },
              },
            },
          }),
        ],
      },
    ],
    quiet: [
      { why: 'an ordinary copy', records: [call('s3:CopyObject', { asked: { bucketName: 'b', key: 'a' } })] },
      {
        why: 'a key of the own account',
        records: [
          call('s3:PutObject', {
            asked: {
              bucketName: 'b',
              'x-amz-server-side-encryption-aws-kms-key-id': `arn:aws:kms:us-east-1:${OWN}:key/1`,
            },
          }),
        ],
      },
    ],
  }),
};
