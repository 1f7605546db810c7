import { within } from '../detections/json.ts';
import { partitionOfRegion } from '../domain/partition.ts';

/** What a queue brings: words of S3, of SNS, of EventBridge and of CloudTrail itself about files of a trail. */

/** A file as an announcement names it. */
export interface AnnouncedFile {
  readonly bucket: string;
  readonly key: string;
  /** Where the bucket is, as far as it says. */
  readonly region: string | null;
}

/** What came of a message: the files it announces (none: it is of another kind), or why it cannot be understood. */
export type Announced =
  | {
      readonly ok: true;
      readonly files: readonly AnnouncedFile[];
      /** A test of S3 says only for which bucket it was sent. */
      readonly tests?: string;
    }
  | { readonly ok: false; readonly why: string };

/** A message of SQS has 1 MB at most (SQS developer guide, quotas); topics in topics are not a thing. */
const DEEPEST = 3;
/** S3 user guide: names of objects have at most 1,024 bytes of UTF-8. */
const LONGEST_KEY = 1_024;
const MOST_FILES = 1_000;

type Fields = Readonly<Record<string, unknown>>;

const NOTHING: Announced = { ok: true, files: [] };
const broken = (why: string): Announced => ({ ok: false, why });

/** Reads the body of a message. Never throws. */
export function readAnnouncement(body: string, depth = 0): Announced {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return broken('it is not JSON');
  }
  if (!isFields(value)) return broken('it is no announcement of S3, SNS, EventBridge or CloudTrail');
  // An envelope of SNS, for a topic without raw delivery (SNS developer guide, "HTTP/HTTPS notification JSON format").
  if (typeof value['Type'] === 'string' && typeof value['TopicArn'] === 'string') {
    if (value['Type'] !== 'Notification') return NOTHING;
    if (typeof value['Message'] !== 'string' || depth >= DEEPEST) return broken('its SNS envelope is empty');
    // A topic is a place for people too: what is said there in words announces nothing.
    return isJson(value['Message']) ? readAnnouncement(value['Message'], depth + 1) : NOTHING;
  }
  if (value['Event'] === 's3:TestEvent') {
    const { Bucket } = value;
    return typeof Bucket === 'string' ? { ok: true, files: [], tests: Bucket } : NOTHING;
  }
  if (Array.isArray(value['Records'])) return fromRecords(value['Records']);
  if (typeof value['s3Bucket'] === 'string') return fromCloudTrail(value['s3Bucket'], value['s3ObjectKey']);
  if (typeof value['detail-type'] === 'string') return fromEventBridge(value);
  return broken('it is no announcement of S3, SNS, EventBridge or CloudTrail');
}

/** S3's own notifications: keys are URL-encoded, with plus signs for spaces (S3 user guide, "Event message structure"). */
function fromRecords(records: readonly unknown[]): Announced {
  const files: AnnouncedFile[] = [];
  for (const record of records) {
    if (!isFields(record)) return broken('one of its records is none');
    // An SNS topic that Lambda reads has records too.
    if (record['eventSource'] !== undefined && record['eventSource'] !== 'aws:s3') continue;
    const { eventName } = record;
    if (typeof eventName === 'string' && !/^(?:s3:)?ObjectCreated:/.test(eventName)) continue;
    const s3 = record['s3'];
    const bucket = within(s3, 'bucket', 'name');
    const key = within(s3, 'object', 'key');
    const decoded = typeof key === 'string' ? decode(key.replaceAll('+', ' ')) : null;
    if (typeof bucket !== 'string' || decoded === null) return broken('one of its records names no object');
    files.push({ bucket, key: decoded, region: regionIn(record['awsRegion']) });
  }
  return checked(files);
}

/** What CloudTrail itself sends to the topic of a trail: keys as they are. */
function fromCloudTrail(bucket: string, keys: unknown): Announced {
  const list = typeof keys === 'string' ? [keys] : keys;
  // One that checks whether the topic takes messages names no object.
  if (list === undefined || list === null) return NOTHING;
  if (!Array.isArray(list) || !list.every((key) => typeof key === 'string')) {
    return broken('it names no object');
  }
  return checked(list.map((key) => ({ bucket, key, region: null })));
}

/** EventBridge's "Object Created": the key as it is (S3 user guide, "EventBridge event message structure"). */
function fromEventBridge(value: Fields): Announced {
  if (value['source'] !== 'aws.s3' || value['detail-type'] !== 'Object Created') return NOTHING;
  const bucket = within(value['detail'], 'bucket', 'name');
  const key = within(value['detail'], 'object', 'key');
  if (typeof bucket !== 'string' || typeof key !== 'string') return broken('it names no object');
  return checked([{ bucket, key, region: regionIn(value['region']) }]);
}

function checked(files: readonly AnnouncedFile[]): Announced {
  if (files.length > MOST_FILES) return broken(`it announces more than ${MOST_FILES} files`);
  for (const { bucket, key } of files) {
    if (bucket.length > 255 || key === '' || Buffer.byteLength(key) > LONGEST_KEY || !key.isWellFormed()) {
      return broken('the name of its object is none');
    }
    // Such a name is possible in S3, and CloudTrail writes none.
    if (/\p{Cc}/u.test(key) || /\p{Cc}/u.test(bucket)) return broken('the name of its object is none');
  }
  return { ok: true, files };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function regionIn(value: unknown): string | null {
  return typeof value === 'string' && partitionOfRegion(value) !== null ? value : null;
}

function isJson(text: string): boolean {
  try {
    return isFields(JSON.parse(text));
  } catch {
    return false;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What the name of a file tells: events of an account and region, something else, or nothing. */
export type FileName =
  | { readonly kind: 'events'; readonly accountId: string; readonly region: string }
  | { readonly kind: 'other' }
  | { readonly kind: 'unknown' };

/**
 * CloudTrail writes `[PREFIX/]AWSLogs/[o-ORGANIZATION/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/FILE.json.gz`; digests and
 * insights, and logs of other services, lie beside it. A bucket may be laid out otherwise by whoever copies files.
 */
export function readFileName(key: string): FileName {
  if (key.endsWith('/')) return { kind: 'other' };
  const [, accountId, what, rest] =
    /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)*(\d{12})\/([A-Za-z0-9_-]+)\/(.*)$/.exec(key) ?? [];
  if (accountId === undefined || what === undefined) {
    return /\.(?:json|jsonl|log)(?:\.gz)?$/i.test(key) &&
      !/(?:^|[/_])CloudTrail-(?:Digest|Insight|Aggregated)/.test(key)
      ? { kind: 'unknown' }
      : { kind: 'other' };
  }
  if (what !== 'CloudTrail' || !/\.json(?:\.gz)?$/i.test(key)) return { kind: 'other' };
  const [region = ''] = (rest ?? '').split('/');
  return { kind: 'events', accountId, region: partitionOfRegion(region) === null ? '' : region };
}
