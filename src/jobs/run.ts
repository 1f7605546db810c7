import { RekeyError } from '../errors.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { JobOptions, JobPayload, JobRun } from '../ports/jobs.ts';
import type { Clock } from '../ports/world.ts';

/** The key of what comes back by itself. */
export const EVERY = 'every';

/** The longest wait between two tries; ms. */
const LONGEST_BACKOFF_MS = 3_600_000;

/** A handler and how it wants to be run. */
export interface Handler {
  readonly options: JobOptions;
  readonly run: (job: JobRun) => Promise<void>;
}

/** How a job is run: all times in ms. */
export interface RunTiming {
  /** How often the queue is looked at when nothing wakes it. */
  readonly pollMs: number;
  /** How long an aborted handler may take to return before it is left behind. */
  readonly abortGraceMs: number;
  /** How much longer than deadline and grace a lease holds, for clocks that differ and slow writes. */
  readonly leaseSlackMs: number;
  /** How often recurring jobs are looked after where another process may have lost one. */
  readonly mendMs: number;
}

export const RUN_TIMING: RunTiming = {
  pollMs: 2_000,
  abortGraceMs: 5_000,
  leaseSlackMs: 10_000,
  mendMs: 60_000,
};

/**
 * Refuses what one of the engines could not hold: pg-boss's alphabet for names, PostgreSQL's texts without NUL.
 * @throws RekeyError `invalid`.
 */
export function checkJob(name: string, key: string, payload: JobPayload): void {
  const texts = [key, ...Object.keys(payload), ...Object.values(payload)];
  const storable = (text: JobPayload[string]): boolean =>
    typeof text !== 'string' || (text.isWellFormed() && !text.includes('\0'));
  if (/^[\w./-]{1,200}$/.test(name) && texts.every(storable)) return;
  throw new RekeyError('invalid', 'A job has a name, key or payload that cannot be stored.');
}

/**
 * What every log line of a run carries: the id of the click that asked for it, when its payload has one, else the
 * job's own, so that the calls of one run are found together.
 */
export function runFields(job: {
  readonly id: string;
  readonly name: string;
  readonly payload: JobPayload;
}): { readonly job: string; readonly correlationId: string } {
  const { correlationId } = job.payload;
  return { job: job.name, correlationId: typeof correlationId === 'string' ? correlationId : job.id };
}

/** How long one run may be believed to be under way. */
export function leaseMs(options: JobOptions, timing: RunTiming): number {
  return options.deadlineMs + timing.abortGraceMs + timing.leaseSlackMs;
}

/** The wait after a failed run (1 for the first): doubled each time, up to an hour. */
export function backoffMs(options: JobOptions, attempt: number): number {
  return Math.min(LONGEST_BACKOFF_MS, options.backoffMs * 2 ** Math.min(attempt - 1, 40));
}

/**
 * Runs a handler once. Its signal is aborted at the deadline and when `stopping` is; a handler that does not
 * return within the grace after that is left behind, and counts as failed.
 * @throws what the handler threw, or the reason of the abort.
 */
export async function runOnce(
  { options, run }: Handler,
  job: Omit<JobRun, 'signal'>,
  {
    clock,
    timing,
    stopping,
  }: { readonly clock: Clock; readonly timing: RunTiming; readonly stopping: AbortSignal },
): Promise<void> {
  const finished = new AbortController();
  // Not one of `AbortSignal.any`: Node keeps such a signal, and all that hangs on whoever still listens to it, for as long
  // as what it follows lives, and `stopping` lives as long as the process.
  const ending = new AbortController();
  const { signal } = ending;
  const stop = (): void => ending.abort(stopping.reason);
  if (stopping.aborted) stop();
  else stopping.addEventListener('abort', stop, { once: true });
  void after(clock, options.deadlineMs, finished.signal, () => {
    ending.abort(new RekeyError('expired', 'The job ran past its deadline and was stopped.'));
  });
  const leftBehind = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      void after(clock, timing.abortGraceMs, finished.signal, () => reject(asError(signal.reason)));
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
  try {
    await Promise.race([
      run({ key: job.key, payload: job.payload, attempt: job.attempt, dueAt: job.dueAt, signal }),
      leftBehind,
    ]);
  } finally {
    finished.abort();
    stopping.removeEventListener('abort', stop);
  }
}

/** What may be kept and shown of a failure: our own messages hold no secret, those of others may. */
export function safeError(error: unknown): string {
  if (error instanceof RekeyError || error instanceof AwsFailure) return `${error.name}: ${error.message}`;
  if (typeof error !== 'object' || error === null) return 'Something that is no error was thrown.';
  const name = error instanceof Error ? error.name : 'An object';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^[\w.-]{1,60}$/.test(code) ? `${name} (${code})` : name;
}

/** Calls `then` after `ms`, unless `cancelled` is aborted first. */
async function after(clock: Clock, ms: number, cancelled: AbortSignal, then: () => void): Promise<void> {
  try {
    await clock.sleep(ms, cancelled);
  } catch {
    return; // cancelled
  }
  then();
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The job was stopped.');
}
