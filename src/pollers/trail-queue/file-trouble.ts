import type { TrailFile, TrailQueue } from '../../domain/trail-queue.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import { ThreadEnded } from '../../ports/judges.ts';
import { UnreadableFile } from '../../ports/trail-queue.ts';
import { reasonOf } from '../../verification/reasons.ts';
import { isTrouble } from '../inventory/trouble.ts';

/** A file that is itself at fault is read again after these waits, then set aside. */
const AGAIN_AFTER = [1, 2, 4, 8, 15].map((minutes) => minutes * 60_000);
/** When the source is at fault, no file is: they wait for as long as it takes. */
const SOURCE_AGAIN_MS = 60_000;

/** What becomes of a file that could not be read. */
export interface FileOutcome {
  readonly file: TrailFile;
  /** The other files of its queue would fail alike. */
  readonly ofAll: boolean;
}

/**
 * Whether the file or its source is at fault, and what becomes of it. Whoever is not allowed, throttled or cut off says
 * nothing about the file, unless others could be read meanwhile.
 * @throws what is neither, such as a database that does not answer
 */
export function failedFile(
  file: TrailFile,
  queue: Pick<TrailQueue, 'readAt'>,
  error: unknown,
  now: number,
): FileOutcome {
  const failedAt = file.failedAt ?? now;
  if (isOfFile(error, queue, failedAt)) {
    const wait = AGAIN_AFTER[file.tries];
    // A refusal counts once for each time others could be read since.
    const since = error instanceof AwsFailure ? now : failedAt;
    const failed = { ...file, tries: file.tries + 1, failedAt: since, reason: whyOf(error) };
    return {
      file: wait === undefined ? { ...failed, state: 'aside' } : { ...failed, nextAt: now + wait },
      ofAll: false,
    };
  }
  if (!isTrouble(error)) throw error;
  return {
    file: { ...file, failedAt, reason: whyOf(error), nextAt: now + SOURCE_AGAIN_MS },
    ofAll: !(error instanceof AwsFailure && error.code.startsWith('denied_')),
  };
}

function isOfFile(error: unknown, { readAt }: Pick<TrailQueue, 'readAt'>, failedAt: number): boolean {
  // What brings the judging thread down would do so again.
  if (error instanceof UnreadableFile || error instanceof ThreadEnded) return true;
  if (!(error instanceof AwsFailure)) return false;
  if (error.code === 'no_such_entity') return error.awsName !== 'NoSuchBucket';
  // S3 says of an object that is gone that it is denied, to whoever may not list the bucket (facts: S3 GetObject); one that
  // is archived, or encrypted with a key that cannot be used, fails in ways of its own.
  return readAt !== null && readAt > failedAt;
}

/** For people; neither a content nor a secret. */
export function whyOf(error: unknown): string {
  if (error instanceof AwsFailure) {
    if (error.awsName === 'NoSuchBucket') return 'There is no such bucket.';
    if (error.code === 'no_such_entity') return 'It is not in the bucket any more.';
    return reasonOf(error);
  }
  if (error instanceof UnreadableFile) return `The file cannot be read: ${error.message}.`;
  if (error instanceof ThreadEnded) return 'Judging it failed, or brought the thread down.';
  return error instanceof RekeyError ? error.message : 'It could not be read.';
}
