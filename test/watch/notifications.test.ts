import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoredBucket } from '../../sandbox/aws/accounts/bucket.ts';
import { announcement, type AnnouncedBy } from '../../sandbox/aws/s3/trail.ts';
import { queueArn, queueUrl, readBucket, readQueueAddress } from '../../src/domain/trail-queue.ts';
import { readAnnouncement, readFileName } from '../../src/watch/notifications.ts';

const BUCKET = new StoredBucket({
  name: 'acme-trail',
  accountId: '123456789012',
  region: 'eu-central-1',
  kmsKeyArn: null,
});
const WAYS: readonly AnnouncedBy[] = ['s3', 'sns', 'sns-raw', 'eventbridge', 'cloudtrail', 'cloudtrail-raw'];
const s3 = (record: object): string => JSON.stringify({ Records: [record] });
const sns = (Message: unknown, Type = 'Notification'): string =>
  JSON.stringify({ Type, TopicArn: 'arn:aws:sns:us-east-1:123456789012:t', Message });

describe('an announcement', () => {
  it.each(WAYS)('by %s gives the object back, whatever its name', (by) => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 200 }).filter((key) => {
      return key.isWellFormed() && !/\p{Cc}/u.test(key) && Buffer.byteLength(key) <= 1_024;
    });
    fc.assert(
      fc.property(name, (key) => {
        const read = readAnnouncement(announcement(by, BUCKET, key, 0));
        expect(read).toMatchObject({ ok: true, files: [{ bucket: 'acme-trail', key }] });
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['a test of S3', JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' })],
    ['one in an envelope', sns(JSON.stringify({ Event: 's3:TestEvent' }))],
    ['a subscription', sns('You have chosen to subscribe', 'SubscriptionConfirmation')],
    ['words in a topic', sns('CloudTrail validation message.')],
    ['a removal', s3({ eventSource: 'aws:s3', eventName: 'ObjectRemoved:Delete', s3: {} })],
    ['another event of EventBridge', JSON.stringify({ 'detail-type': 'Object Deleted', source: 'aws.s3' })],
    ['nothing', JSON.stringify({ Records: [] })],
    ['a message of CloudTrail without objects', JSON.stringify({ s3Bucket: 'b' })],
  ])('of no file: %s', (_, body) => {
    expect(readAnnouncement(body)).toMatchObject({ ok: true, files: [] });
  });

  it.each([
    ['no JSON', 'hello'],
    ['a list', '[]'],
    ['a text', '"a"'],
    ['null', 'null'],
    ['something else', '{"hello":1}'],
    ['a record that is none', '{"Records":[1]}'],
    ['a record without an object', s3({ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'b' } } })],
    [
      'a name that cannot be decoded',
      s3({ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'b' }, object: { key: '%E0%A4%A' } } }),
    ],
    ['a name with a zero', JSON.stringify({ s3Bucket: 'b', s3ObjectKey: ['a\0'] })],
    ['a name that is too long', JSON.stringify({ s3Bucket: 'b', s3ObjectKey: ['a'.repeat(1_025)] })],
    ['a name of half a character', '{"s3Bucket":"b","s3ObjectKey":["\\ud800"]}'],
    ['too many', JSON.stringify({ s3Bucket: 'b', s3ObjectKey: Array.from({ length: 1_001 }, () => 'a') })],
    ['names that are none', JSON.stringify({ s3Bucket: 'b', s3ObjectKey: [1] })],
    ['an empty envelope', sns(null)],
    ['envelopes without end', sns(sns(sns(sns(sns('{}')))))],
  ])('that is none: %s', (_, body) => {
    expect(readAnnouncement(body)).toMatchObject({ ok: false });
  });

  it('takes any body, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((text) => sns(text)),
          fc.jsonValue().map((value) => s3(Object(value) as object)),
        ),
        (body) => {
          expect(typeof readAnnouncement(body).ok).toBe('boolean');
        },
      ),
      { numRuns: 500 },
    );
  });
});

it.each([
  ['AWSLogs/123456789012/CloudTrail/eu-west-1/2026/01/01/x.json.gz', '123456789012', 'eu-west-1'],
  ['a/b c/AWSLogs/123456789012/CloudTrail/eu-west-1/2026/01/01/x.json.gz', '123456789012', 'eu-west-1'],
  ['AWSLogs/o-abc123/123456789012/CloudTrail/us-gov-west-1/2026/x.json.gz', '123456789012', 'us-gov-west-1'],
  ['o-abc123/AWSLogs/o-abc123/123456789012/CloudTrail/us-east-1/x.json.gz', '123456789012', 'us-east-1'],
  ['AWSLogs/123456789012/CloudTrail/nowhere/x.json.gz', '123456789012', ''],
])('%s holds events of an account and region', (key, accountId, region) => {
  expect(readFileName(key)).toEqual({ kind: 'events', accountId, region });
});

