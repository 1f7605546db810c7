import { isByHand } from '../at-home.ts';
import { bucketPolicy, call, FOREIGN } from '../example.ts';
import { at, listAt, textAt, writtenOut } from '../json.ts';
import { documentsIn, leavesOf } from '../leaves.ts';
import { outsiders } from '../policy-document.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

/** Whom an access control list lets in who does not own the bucket: an account by its canonical id or mail address. */
function strangerIn(list: unknown): string | null {
  const owner = textAt(list, 'Owner', 'ID');
  const grants = [...listAt(list, 'AccessControlList', 'Grant'), ...listAt(list, 'AccessControlList')];
  for (const grant of grants) {
    const id = textAt(grant, 'Grantee', 'ID') ?? textAt(grant, 'Grantee', 'EmailAddress');
    if (id !== null && owner !== null && id !== owner) return id.slice(0, 64);
  }
  return null;
}

/** Whom the headers of a list let in: S3's own log writer is no stranger. */
function grantedIn(asked: unknown): string | null {
  const grants = leavesOf(asked).filter(
    ([name, text]) => name.startsWith('x-amz-grant-') && !/s3\/LogDelivery/.test(text),
  );
  return grants[0]?.[1].slice(0, 80) ?? null;
}

/** Bucket opened to outsiders. */
export const bucketOpened: Rule = {
  id: 'bucket-opened',
  title: 'Bucket opened to outsiders',
  family: 'bad on any key',
  severity: 'high',
  technique: 'T1537',
  whatToDo: "Close the bucket again; find out what was read with S3's access logs or data events.",
  falseAlarms: 'Web sites that are public on purpose; partners who fetch files.',
  actions: words(`
    s3:PutBucketPolicy s3:PutBucketAcl s3:PutObjectAcl s3:PutAccessPointPolicy
    s3:PutAccessPointPolicyForObjectLambda s3:PutAccessGrantsInstanceResourcePolicy`),
  judge(event, about) {
    const {
      asked,
      call: { name },
    } = event;
    const bucket = textAt(asked, 'bucketName') ?? textAt(asked, 'bucket') ?? textAt(asked, 'name');
    if (name.includes('Acl')) {
      const text = writtenOut(asked);
      const isPublic = /public-read|authenticated-read|global\/AllUsers|global\/AuthenticatedUsers/.test(
        text,
      );
      // One file for everybody is what web sites are made of; a bucket is all there is in it.
      const severity = name === 'PutObjectAcl' ? 'medium' : 'high';
      if (isPublic)
        return { severity, facts: { bucket, to: 'everybody' }, of: bucket, strangers: ['everybody'] };
      // Headers do not say who owns the bucket; hardly anybody who owns it lets himself in by hand.
      const granted = isByHand(event, about) ? grantedIn(asked) : null;
      const stranger = strangerIn(at(asked, 'AccessControlPolicy')) ?? granted;
      return stranger === null
        ? null
        : { severity: 'medium', facts: { bucket, to: stranger }, of: bucket, strangers: [stranger] };
    }
    const document = at(asked, 'bucketPolicy') ?? at(asked, 'policy') ?? documentsIn(asked)[0];
    const who = outsiders(document, event.accountId);
    if (who.length === 0) return null;
    return {
      severity: who.includes('*') ? 'high' : 'medium',
      facts: { bucket, 'let in': who.join(', ') },
      of: bucket,
      strangers: who,
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'everybody may read',
        records: [
          bucketPolicy({
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:GetObject',
            Resource: 'arn:aws:s3:::b/*',
          }),
        ],
      },
      {
        why: 'a foreign account',
        records: [
          bucketPolicy({
            Effect: 'Allow',
            Principal: { AWS: `arn:aws:iam::${FOREIGN}:root` },
            Action: 's3:*',
            Resource: '*',
          }),
        ],
      },
      {
        why: 'a foreign account, by a way in beside the policy of the bucket',
        records: [
          call('s3:PutAccessPointPolicy', {
            asked: {
              name: 'p',
              PutAccessPointPolicyRequest: {
                Policy: {
                  Statement: [
                    {
                      Effect: 'Allow',
                      Principal: { AWS: `arn:aws:iam::${FOREIGN}:root` },
                      Action: 's3:GetObject',
                      Resource: '*',
                    },
                  ],
                },
              },
            },
          }),
        ],
      },
      {
        why: 'one file for everybody',
        records: [
          call('s3:PutObjectAcl', { asked: { bucketName: 'b', key: 'k', 'x-amz-acl': 'public-read' } }),
        ],
      },
      {
        why: 'an ACL for everybody',
        records: [call('s3:PutBucketAcl', { asked: { bucketName: 'b', 'x-amz-acl': 'public-read' } })],
      },
    ],
    quiet: [
      {
        why: 'CloudTrail may write',
        records: [
          bucketPolicy({
            Effect: 'Allow',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Action: 's3:PutObject',
            Resource: '*',
          }),
        ],
      },
      {
        why: 'everybody of the organization',
        records: [
          bucketPolicy({
            Effect: 'Allow',
            Principal: '*',
            Action: 's3:GetObject',
            Resource: '*',
            Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-1' } },
          }),
        ],
      },
      {
        why: 'a private ACL',
        records: [call('s3:PutBucketAcl', { asked: { bucketName: 'b', 'x-amz-acl': 'private' } })],
      },
    ],
  }),
};
