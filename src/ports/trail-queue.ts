import type { TrailFile, TrailQueue } from '../domain/trail-queue.ts';
import type { Write } from './stores.ts';

/** A message as it came; `sentAt` in ms. */
export interface QueueMessage {
  readonly id: string;
  readonly body: string;
  /** What deletes it, for as long as it is hidden. */
  readonly receipt: string;
  /** How often it was received, this time included. */
  readonly receives: number;
  readonly sentAt: number;
}

/** What AWS says of a queue. The numbers are approximate. */
export interface QueueFacts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
  /** After how many receives the queue moves a message elsewhere; null: never. */
  readonly redriveAfter: number | null;
  /** How long it keeps messages; ms. */
  readonly retentionMs: number;
  /** The customer's own key it is encrypted with, or null. */
  readonly kmsKeyId: string | null;
}

/** One SQS queue. Errors are AwsFailures. */
export interface EventQueue {
  /**
   * Up to ten messages, hidden from others for `hiddenSeconds`; waits for some seconds when there are none (a long poll
   * asks all of SQS's servers: none means that there was none).
   */
  receive(hiddenSeconds: number, signal?: AbortSignal): Promise<readonly QueueMessage[]>;
  /** Deletes up to ten; answers the ids of those that were not. */
  remove(messages: readonly QueueMessage[], signal?: AbortSignal): Promise<readonly string[]>;
  facts(signal?: AbortSignal): Promise<QueueFacts>;
}

/** The files of a trail in S3. */
export interface EventFiles {
  /**
   * The whole file as it lies there, packed.
   * @throws AwsFailure; UnreadableFile when it is longer than any file of CloudTrail
   */
  read(
    file: { readonly bucket: string; readonly key: string; readonly region: string },
    signal?: AbortSignal,
  ): Promise<Uint8Array>;
}

/** A file that is itself at fault: reading it again gives the same. The message names no content. */
export class UnreadableFile extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'UnreadableFile';
  }
}

export interface TrailQueueStore {
  /** By the time they were set. */
  list(): Promise<TrailQueue[]>;
  byId(id: string): Promise<TrailQueue | null>;
  insert(queue: TrailQueue): Write;
  /** Stores all but `readAt` if the stored version is `queue.version - 1`; else a `conflict`. */
  update(queue: TrailQueue): Write;
  /** Notes that a file was read. Any number of rows. */
  noteRead(id: string, at: number): Write;
  /** Deletes it at exactly this version, and all of its files. */
  remove(id: string, version: number): readonly Write[];
}

/** What is left of a queue's files. */
export interface FilesLeft {
  readonly waiting: number;
  /** The first of those waiting that was announced and is due; when. */
  readonly oldestDueAt: number | null;
  readonly aside: number;
  /** One that waits because something else than itself was at fault. */
  readonly failing: TrailFile | null;
}

export interface TrailFileStore {
  /** Adds those that are not there. Any number of rows. */
  put(files: readonly TrailFile[]): Write;
  /**
   * Those of an account that are due (also those of a time far ahead: the clock was set back), by when they were announced; of
   * one queue where it is named.
   */
  due(accountId: string, now: number, limit: number, queueId?: string): Promise<TrailFile[]>;
  /** Accounts that have some; the empty name stands for files whose account is not known yet. */
  accountsDue(now: number): Promise<string[]>;
  /**
   * When the first that waits was announced, at `from` or later, of a queue's files of a region of an account, or of none
   * that is known; null: none waits.
   */
  oldest(queueId: string, accountId: string, region: string, from: number): Promise<number | null>;
  left(queueId: string, now: number): Promise<FilesLeft>;
  /** What was set aside, latest first. */
  aside(queueId: string, limit: number): Promise<TrailFile[]>;
  /** Stores it if its tries are still `from.tries`; else a `conflict`. */
  update(from: TrailFile, file: TrailFile): Write;
  /** Exactly one row. */
  remove(file: TrailFile): Write;
  /** Lets all files that were set aside be read again (what was no file goes). Any number of rows. */
  again(queueId: string, now: number): Write;
  /** What was set aside before. Any number of rows. */
  removeAsideBefore(at: number): Write;
}
