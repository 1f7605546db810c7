import { isByHand } from '../at-home.ts';
import { call, FOREIGN, history, OWN } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY } from '../profile.ts';
import type { RawRecord, Rule } from '../rule.ts';
import { words } from '../words.ts';

/** What a record says of the bucket and whose it is. */
function ownedBy(accountId: string): { readonly more: RawRecord } {
  return { more: { resources: [{ type: 'AWS::S3::Bucket', ARN: 'arn:aws:s3:::b', accountId }] } };
}

/** Objects written into a bucket of another account. */
export const objectsWrittenOutside: Rule = {
  id: 'objects-written-outside',
  title: 'Objects written into a bucket of another account',
  family: 'bad on any key',
  severity: 'medium',
  technique: 'T1537',
  whatToDo: 'Find out whose account it is. If nobody knows it, what was copied there is gone: stop the key.',
  falseAlarms: 'Files for a partner, or for another account of the same company; known once they were seen.',
  actions: words('s3:PutObject s3:CopyObject s3:UploadPartCopy s3:CreateMultipartUpload'),
  quietFor: 7 * DAY,
  judge(event, about) {
    const { owner, asked } = event;
    if (owner === null || event.failed) return null;
    const bucket = textAt(asked, 'bucketName');
    return {
      severity: isByHand(event, about) ? 'medium' : 'low',
      facts: { bucket, account: owner, call: event.call.name },
      of: owner,
      strangers: [owner],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'a key that copies every day copies to a stranger',
        learned: history(9, ['s3:CopyObject', 's3:CopyObject', 's3:GetObject'], ownedBy(OWN)),
        records: [call('s3:CopyObject', { asked: { bucketName: 'b', key: 'k' }, ...ownedBy(FOREIGN) })],
      },
    ],
    quiet: [
      {
        why: 'a bucket of its own account',
        records: [call('s3:PutObject', { asked: { bucketName: 'b', key: 'k' }, ...ownedBy(OWN) })],
      },
      {
        why: 'somebody of another account who brings files',
        records: [
          call('s3:PutObject', {
            asked: { bucketName: 'b', key: 'k' },
            by: { type: 'AWSAccount', principalId: 'AIDAEXAMPLECAROL', accountId: FOREIGN },
            ...ownedBy(OWN),
          }),
        ],
      },
      {
        why: 'a partner who is sent files each day',
        learned: history(9, ['s3:PutObject', 's3:PutObject', 's3:GetObject'], ownedBy(FOREIGN)),
        records: [call('s3:PutObject', { asked: { bucketName: 'b', key: 'k' }, ...ownedBy(FOREIGN) })],
      },
    ],
  }),
};
