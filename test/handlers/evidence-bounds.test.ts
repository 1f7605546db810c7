import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { call } from '../../src/detections/example.ts';
import { jsonPieces, timesOf, type EvidenceDocument } from '../../src/evidence/document.ts';
import { evidenceOf } from '../../src/evidence/evidence.ts';
import { MOST_TEXT, Trace } from '../../src/evidence/trace.ts';
import { packed } from '../../src/handlers/evidence/pack.ts';

const KEY = 'AKIAIOSFODNN7EXAMPLE';
const START = { accountId: '111122223333', subjects: [KEY], known: [], userName: null };

function record(action: string, at: number): Record<string, unknown> {
  const eventTime = new Date(1_790_000_000_000 + at * 1_000).toISOString();
  return { ...call(action, {}), eventID: `e${at}`, eventTime };
}

/** Everything a key did, as it is packed. */
function documentOf(records: readonly Record<string, unknown>[]): EvidenceDocument {
  const trace = new Trace(START);
  for (const each of records) trace.take(each);
  const events = trace.events();
  const [first] = records;
  const at = first === undefined ? 0 : Date.parse(String(first['eventTime']));
  return {
    madeAt: at,
    rekey: '0.0.0',
    subject: {
      kind: 'incident',
      id: 'i1',
      accountId: START.accountId,
      accountName: 'main',
      partition: 'aws',
      subjects: [KEY],
      userName: null,
      severity: null,
    },
    coverage: { from: at, to: at, completeTo: at, gaps: [], regions: [] },
    neverShown: [],
    times: timesOf({
      firstSignalAt: null,
      detectedAt: null,
      notifiedAt: null,
      containAskedAt: null,
      containedAt: null,
    }),
    evidence: evidenceOf(events, trace.credentials()),
    signals: [],
    actions: [],
    events: events.map(({ raw }) => raw),
  };
}

test('a trace holds so much text and no more, of what changes something twice as much, and counts the rest', () => {
  const trace = new Trace(START);
  trace.take(record('s3:ListBuckets', 1), MOST_TEXT - 10);
  trace.take(record('s3:ListBuckets', 2), 11);
  trace.take(record('iam:CreateUser', 3), MOST_TEXT);
  trace.take(record('iam:CreateUser', 4), 11);
  trace.take(record('iam:CreateUser', 5), 10);
  expect(trace.events().map(({ event }) => event.eventID)).toEqual(['e1', 'e3', 'e5']);
  expect(trace.left()).toEqual({ credentials: 0, events: 2, unread: 0 });
});

test.each([0, 1, 3])(
  'an evidence of %i events is one JSON document, with its hash and without secrets',
  async (count) => {
    const records = Array.from({ length: count }, (_, at) => ({
      ...record('iam:CreateUser', at),
      requestParameters: { userName: 'eve\n', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
    }));
    const document = documentOf(records);
    const { files, summary } = await packed(document, systemClock);
    const text = gunzipSync(
      files.find(({ name }) => name.endsWith('.gz'))?.bytes ?? Buffer.alloc(0),
    ).toString();
    expect(text).toBe([...jsonPieces(document)].join(''));
    expect(createHash('sha256').update(text).digest('hex')).toBe(summary.sha256);
    expect(text).not.toContain('wJalrXUtn');
    const read = JSON.parse(text) as { events: { eventID: string }[] };
    expect(read.events.map(({ eventID }) => eventID)).toEqual(records.map((_, at) => `e${at}`));
    // Laid out as one document is.
    expect(`${JSON.stringify(read, null, 1)}\n`).toBe(text);
  },
);

test('packing many events lets others have their turn', async () => {
  const document = documentOf(Array.from({ length: 3_000 }, (_, at) => record('s3:ListBuckets', at)));
  const begun = performance.now();
  const pieces = [...jsonPieces(document)];
  const alone = performance.now() - begun;
  expect(pieces.length).toBeGreaterThan(3_000);
  let [longest, last] = [0, performance.now()];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  await packed(document, systemClock);
  clearInterval(timer);
  expect(longest).toBeLessThan(alone / 2);
});
