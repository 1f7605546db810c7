import { anything, array, assert, constantFrom, dictionary, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { call, ordinary } from '../../src/detections/example.ts';
import { Profile, type ProfileJson } from '../../src/detections/profile.ts';
import { RecordReader, recordsIn } from '../../src/detections/record.ts';
import { RULES } from '../../src/detections/registry.ts';
import type { Signal } from '../../src/detections/signal.ts';
import { exampleLookUp } from './look-up.ts';
import { HOSTILE, mutated } from './mutated.ts';
import { samples } from './samples.ts';
import { seeded } from './month.ts';

const NEW = new Set(RULES.filter(({ family }) => family === 'new for this key').map(({ id }) => id));

function newDetector(): { judge(raw: unknown): readonly Signal[]; learn(raw: unknown): void } {
  const reader = new RecordReader(isWanted);
  const detector = new Detector({ lookUp: exampleLookUp });
  const each = <Result>(
    raw: unknown,
    use: (event: NonNullable<ReturnType<typeof reader.read>>) => Result,
  ): Result[] =>
    [...recordsIn(raw)].flatMap((one) => {
      const event = reader.read(one);
      return event === null ? [] : [use(event)];
    });
  return {
    judge: (raw) => each(raw, (event) => detector.judge(event)).flat(),
    learn: (raw) => void each(raw, (event) => detector.learn(event)),
  };
}

describe('a record that is broken or hostile', () => {
  it('never stops the detector, whatever it is', () => {
    const detector = newDetector();
    assert(property(anything({ maxDepth: 4 }), (raw) => void detector.judge(raw)));
    const names = constantFrom(
      'eventName',
      'eventSource',
      'userIdentity',
      'Records',
      'Events',
      'CloudTrailEvent',
      'eventTime',
      'detail',
    );
    assert(
      property(dictionary(names, anything({ maxDepth: 3 })), (raw) => void detector.judge(raw)),
      { numRuns: 500 },
    );
  });

  it('never stops it when it was a real one before', () => {
    const detector = newDetector();
    const random = seeded(7);
    for (let round = 0; round < 20; round += 1) {
      for (const sample of samples) {
        for (const { facts, title } of detector.judge(mutated(sample, random))) {
          expect(title.length).toBeLessThan(120);
          for (const fact of Object.values(facts)) {
            expect(fact.length).toBeLessThanOrEqual(200);
            expect(fact).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          }
        }
      }
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is never "new": what cannot be understood is unknown', () => {
    const odd = constantFrom(...HOSTILE);
    const fields = constantFrom('sourceIPAddress', 'userAgent', 'awsRegion', 'eventTime', 'userIdentity');
    assert(
      property(array(fields, { minLength: 1, maxLength: 3 }), odd, (broken, value) => {
        const detector = newDetector();
        for (const raw of ordinary(9, { from: '203.0.113.10' })) detector.learn(raw);
        const raw = {
          ...call('s3:GetObject', { from: '203.0.113.10', agent: 'Boto3/1.38.0 md/Botocore#1.38.0' }),
        } as Record<string, unknown>;
        for (const field of broken) raw[field] = value;
        // A user agent is any text: what is no text at all, or says nothing, is unknown.
        if (broken.includes('userAgent') && typeof value === 'string') raw['userAgent'] = '...';
        const found = detector.judge(raw).filter(({ rule }) => NEW.has(rule));
        expect(found).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('is judged at once, however long its names are', () => {
    const detector = newDetector();
    const started = performance.now();
    for (const bit of ['bucket', 'expected'])
      detector.judge(call('oam:CreateLink', { asked: { [bit.repeat(250_000 / bit.length)]: 'x' } }));
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('makes no state grow without bound', () => {
    const detector = new Detector({ mostProfiles: 50 });
    const reader = new RecordReader();
    assert(
      property(integer({ min: 0, max: 1e9 }), string({ maxLength: 20 }), (number, text) => {
        const keyId = `AKIA${String(number).padStart(16, '0')}`;
        const raw = {
          ...call('s3:GetObject', { agent: text, from: `10.${number % 256}.0.1` }),
          userIdentity: { type: 'IAMUser', accessKeyId: keyId },
        };
        const event = reader.read(raw);
        if (event !== null) detector.judge(event);
        expect(detector.size).toBeLessThanOrEqual(51);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a profile', () => {
  it('comes back from JSON as it was', () => {
    const detector = new Detector({ lookUp: exampleLookUp });
    const reader = new RecordReader();
    for (const raw of samples) {
      const event = reader.read(raw);
      if (event !== null) detector.judge(event);
    }
    const profile = detector.profileOf('AKIAIOSFODNN7EXAMPLE');
    const json = JSON.stringify(profile);
    const back = Profile.from(JSON.parse(json) as ProfileJson);
    expect(JSON.stringify(back)).toBe(json);
    expect(back.events).toBeGreaterThan(100);
    expect(json.length).toBeLessThan(150_000);
  });
});
