import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const OBJECTS = 20;

/** Many objects read right after buckets were listed. */
export const objectsReadInBulk: Rule = {
  id: 'objects-read-in-bulk',
  title: 'Many objects read right after buckets were listed',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1530',
  whatToDo: 'See which objects, with the data events of the trail; treat them as taken.',
  falseAlarms: 'A person who looks for something in the buckets.',
  actions: ['s3:GetObject'],
  quietFor: DAY,
  judge(event, about) {
    const { recent } = about.profile;
    const bucket = textAt(event.asked, 'bucketName');
    const key = textAt(event.asked, 'key');
    const looked = recent.last('discovery', 's3:ListBuckets');
    if (bucket === null || key === null || looked === null || about.now - looked > HOUR) return null;
    recent.note('objects', `${bucket}/${key}`.slice(0, 256), about.now, about.now);
    const objects = recent.since('objects', looked).length;
    return objects >= OBJECTS ? { facts: { objects, bucket }, of: '' } : null;
  },
  examples: () => ({
    fires: [
      {
        why: 'twenty of them',
        records: [
          call('s3:ListBuckets'),
          ...Array.from({ length: 20 }, (_, each) =>
            call('s3:GetObject', { asked: { bucketName: 'b', key: `${each}` }, minute: 1 + each / 10 }),
          ),
        ],
      },
    ],
    quiet: [
      {
        why: 'without looking around first',
        records: Array.from({ length: 20 }, (_, each) =>
          call('s3:GetObject', { asked: { bucketName: 'b', key: `${each}` }, minute: 1 + each / 10 }),
        ),
      },
    ],
  }),
};
