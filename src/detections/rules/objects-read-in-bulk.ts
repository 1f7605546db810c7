import { BOTO, call, ordinary } from '../example.ts';
import { unlikeHabit } from '../first.ts';
import { textAt } from '../json.ts';
import { DAY, HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const OBJECTS = 20;
const BUCKETS = 2;

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
    recent.note('buckets read', bucket, about.now, about.now);
    if (objects < OBJECTS) return null;
    // A program that reads all day may ask once what buckets there are; whoever looks for something reads several.
    const isSought = recent.since('buckets read', looked).length >= BUCKETS;
    return {
      facts: { objects, bucket },
      of: '',
      strangers: isSought ? unlikeHabit('s3:ListBuckets', event, about) : [],
    };
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
      {
        why: 'of several buckets, by a program that else reads its own',
        learned: ordinary(6),
        records: [
          call('s3:ListBuckets', BOTO),
          ...Array.from({ length: 22 }, (_, each) =>
            call('s3:GetObject', {
              ...BOTO,
              asked: { bucketName: `b${each % 2}`, key: `${each}` },
              minute: 1 + each / 10,
            }),
          ),
        ],
      },
    ],
    quiet: [
      {
        why: 'a program at work asks once what buckets there are',
        learned: ordinary(6),
        records: [
          call('s3:ListBuckets', BOTO),
          ...Array.from({ length: 22 }, (_, each) =>
            call('s3:GetObject', {
              ...BOTO,
              asked: { bucketName: 'b', key: `${each}` },
              minute: 1 + each / 10,
            }),
          ),
        ],
      },
      {
        why: 'without looking around first',
        records: Array.from({ length: 20 }, (_, each) =>
          call('s3:GetObject', { asked: { bucketName: 'b', key: `${each}` }, minute: 1 + each / 10 }),
        ),
      },
    ],
  }),
};
