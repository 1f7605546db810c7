import type { DeadLetter, JobPayload } from '../ports/jobs.ts';

/** What the table must know of a name to hand out its jobs. */
export interface JobLimits {
  /** How long a claim holds; ms. */
  readonly leaseMs: number;
  /** How often a job is run in all before it is a dead letter. */
  readonly runs: number;
}

export interface ClaimedJob {
  readonly id: string;
  readonly name: string;
  readonly key: string;
  readonly payload: JobPayload;
  /** 1 for the first run. With the id it names this claim: a later claim counts it up. */
  readonly attempt: number;
  /** When it was to be run; ms. */
  readonly runAt: number;
}

/**
 * Jobs in a table. Each call is one short transaction; a call that names a claim does nothing when the claim was
 * lost since. Errors are RekeyErrors. Times are ms.
 */
export interface JobsTable {
  /** Adds a waiting job, or moves the one that waits under this name and key to an earlier time. */
  enqueue(job: {
    readonly id: string;
    readonly name: string;
    readonly key: string;
    readonly payload: JobPayload;
    readonly runAt: number;
    readonly now: number;
  }): Promise<void>;
  /** Moves what waits under this name and key to an earlier time; nothing when nothing does. */
  hasten(job: {
    readonly name: string;
    readonly key: string;
    readonly runAt: number;
    readonly now: number;
  }): Promise<void>;
  /** True when a job of this name and key waits or runs. */
  has(name: string, key: string): Promise<boolean>;
  /**
   * Takes the next job that is due: one whose process died (its lease ended) before one that waits. A job that
   * died in its last run becomes a dead letter instead. Null when nothing is due.
   */
  claim(limits: ReadonlyMap<string, JobLimits>, now: number): Promise<ClaimedJob | null>;
  /** Ends the lease of whatever runs under these names: whoever ran it is dead. */
  free(names: readonly string[], now: number): Promise<void>;
  /** When the next claim can succeed, or null when nothing waits or runs. */
  nextAt(names: readonly string[]): Promise<number | null>;
  complete(job: ClaimedJob): Promise<void>;
  /** Back to waiting; dropped when a follow-up waits, which does the same work and is run no later. */
  retry(job: ClaimedJob, runAt: number, error: string, now: number): Promise<void>;
  /** Back to waiting as if this run had not begun. */
  release(job: ClaimedJob, now: number): Promise<void>;
  bury(job: ClaimedJob, error: string, now: number): Promise<void>;
  /** Newest first. */
  deadLetters(limit: number): Promise<DeadLetter[]>;
}
