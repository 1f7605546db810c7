/** What a job carries: ids only, never a secret and nothing typed. */
export type JobPayload = Readonly<Record<string, string | number | boolean | null>>;

export interface JobRun {
  /** What it was enqueued under. */
  readonly key: string;
  readonly payload: JobPayload;
  /** 1 for the first try. */
  readonly attempt: number;
  /** When it was to be run; ms. */
  readonly dueAt: number;
  /** Aborted at the deadline and when the process stops. */
  readonly signal: AbortSignal;
}

export interface JobOptions {
  /** A run longer than this is aborted, and its lease ends soon after; ms. */
  readonly deadlineMs: number;
  /**
   * The lease ends this long after its process was last heard of, where another process could take over; ms, 10 s at
   * least. For long work only whose every write is a compare-and-swap: a process that cannot reach the database for so
   * long loses its lease before its deadline, and is told as soon as it can reach it again.
   */
  readonly heartbeatMs?: number;
  /**
   * So many jobs of this name an instance runs at a time, at the most; several when left out. On PostgreSQL each of them
   * asks for work by itself: what only looks round now and then asks once.
   */
  readonly atOnce?: number;
  /** How often a failed run is tried again before it becomes a dead letter. */
  readonly retries: number;
  /** Wait before the first retry, doubled each time up to an hour; ms. */
  readonly backoffMs: number;
}

export interface DeadLetter {
  readonly name: string;
  readonly key: string;
  readonly payload: JobPayload;
  /** Class and message of the last error, without secrets. */
  readonly error: string;
  readonly at: number;
}

/**
 * Durable work. One job waits per (name, key): a second `enqueue` while it waits changes nothing but an earlier
 * run-at; while it runs, it makes one follow-up. Each job is run at least once, by one process at a time as far
 * as leases can tell.
 */
export interface Jobs {
  /** Before `start`. One handler a name. */
  handle(name: string, options: JobOptions, run: (job: JobRun) => Promise<void>): void;
  /** `runAt` in ms since the epoch; now when omitted. */
  enqueue(name: string, key: string, payload?: JobPayload, runAt?: number): Promise<void>;
  /** Runs a job by this name again and again; survives restarts, and a missed run is made up once. */
  every(name: string, intervalMs: number): Promise<void>;
  start(): Promise<void>;
  /** Takes no new work, waits up to `graceMs` for what runs, then aborts it. */
  stop(graceMs: number): Promise<void>;
  deadLetters(limit: number): Promise<DeadLetter[]>;
  /** When this process last asked the queue for work and was answered; ms, null before the first time. */
  lastLook(): number | null;
}
