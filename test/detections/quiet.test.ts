import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { RecordReader } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { Signal } from '../../src/detections/signal.ts';
import { DAYS, dayOfMonth, month, monthLookUp } from './month.ts';

/** How long the keys are watched before they must be quiet. */
const LEARNING_DAYS = 7;

function judge(records: readonly RawRecord[]): readonly Signal[] {
  const reader = new RecordReader(isWanted);
  const detector = new Detector({ lookUp: monthLookUp });
  return records.flatMap((raw) => {
    const event = reader.read(raw);
    return event === null ? [] : detector.judge(event);
  });
}

describe('ten ordinary keys', () => {
  const { keys, records } = month();
  const signals = judge(records);
  const afterwards = signals.filter(({ at }) => (at ?? 0) >= dayOfMonth(LEARNING_DAYS));

  it('do a month of work', () => {
    expect(records.length).toBeGreaterThan(30_000);
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(records.length);
  });

  it('raise less than one signal per key and week once they are known', () => {
    const weeks = (DAYS - LEARNING_DAYS) / 7;
    const perKey = keys.map((keyId) => afterwards.filter(({ accessKeyId }) => accessKeyId === keyId));
    for (const found of perKey) {
      expect(
        found
          .map(({ rule, severity, eventTime, eventName }) => `${eventTime} ${rule} ${severity} ${eventName}`)
          .slice(Math.floor(weeks)),
      ).toEqual([]);
    }
    expect(afterwards.length / weeks / keys.length).toBeLessThan(0.5);
  });

  it('are not loud while they are learned either', () => {
    const first = signals.filter(({ at }) => (at ?? 0) < dayOfMonth(LEARNING_DAYS));
    expect(first.length).toBeLessThan(2 * keys.length);
  });

  it('stand out when one is stolen', () => {
    const thief = {
      ...records.find((record) => (record['userIdentity'] as { userName?: string }).userName === 'backup'),
      eventTime: new Date(dayOfMonth(DAYS)).toISOString(),
      eventID: 'ffffffff-0000-4000-8000-000000000001',
      eventSource: 'sts.amazonaws.com',
      eventName: 'GetCallerIdentity',
      sourceIPAddress: '185.220.101.55',
      userAgent:
        'aws-cli/2.15.0 Python/3.11.6 Linux/6.5.0 exe/x86_64.kernel prompt/off command/sts.get-caller-identity',
    };
    const caught = judge([...records, thief]).filter(({ eventID }) => eventID === thief.eventID);
    expect(caught.map(({ severity }) => severity)).toContain('high');
  });
});
