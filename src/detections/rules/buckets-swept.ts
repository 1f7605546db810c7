import { isUnexplained } from '../at-home.ts';
import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { About, Finding, Rule } from '../rule.ts';
import { words } from '../words.ts';

const BUCKETS = 12;
const INSIDE = 5;
/** Of which a list was asked just before. */
const CHOSEN = 3;

/** What is in one bucket after the other, of which a list was asked before: a program knows its own. */
function lookInside(bucket: string, { profile, now }: About): Finding | null {
  const listed = profile.recent.last('buckets listed');
  if (listed === null || now - listed > HOUR / 2) return null;
  profile.recent.note('buckets looked into', bucket, now, now);
  const buckets = profile.recent.since('buckets looked into', listed).length;
  return buckets >= INSIDE ? { severity: 'medium', facts: { buckets }, of: 'inside' } : null;
}

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
    s3:GetBucketVersioning s3:GetBucketLocation s3:GetBucketLogging s3:GetBucketEncryption
    s3:ListBuckets s3:ListObjects s3:ListObjectsV2`),
  quietFor: DAY,
  judge(event, about) {
    if (event.fromConsole || event.byService || event.agent.kind === 'infrastructure') return null;
    const { recent } = about.profile;
    const { name } = event.call;
    if (name === 'ListBuckets') {
      recent.note('buckets listed', '', about.now, about.now);
      return null;
    }
    const bucket = textAt(event.asked, 'bucketName');
    if (bucket === null) return null;
    if (name.startsWith('ListObjects')) return lookInside(bucket, about);
    if (name !== 'GetBucketLocation') recent.note('buckets looked at', bucket, about.now, about.now);
    recent.note('buckets', bucket, about.now, about.now);
    const buckets = recent.since('buckets', about.now - HOUR / 6).length;
    const listed = recent.last('buckets listed') ?? -Infinity;
    const chosen = recent.since('buckets looked at', Math.max(listed, about.now - HOUR / 6)).length;
    if (listed > about.now - HOUR / 6 && chosen >= CHOSEN && isUnexplained(event, about))
      return { severity: 'medium', facts: { buckets: chosen }, of: 'chosen' };
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
        why: 'all buckets are listed, then what is in each of them',
        records: [
          call('s3:ListBuckets'),
          ...[1, 2, 3, 4, 5].map((each) =>
            call('s3:ListObjectsV2', { asked: { bucketName: `b${each}` }, minute: each / 2 }),
          ),
        ],
      },
      {
        why: 'twelve buckets',
        records: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((each) =>
          call('s3:GetBucketAcl', { asked: { bucketName: `b${each}` } }),
        ),
      },
    ],
    quiet: [
      {
        why: 'one bucket, again and again',
        records: [
          call('s3:ListBuckets'),
          ...[1, 2, 3, 4, 5, 6].map((minute) =>
            call('s3:ListObjectsV2', { asked: { bucketName: 'b' }, minute }),
          ),
        ],
      },
      {
        why: 'one bucket',
        records: [1, 2, 3, 4, 5, 6, 7, 8].map((minute) =>
          call('s3:GetBucketAcl', { asked: { bucketName: 'b' }, minute }),
        ),
      },
    ],
  }),
};