it.each([
  'AWSLogs/123456789012/CloudTrail-Digest/eu-west-1/2026/01/01/x.json.gz',
  'AWSLogs/123456789012/CloudTrail-Insight/eu-west-1/2026/01/01/x.json.gz',
  'AWSLogs/123456789012/CloudTrail-Aggregated/eu-west-1/x.json.gz',
  'AWSLogs/123456789012/CloudTrail/',
  'AWSLogs/123456789012/vpcflowlogs/eu-west-1/x.log.gz',
  'AWSLogs/123456789012/CloudTrail/eu-west-1/x.png',
  'somewhere/123456789012_CloudTrail-Digest_eu-west-1_x.json.gz',
  'picture.png',
  'folder/',
])('%s holds none', (key) => {
  expect(readFileName(key)).toEqual({ kind: 'other' });
});

it.each(['copied/events.json', '2026/01/01/firehose-1.json.gz', 'AWSLogs/x/y.jsonl'])('%s may', (key) => {
  expect(readFileName(key)).toEqual({ kind: 'unknown' });
});

describe('what is typed of a queue', () => {
  const at = {
    partition: 'aws',
    region: 'eu-central-1',
    accountId: '123456789012',
    name: 'trail-events',
  } as const;

  it.each([
    ' <https://sqs.eu-central-1.amazonaws.com/123456789012/trail-events> '.replaceAll(/[<>]/g, ''),
    '“https://sqs.eu-central-1.amazonaws.com/123456789012/trail-events/”',
    'https://eu-central-1.queue.amazonaws.com/123456789012/trail-events',
    'https://sqs.eu-central-1.api.aws/123456789012/trail-events',
    'arn:aws:sqs:eu-central-1:123456789012:trail-events',
  ])('is understood: %s', (typed) => {
    expect(readQueueAddress(typed)).toEqual({ ok: true, value: at });
  });

  it('is the same again as URL and as ARN, in every partition', () => {
    for (const [partition, region] of [
      ['aws', 'eu-central-1'],
      ['aws-cn', 'cn-north-1'],
      ['aws-us-gov', 'us-gov-west-1'],
      ['aws-eusc', 'eusc-de-east-1'],
    ] as const) {
      const address = { ...at, partition, region };
      expect(readQueueAddress(queueUrl(address))).toEqual({ ok: true, value: address });
      expect(readQueueAddress(queueArn(address))).toEqual({ ok: true, value: address });
    }
    expect(readQueueAddress('https://queue.amazonaws.com/123456789012/a')).toMatchObject({
      value: { region: 'us-east-1' },
    });
  });

  it.each([
    ['', 'Paste'],
    ['http://sqs.eu-central-1.amazonaws.com/123456789012/a', 'no queue'],
    ['https://sqs.eu-central-1.amazonaws.com.evil.example/123456789012/a', 'no queue'],
    ['https://169.254.169.254/123456789012/a', 'no queue'],
    ['https://sqs.eu-central-1.amazonaws.com/123456789012/a.fifo', 'FIFO'],
    ['https://sqs.mars-1.amazonaws.com/123456789012/a', 'no region'],
    ['https://sqs.eu-central-1.amazonaws.com/12345/a', 'no queue'],
    ['arn:aws:sns:eu-central-1:123456789012:a', 'no queue'],
  ])('is refused: %s', (typed, why) => {
    const read = readQueueAddress(typed);
    expect(read.ok ? '' : read.why).toContain(why);
  });

  it.each([
    ['acme-trail', 'acme-trail'],
    ['s3://acme-trail/AWSLogs/', 'acme-trail'],
    ['arn:aws:s3:::acme.trail', 'acme.trail'],
  ])('a bucket: %s', (typed, value) => {
    expect(readBucket(typed)).toEqual({ ok: true, value });
  });

  it.each(['', 'Acme', 'a', '*', 'a..b', '10.0.0.1', 'a_b'])('no bucket: %s', (typed) => {
    expect(readBucket(typed).ok).toBe(false);
  });
});
