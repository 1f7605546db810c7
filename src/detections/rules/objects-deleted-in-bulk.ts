import { BOTO, call, history, ordinary } from '../example.ts';
import { beyondMeasure } from '../first.ts';
import { textAt } from '../json.ts';
import { HOUR } from '../profile.ts';
import { isStrange } from '../novelty.ts';
import type { Rule } from '../rule.ts';

const MANY = 20;

/** Many objects deleted. */
export const objectsDeletedInBulk: Rule = {
  id: 'objects-deleted-in-bulk',
  title: 'Many objects deleted',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1485',
  whatToDo: 'Stop the key; see whether versions are left.',
  falseAlarms: 'Programs that clean up after themselves; they are known by their habit.',
  actions: ['s3:DeleteObject', 's3:DeleteObjects', 's3:DeleteObjectVersion'],
  judge(event, about) {
    const bucket = textAt(event.asked, 'bucketName');
    const { recent } = about.profile;
    recent.note('deleted objects', textAt(event.asked, 'key') ?? event.id, about.now, about.now);
    // Old versions are what brings deleted objects back.
    if (textAt(event.asked, 'versionId') !== null)
      recent.note('deleted versions', textAt(event.asked, 'key') ?? event.id, about.now, about.now);
    const isFinal = recent.since('deleted versions', about.now - HOUR / 4).length >= MANY / 2;
    const count = recent.since('deleted objects', about.now - HOUR / 4).length;
    const isBatch =
      event.call.name === 'DeleteObjects' && !recent.since('seen deleting', 0).includes(bucket ?? '');
    recent.note('seen deleting', bucket ?? '', about.now, about.now);
    if (count < MANY && !isBatch && !isFinal) return null;
    // A key that writes files takes some away again; a stranger with it does not.
    const isTidy =
      count < MANY &&
      !isFinal &&
      !isStrange(about.novelty) &&
      about.profile.tables.actions.lastSeen('s3:PutObject') !== null;
    return {
      severity: count >= 4 * MANY ? 'high' : isTidy ? 'low' : 'medium',
      facts: { bucket, calls: count },
      of: `${bucket ?? ''} ${count >= 4 * MANY ? 'many' : ''}`,
      strangers: count >= MANY ? beyondMeasure(count, event, about) : [],
    };
  },
  examples: () => ({
    fires: [
      {
        why: 'twenty in minutes',
        records: Array.from({ length: 20 }, (_, each) =>
          call('s3:DeleteObject', { asked: { bucketName: 'b', key: `${each}` }, minute: each / 4 }),
        ),
      },
      {
        why: 'thirty in minutes, by a program that deletes one a day',
        learned: [...ordinary(6), ...history(6, ['s3:DeleteObject'], { ...BOTO, minute: 50 })],
        records: Array.from({ length: 30 }, (_, each) =>
          call('s3:DeleteObject', {
            ...BOTO,
            asked: { bucketName: 'b', key: `${each}` },
            minute: each / 4,
          }),
        ),
      },
      {
        why: 'a batch, for the first time',
        records: [call('s3:DeleteObjects', { asked: { bucketName: 'b' } })],
      },
    ],
    quiet: [
      {
        why: 'thirty, by a program that deletes as many each day',
        learned: history(
          9,
          Array.from({ length: 30 }, () => 's3:DeleteObject'),
        ),
        records: Array.from({ length: 30 }, (_, each) =>
          call('s3:DeleteObject', { asked: { bucketName: 'b', key: `${each}` }, minute: each / 4 }),
        ),
      },
      {
        why: 'one now and then',
        records: [0, 1, 2].map((each) =>
          call('s3:DeleteObject', { asked: { bucketName: 'b', key: `${each}` }, minute: each * 30 }),
        ),
      },
    ],
  }),
};
