import { AssertionError } from 'node:assert';
import { PgBoss } from 'pg-boss';
import type { JobWithMetadata } from 'pg-boss';
import { RekeyError } from '../errors.ts';
import type { DeadLetter, JobOptions, JobPayload } from '../ports/jobs.ts';
import { leaseMs, safeError } from './run.ts';
import type { RunTiming } from './run.ts';

// How our words and pg-boss's meet.

/** Where pg-boss puts what has failed for good. */
export const DEAD_LETTERS = 'rekey.dead-letters';
/** How long dead letters and jobs that nobody takes are kept; seconds. */
export const RETENTION_SECONDS = 90 * 86_400;
/** Nobody reads what is done, and what recurs leaves a hundred thousand rows a day. */
const DONE_RETENTION_SECONDS = 3_600;
/** A page of pg-boss's listings. */
const PAGE = 1_000;

/** pg-boss on a pool of its own; its cron stays off (`every` needs finer steps and no clock of the server). */
export function newBoss(url: string, superviseSeconds: number): PgBoss {
  return new PgBoss({
    connectionString: url,
    application_name: 'rekey-jobs',
    schema: 'pgboss',
    max: 6,
    connectionTimeoutMillis: 10_000,
    schedule: false,
    registerInstance: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
  });
}

/** A queue's settings; without `options` those of a queue nobody here handles. */
export function queueOptions(options: JobOptions | undefined, timing: RunTiming) {
  const kept = {
    deadLetter: DEAD_LETTERS,
    retentionSeconds: RETENTION_SECONDS,
    deleteAfterSeconds: DONE_RETENTION_SECONDS,
  };
  if (options === undefined) return kept;
  return {
    ...kept,
    expireInSeconds: Math.ceil(leaseMs(options, timing) / 1_000),
    ...(options.heartbeatMs === undefined
      ? {}
      : { heartbeatSeconds: Math.ceil(options.heartbeatMs / 1_000) }),
    retryLimit: options.retries,
    retryDelay: Math.max(1, Math.ceil(options.backoffMs / 1_000)),
    retryBackoff: true,
    retryDelayMax: 3_600,
  };
}

/** pg-boss takes an empty singleton key for none. */
export function singletonKey(key: string): string {
  return `#${key}`;
}

export function keyOf(job: JobWithMetadata): string {
  return (job.singletonKey ?? '#').slice(1);
}

export function payloadOf(job: JobWithMetadata): JobPayload {
  const values = Object.entries(job.data).filter(
    (entry): entry is [string, JobPayload[string]] =>
      entry[1] === null || ['string', 'number', 'boolean'].includes(typeof entry[1]),
  );
  return Object.fromEntries(values);
}

export function deadLetterOf(job: JobWithMetadata): DeadLetter {
  return {
    name: job.sourceName ?? DEAD_LETTERS,
    key: keyOf(job),
    payload: payloadOf(job),
    error: messageIn(job.sourceOutput) ?? 'The process that ran it died, or its lease ended.',
    at: job.createdOn.getTime(),
  };
}

/** The last dead letters, newest first; pg-boss lists oldest first, a page at a time. */
export async function newest(boss: PgBoss, limit: number): Promise<JobWithMetadata[]> {
  let kept: JobWithMetadata[] = [];
  let after: { after: string } | undefined;
  for (;;) {
    const page = await boss.findJobs<object>(DEAD_LETTERS, { limit: PAGE, ...after });
    kept = [...kept, ...page].slice(-limit);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return kept.toReversed();
    after = { after: last.id };
  }
}

function messageIn(output: unknown): string | null {
  const message: unknown =
    typeof output === 'object' && output !== null ? Reflect.get(output, 'message') : null;
  return typeof message === 'string' ? message : null;
}

/** Whatever pg-boss or its driver throws becomes a RekeyError without their words, which may quote values. */
export async function reached<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof RekeyError) throw error;
    if (error instanceof AssertionError) {
      throw new RekeyError('internal', 'The job queue was used in a way it refuses.', { cause: error });
    }
    throw new RekeyError('unreachable', 'The job queue in PostgreSQL did not answer.', {
      next: 'Try again in a moment; if it stays so, run `npm run doctor` on the host.',
      cause: new Error(safeError(error)),
    });
  }
}
