import { partitionOfRegion, type Partition } from './partition.ts';
import { unquoted } from './pasted-text.ts';
import type { WatchTrouble } from './watch.ts';

/** Where a queue is. */
export interface QueueAddress {
  readonly partition: Partition;
  readonly region: string;
  readonly accountId: string;
  readonly name: string;
}

/** What was seen of a queue. Times are ms. */
export interface QueueState {
  /** When a message came last, and when the queue was last found empty: all that was sent before had been taken in. */
  readonly heardAt: number | null;
  readonly drainedAt: number | null;
  /** Messages AWS says are in it, as of the last look. */
  readonly depth: number | null;
  /** When the oldest message was sent that the last look took in; null: it took none. */
  readonly oldestSentAt: number | null;
  /** The queue moves a message elsewhere by itself after so many receives; null: it does not. */
  readonly redriveAfter: number | null;
  /** Messages that are not understood and come back, with when they were met last. */
  readonly odd: readonly { readonly id: string; readonly at: number }[];
  /** Files that were announced for watched accounts. */
  readonly files: number;
  /** Files of accounts that are not watched, and announcements that name another bucket or hold no events. */
  readonly strangers: number;
  readonly ignored: number;
  /** What was set aside: how much, when last, and why. */
  readonly aside: number;
  readonly asideAt: number | null;
  readonly asideWhy: string | null;
  /** When the latest was announced that was set aside without telling whose it is; null: there was none. */
  readonly lostAt: number | null;
  /** The queue or its files cannot be read; it grows; it is silent or does not bring all; something was set aside. */
  readonly trouble: WatchTrouble | null;
  readonly behind: WatchTrouble | null;
  readonly gaps: WatchTrouble | null;
  readonly asideTrouble: WatchTrouble | null;
}

/** A queue that announces the files of a trail. */
export interface TrailQueue extends QueueAddress {
  readonly id: string;
  /** Which connection reads it, and the files. */
  readonly connectionId: string;
  /** The only bucket from which files are read. */
  readonly bucket: string;
  readonly setBy: string;
  readonly setAt: number;
  /** When a file was last read from the bucket; null: never. */
  readonly readAt: number | null;
  readonly state: QueueState;
  /** Counts up with each change; the compare-and-swap of every write but that of `readAt`. */
  readonly version: number;
}

/** A file that was announced and is not taken in yet, for one account; or what was set aside. Times are ms. */
export interface TrailFile {
  readonly queueId: string;
  readonly bucket: string;
  readonly key: string;
  /** Empty where its name does not tell: then the records do. */
  readonly accountId: string;
  readonly region: string;
  /** Where the bucket is, as far as the announcement says. */
  readonly bucketRegion: string | null;
  /** When it was announced. */
  readonly arrivedAt: number;
  readonly state: 'waiting' | 'aside';
  /** How often it could not be read for reasons of its own, since when anything went wrong, and what. */
  readonly tries: number;
  readonly failedAt: number | null;
  readonly reason: string | null;
  readonly nextAt: number;
}

/** How a file stands that nobody tried to read yet, or that is to be read as if nobody had. */
export const UNTRIED = { state: 'waiting', tries: 0, failedAt: null, reason: null } as const;

/** A queue nothing is known of yet. */
export const NEW_QUEUE: QueueState = {
  heardAt: null,
  drainedAt: null,
  depth: null,
  oldestSentAt: null,
  redriveAfter: null,
  odd: [],
  files: 0,
  strangers: 0,
  ignored: 0,
  aside: 0,
  asideAt: null,
  asideWhy: null,
  lostAt: null,
  trouble: null,
  behind: null,
  gaps: null,
  asideTrouble: null,
};

const NAME = /^[A-Za-z0-9_-]{1,80}(?:\.fifo)?$/;
/** S3 user guide, bucket naming rules. */
const BUCKET = /^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string };

/** The address in a queue's URL, of any form AWS gives, or in its ARN. */
export function readQueueAddress(typed: string): Read<QueueAddress> {
  const text = unquoted(typed);
  if (text === '') return { ok: false, why: 'Paste the URL of the queue; the SQS console shows it.' };
  const found = fromArn(text) ?? fromUrl(text);
  if (found === null) {
    return {
      ok: false,
      why: 'That is no queue. Its URL looks like https://sqs.eu-central-1.amazonaws.com/123456789012/trail-events.',
    };
  }
  const { region, accountId, name } = found;
  const partition = partitionOfRegion(region);
  if (partition === null) return { ok: false, why: `There is no region “${region}”: copy the URL again.` };
  if (name.endsWith('.fifo')) {
    return {
      ok: false,
      why: 'S3 cannot write to a FIFO queue. Make a standard queue, and let the bucket (or its topic) write to that.',
    };
  }
  return { ok: true, value: { partition, region, accountId, name } };
}

type Found = Omit<QueueAddress, 'partition'> | null;

function fromArn(text: string): Found {
  const [, region = '', accountId = '', name = ''] =
    /^arn:[a-z-]+:sqs:([a-z0-9-]+):(\d{12}):([^:/]+)$/.exec(text) ?? [];
  return NAME.test(name) ? { region, accountId, name } : null;
}

/** Of the path alone counts what AWS makes of it; the host says the region. */
function fromUrl(text: string): Found {
  const url = URL.parse(text);
  const [, accountId = '', name = ''] = /^\/(\d{12})\/([^/]+)\/?$/.exec(url?.pathname ?? '') ?? [];
  if (url === null || url.protocol !== 'https:' || !NAME.test(name)) return null;
  const region = regionOfHost(url.hostname);
  return region === null ? null : { region, accountId, name };
}

/** Service endpoints of SQS, present and former (AWS general reference, "Amazon SQS endpoints and quotas"). */
function regionOfHost(host: string): string | null {
  const domain = String.raw`(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|api\.aws)`;
  if (/^(?:sqs\.)?queue\.amazonaws\.com$/.test(host)) return 'us-east-1';
  return (
    new RegExp(String.raw`^sqs(?:-fips)?\.([a-z0-9-]+)\.${domain}$`).exec(host)?.[1] ??
    new RegExp(String.raw`^([a-z0-9-]+)\.queue\.${domain}$`).exec(host)?.[1] ??
    null
  );
}

/** A bucket's name, also out of its ARN or an `s3://` address. */
export function readBucket(typed: string): Read<string> {
  const text = unquoted(typed).replace(/^(?:s3:\/\/|arn:[a-z-]+:s3:::)/, '');
  const name = text.replace(/\/.*$/, '');
  if (name === '') return { ok: false, why: 'Type the name of the bucket the trail writes to.' };
  if (BUCKET.test(name)) return { ok: true, value: name };
  return {
    ok: false,
    why: 'That is no name of a bucket: they have lower case letters, digits, dots and hyphens.',
  };
}

/** The queue's URL as AWS takes it in a call; the client's own endpoint decides where it goes. */
export function queueUrl({ partition, region, accountId, name }: QueueAddress): string {
  const domain = DOMAINS[partition] ?? 'amazonaws.com';
  return `https://sqs.${region}.${domain}/${accountId}/${name}`;
}

const DOMAINS: Readonly<Partial<Record<Partition, string>>> = {
  'aws-cn': 'amazonaws.com.cn',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-eusc': 'amazonaws.eu',
};

export function queueArn({ partition, region, accountId, name }: QueueAddress): string {
  return `arn:${partition}:sqs:${region}:${accountId}:${name}`;
}
