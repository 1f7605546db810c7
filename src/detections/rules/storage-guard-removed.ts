import { trifle } from '../at-home.ts';
import { call } from '../example.ts';
import { at, textAt, within } from '../json.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** A guard of a bucket or disk removed. */
export const storageGuardRemoved: Rule = {
  id: 'storage-guard-removed',
  title: 'A guard of a bucket or disk removed',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1562.001',
  whatToDo: 'Put it back; see whether data left or was destroyed since.',
  falseAlarms: 'Setting up buckets; tools that set every property anew. They are known by their habit.',
  actions: words(`
    s3:PutBucketVersioning s3:PutBucketLogging s3:DeleteBucketEncryption s3:DeleteBucketReplication
    s3:PutObjectLegalHold ec2:DisableEbsEncryptionByDefault ec2:DisableSnapshotBlockPublicAccess
    ec2:DisableImageBlockPublicAccess ec2:ModifyEbsDefaultKmsKeyId`),
  judge(event, about) {
    const {
      asked,
      call: { name },
    } = event;
    const bucket = textAt(asked, 'bucketName');
    if (
      name === 'PutBucketLogging' &&
      at(within(asked, 'BucketLoggingStatus'), 'LoggingEnabled') !== undefined
    )
      return null;
    if (
      name === 'PutBucketVersioning' &&
      !/suspended|disabled/i.test(textAt(asked, 'VersioningConfiguration', 'Status') ?? '') &&
      !/disabled/i.test(textAt(asked, 'VersioningConfiguration', 'MfaDelete') ?? '')
    )
      return null;
    if (name === 'PutObjectLegalHold' && textAt(asked, 'LegalHold', 'Status') !== 'OFF') return null;
    const isMild = name === 'DeleteBucketEncryption' || name === 'PutBucketLogging';
    return {
      severity: isMild ? trifle(event, about) : 'medium',
      facts: { call: name, bucket },
      of: `${name} ${bucket ?? ''}`,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'versioning is suspended',
        records: [
          call('s3:PutBucketVersioning', {
            asked: { bucketName: 'b', VersioningConfiguration: { Status: 'Suspended' } },
          }),
        ],
      },
      {
        why: 'access logs are switched off',
        records: [
          call('s3:PutBucketLogging', { asked: { bucketName: 'b', BucketLoggingStatus: { xmlns: 'x' } } }),
        ],
      },
      { why: 'disks are no more encrypted by default', records: [call('ec2:DisableEbsEncryptionByDefault')] },
    ],
    quiet: [
      {
        why: 'versioning is switched on',
        records: [
          call('s3:PutBucketVersioning', {
            asked: { bucketName: 'b', VersioningConfiguration: { Status: 'Enabled' } },
          }),
        ],
      },
    ],
  }),
};
