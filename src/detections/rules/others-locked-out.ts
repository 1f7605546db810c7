import { isByHand, trifle } from '../at-home.ts';
import { bucketPolicy, call } from '../example.ts';
import { isOnAnother } from '../grant.ts';
import { at, listAt, textAt, textsAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

/**
 * True for a document that denies everybody, or all but those it names, everything or to read; or a service of AWS
 * whatever it does there, such as to write the trail.
 */
function shutsOut(document: unknown): boolean {
  return listAt(document, 'Statement').some((each) => {
    if (textAt(each, 'Effect') !== 'Deny') return false;
    const principal = at(each, 'Principal');
    const isWhole = textsAt(each, 'Action').some((action) => /^(?:\*|s3:(?:\*|Get\w*\*?))$/.test(action));
    if (at(each, 'NotPrincipal') !== undefined) return isWhole;
    // With a condition it is a rule of the house, such as to come encrypted.
    if (at(each, 'Condition') !== undefined) return false;
    const isEverybody = principal === '*' || textsAt(principal, 'AWS').includes('*');
    return (isEverybody && isWhole) || at(principal, 'Service') !== undefined;
  });
}

/** Credentials of other users taken away. */
export const othersLockedOut: Rule = {
  id: 'others-locked-out',
  title: 'Credentials of other users taken away',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1531',
  whatToDo: 'See whether it was the incident response, or a thief who locks the owners out.',
  falseAlarms: 'Off-boarding; an incident response; infrastructure tools that clean up.',
  actions: [
    'iam:DeleteAccessKey',
    'iam:UpdateAccessKey',
    'iam:DeleteLoginProfile',
    'iam:DeleteUser',
    'iam:CreateAccessKey',
    's3:PutBucketPolicy',
  ],
  judge(event, about) {
    if (event.call.service === 's3')
      return isByHand(event, about) && shutsOut(at(event.asked, 'bucketPolicy'))
        ? { facts: { call: event.call.name, bucket: textAt(event.asked, 'bucketName') }, of: 'bucket' }
        : null;
    if (event.call.name === 'UpdateAccessKey' && textAt(event.asked, 'status') !== 'Inactive') return null;
    if (!isOnAnother(event, about)) return null;
    const { recent } = about.profile;
    const whose = (textAt(event.asked, 'userName') ?? '').slice(0, 64);
    if (event.call.name === 'CreateAccessKey') {
      if (!event.failed) recent.note('given a key', whose, about.now, about.now);
      return null;
    }
    // Who was given another key a while ago is not locked out: that key is told of.
    const given = recent.last('given a key', whose);
    if (event.call.name.endsWith('AccessKey') && given !== null && about.now - given < 2 * DAY) return null;
    recent.note('locked out', textAt(event.asked, 'userName') ?? '', about.now, about.now);
    const users = recent.since('locked out', about.now - HOUR).length;
    if (users >= 3) return { facts: { users, call: event.call.name }, of: '' };
    // One of them alone may be anything, but hardly anybody does it with a key and by hand.
    if (!isByHand(event, about) || /^Delete(?:AccessKey|User)$/.test(event.call.name)) return null;
    const user = textAt(event.asked, 'userName');
    return { severity: trifle(event, about), facts: { user, call: event.call.name }, of: user };
  },
  examples: () => ({
    fires: [
      {
        why: 'three users in an hour',
        records: ['bob', 'carol', 'dave'].map((userName, minute) =>
          call('iam:DeleteLoginProfile', { asked: { userName }, minute }),
        ),
      },
      {
        why: 'nobody may do anything with a bucket',
        records: [bucketPolicy({ Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Resource: '*' })],
      },
      {
        why: 'the trail may not write any more',
        records: [
          bucketPolicy({
            Effect: 'Deny',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Action: 's3:PutObject',
            Resource: '*',
          }),
        ],
      },
    ],
    quiet: [
      {
        why: 'a key is replaced: Bob has another',
        records: [
          call('iam:CreateAccessKey', { asked: { userName: 'bob' } }),
          call('iam:UpdateAccessKey', {
            asked: { userName: 'bob', accessKeyId: 'AKIAEXAMPLE000000001', status: 'Inactive' },
            minute: 60,
          }),
        ],
      },
      {
        why: 'whoever comes unencrypted is denied',
        records: [
          bucketPolicy({
            Effect: 'Deny',
            Principal: '*',
            Action: 's3:*',
            Resource: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ],
      },

      {
        why: 'Alice deletes her old key',
        records: [call('iam:DeleteAccessKey', { asked: { accessKeyId: 'AKIAEXAMPLE000000001' } })],
      },
    ],
  }),
};
