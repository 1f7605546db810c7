import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';
import { words } from '../words.ts';

const BUCKETS = 12;

/** Settings of many buckets looked at. */
export const bucketsSwept: Rule = {
  id: 'buckets-swept',
  title: 'Settings of many buckets looked at',
  family: 'shape over time',
  severity: 'low',
  technique: 'T1619',
  whatToDo: 'See which buckets, and whether objects were read afterwards.',
  falseAlarms: 'Inventory tools; they are known by their habit.',
  actions: words(`
    s3:GetBucketAcl s3:GetBucketPolicy s3:GetBucketPolicyStatus s3:GetBucketPublicAccessBlock
    s3:GetBucketVersioning s3:GetBucketLocation s3:GetBucketLogging s3:GetBucketEncryption`),
  quietFor: DAY,
  judge(event, about) {
    if (event.fromConsole || event.byService || event.agent.kind === 'infrastructure') return null;
    const bucket = textAt(event.asked, 'bucketName');
    if (bucket === null) return null;
    const { recent } = about.profile;
    recent.note('buckets', bucket, about.now, about.now);
    const buckets = recent.since('buckets', about.now - HOUR / 6).length;
    return buckets >= BUCKETS
      ? {
          severity: buckets >= 3 * BUCKETS ? 'medium' : 'low',
          facts: { buckets },
          of: buckets >= 3 * BUCKETS ? 'many' : '',
        }
      : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'twelve buckets',
        records: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((each) =>
          call('s3:GetBucketAcl', { asked: { bucketName: `b${each}` } }),
        ),
      },
    ],
    quiet: [
      {
        why: 'one bucket',
        records: [1, 2, 3, 4, 5, 6, 7, 8].map((minute) =>
          call('s3:GetBucketAcl', { asked: { bucketName: 'b' }, minute }),
        ),
      },
    ],
  }),
};
