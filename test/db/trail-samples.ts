import { NEW_QUEUE, type TrailFile, type TrailQueue } from '../../src/domain/trail-queue.ts';

/** A queue and its files, for the stores and for what is shown of them. */

export function trailQueue(changes: Partial<TrailQueue> = {}): TrailQueue {
  return {
    id: '01k0000000000000000000000q',
    connectionId: 'c1',
    partition: 'aws',
    region: 'eu-central-1',
    accountId: '123456789012',
    name: 'trail-events',
    bucket: 'acme-trail',
    setBy: 'U0ADMIN',
    setAt: 1_000,
    readAt: null,
    state: NEW_QUEUE,
    version: 1,
    ...changes,
  };
}

export function trailFile(changes: Partial<TrailFile> = {}): TrailFile {
  return {
    queueId: '01k0000000000000000000000q',
    bucket: 'acme-trail',
    key: 'AWSLogs/123456789012/CloudTrail/eu-central-1/2026/01/01/a.json.gz',
    accountId: '123456789012',
    region: 'eu-central-1',
    bucketRegion: null,
    arrivedAt: 2_000,
    state: 'waiting',
    tries: 0,
    failedAt: null,
    reason: null,
    nextAt: 2_000,
    ...changes,
  };
}
