import { gzipSync } from 'node:zlib';
import type { Account } from '../accounts/account.ts';
import type { StoredBucket } from '../accounts/bucket.ts';
import type { HistoryEvent } from '../accounts/history.ts';
import type { StoredQueue } from '../accounts/queue.ts';
import { compactTime } from '../wire/sigv4.ts';

/** How a file is announced. */
export type AnnouncedBy = 's3' | 'sns' | 'sns-raw' | 'eventbridge' | 'cloudtrail' | 'cloudtrail-raw';

export interface TrailSettings {
  readonly bucket: StoredBucket;
  readonly queue: StoredQueue;
  readonly accounts: readonly Account[];
  readonly prefix?: string;
  /** The organisation whose trail it is, such as `o-exampleorgid`. */
  readonly organizationId?: string;
  readonly announcedBy?: AnnouncedBy;
  /** How long after an event its file is written; ms. */
  readonly delayMs?: number;
  /** What is left out, such as events of other regions. */
  readonly only?: (event: HistoryEvent, region: string) => boolean;
}

/** A trail: what its accounts did comes as packed files into a bucket, each announced in a queue. */
export class Trail {
  readonly settings: TrailSettings;
  isLogging = true;
  private readonly delivered = new Map<string, number>();
  private files = 0;

  /** What happened before it was made is not in its files. */
  constructor(settings: TrailSettings) {
    this.settings = settings;
    for (const account of settings.accounts) {
      for (const region of account.regions) {
        this.delivered.set(`${account.id} ${region}`, account.in(region).history.added);
      }
    }
  }

  /** Writes what is due. */
  deliver(now: number): void {
    const { accounts, delayMs = 5 * 60_000, only = () => true } = this.settings;
    for (const account of accounts) {
      for (const region of account.regions) {
        const place = `${account.id} ${region}`;
        const { history } = account.in(region);
        const from = this.delivered.get(place) ?? 0;
        const next = history.since(from);
        // In the order in which they were added: one that is not due yet holds up those behind it.
        const first = next.findIndex(({ visibleAt }) => visibleAt + delayMs > now);
        const due = first < 0 ? next : next.slice(0, first);
        if (due.length === 0) continue;
        this.delivered.set(place, from + due.length);
        const records = due.filter((event) => only(event, region)).map(({ record }) => record);
        if (this.isLogging && records.length > 0) this.write(account.id, region, records, now);
      }
    }
  }

  /** Writes one file and announces it; its key. */
  write(accountId: string, region: string, records: readonly unknown[], now: number): string {
    this.files += 1;
    const { bucket, prefix, organizationId } = this.settings;
    const at = new Date(now).toISOString();
    const unique = String(this.files).padStart(16, '0');
    const key = [
      ...(prefix === undefined ? [] : [prefix]),
      'AWSLogs',
      ...(organizationId === undefined ? [] : [organizationId]),
      accountId,
      'CloudTrail',
      region,
      at.slice(0, 10).replaceAll('-', '/'),
      `${accountId}_CloudTrail_${region}_${compactTime(now).replace(/\d\dZ$/, 'Z')}_${unique}.json.gz`,
    ].join('/');
    bucket.put(key, gzipSync(JSON.stringify({ Records: records })));
    this.announce(key, now);
    return key;
  }

  announce(key: string, now: number): void {
    const { queue, bucket, announcedBy = 's3' } = this.settings;
    queue.send(announcement(announcedBy, bucket, key, now), now);
  }
}

/** The body of the message that announces an object. */
export function announcement(by: AnnouncedBy, bucket: StoredBucket, key: string, now: number): string {
  const at = new Date(now).toISOString();
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: at,
    eventName: 'ObjectCreated:Put',
    s3: {
      s3SchemaVersion: '1.0',
      bucket: { name: bucket.name, arn: `arn:aws:s3:::${bucket.name}` },
      // As a form writes it: a space is a plus sign.
      object: { key: encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/') },
    },
  };
  const s3 = JSON.stringify({ Records: [record] });
  const cloudTrail = JSON.stringify({ s3Bucket: bucket.name, s3ObjectKey: [key] });
  const envelope = (Message: string): string =>
    JSON.stringify({
      Type: 'Notification',
      MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
      TopicArn: `arn:aws:sns:${bucket.region}:${bucket.accountId}:trail`,
      Message,
      Timestamp: at,
      SignatureVersion: '1',
    });
  switch (by) {
    case 's3':
    case 'sns-raw':
      return s3;
    case 'sns':
      return envelope(s3);
    case 'cloudtrail':
      return envelope(cloudTrail);
    case 'cloudtrail-raw':
      return cloudTrail;
    case 'eventbridge':
      return JSON.stringify({
        version: '0',
        'detail-type': 'Object Created',
        source: 'aws.s3',
        account: bucket.accountId,
        time: at,
        region: bucket.region,
        resources: [`arn:aws:s3:::${bucket.name}`],
        detail: { version: '0', bucket: { name: bucket.name }, object: { key }, reason: 'PutObject' },
      });
  }
}
