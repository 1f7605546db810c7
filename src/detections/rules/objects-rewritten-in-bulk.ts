import { call } from '../example.ts';
import { textAt } from '../json.ts';
import { HOUR } from '../profile.ts';
import type { Rule } from '../rule.ts';

const MANY = 10;

/** True for a copy of an object onto itself, which changes how it is encrypted. */
function isOnItself(asked: unknown, object: string): boolean {
  const source = (textAt(asked, 'x-amz-copy-source') ?? '').replace(/^\//, '').replace(/\?versionId=.*$/, '');
  return source === object || source === encodeURI(object);
}

/** Many objects read and written again under the same names. */
export const objectsRewrittenInBulk: Rule = {
  id: 'objects-rewritten-in-bulk',
  title: 'Many objects read and written again',
  family: 'shape over time',
  severity: 'medium',
  technique: 'T1486',
  whatToDo:
    'See whether the objects are still what they were: encrypted on the way, they are held to ransom. Keep old versions.',
  falseAlarms: 'Programs that change objects in place; they are known by their habit.',
  actions: ['s3:GetObject', 's3:PutObject', 's3:CopyObject'],
  judge(event, about) {
    if (event.failed) return null;
    const [bucket, key] = [textAt(event.asked, 'bucketName'), textAt(event.asked, 'key')];
    if (bucket === null || key === null) return null;
    const { profile, now } = about;
    const { recent } = profile;
    const [network, program] = [event.address?.prefix ?? '', event.agent.family];
    // Who is at home here works as ever; to remember all its objects would cost too much.
    if (profile.isEstablished('prefixes', network, now) && profile.isEstablished('agents', program, now))
      return null;
    const object = `${bucket}/${key}`.slice(0, 256);
    if (event.call.name === 'GetObject') {
      recent.note('read', object, now, now);
      return null;
    }
    const read = recent.last('read', object);
    const isInPlace = event.call.name === 'CopyObject' && isOnItself(event.asked, `${bucket}/${key}`);
    if (!isInPlace && (read === null || now - read > HOUR)) return null;
    recent.note('rewritten', object, now, now);
    const objects = recent.since('rewritten', now - HOUR).length;
    return objects >= MANY ? { facts: { objects, bucket }, of: bucket } : null;
  },
  examples: () => {
    const both = (count: number) =>
      Array.from({ length: count }, (_, each) =>
        ['s3:GetObject', 's3:PutObject'].map((action, step) =>
          call(action, {
            asked: { bucketName: 'files', key: `k${each}` },
            minute: each / 10 + step / 20,
          }),
        ),
      ).flat();
    return {
      fires: [{ why: 'twelve objects are read and put back', records: both(12) }],
      quiet: [
        { why: 'two objects are edited', records: both(2) },
        {
          why: 'a program writes other objects than it reads',
          records: Array.from({ length: 40 }, (_, each) =>
            call(each % 2 === 0 ? 's3:GetObject' : 's3:PutObject', {
              asked: { bucketName: 'files', key: `k${each}` },
              minute: each / 20,
            }),
          ),
        },
      ],
    };
  },
};
