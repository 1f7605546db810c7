import { RekeyError } from '../errors.ts';
import type { Jobs } from '../ports/jobs.ts';
import type { Clock, Ids, Log } from '../ports/world.ts';
import { EVERY, RUN_TIMING, backoffMs, checkJob, leaseMs, runFields, runOnce, safeError } from './run.ts';
import type { Handler, RunTiming } from './run.ts';
import type { ClaimedJob, JobLimits, JobsTable } from './table.ts';

/** How many jobs run at a time. They wait for AWS and Slack, not for this machine. */
const CONCURRENCY = 16;

export interface SqliteJobsOptions {
  readonly table: JobsTable;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly timing?: RunTiming;
  /** No other process runs jobs of this file: what runs at the start was left by a dead one, and need not wait. */
  readonly alone?: boolean;
}

/** The jobs port on a table in the SQLite file: one process claims, and wakes at once for what it enqueues. */
export function sqliteJobs(options: SqliteJobsOptions): Jobs {
  const { table, clock, ids, log, timing = RUN_TIMING, alone = false } = options;
  const handlers = new Map<string, Handler>();
  const intervals = new Map<string, number>();
  const running = new Set<Promise<void>>();
  /** How many of a name run. */
  const busy = new Map<string, number>();
  /** No new work is taken. */
  const closing = new AbortController();
  /** What still runs must end. */
  const stopping = new AbortController();
  let woken = new AbortController();
  let loop: Promise<void> | null = null;
  let lastLook: number | null = null;
  let lastMend = -Infinity;

  function wake(): void {
    woken.abort();
  }

  async function enqueue(...[name, key, payload = {}, runAt]: Parameters<Jobs['enqueue']>): Promise<void> {
    checkJob(name, key, payload);
    const now = clock.now();
    await table.enqueue({ id: ids.next(), name, key, payload, runAt: runAt ?? now, now });
    wake();
  }

  /** Keeps the chain of a recurring job whole: its next run is there before this one is gone. */
  async function comesBack(job: ClaimedJob): Promise<void> {
    const interval = job.key === EVERY ? intervals.get(job.name) : undefined;
    if (interval !== undefined) await enqueue(job.name, EVERY, {}, clock.now() + interval);
  }

  async function failed(job: ClaimedJob, { options }: Handler, error: unknown): Promise<void> {
    const fields = { job: job.name, key: job.key, attempt: job.attempt, error };
    if (stopping.signal.aborted) {
      await table.release(job, clock.now());
    } else if (job.attempt <= options.retries) {
      log.warn('A job failed and is tried again.', fields);
      const now = clock.now();
      await table.retry(job, now + backoffMs(options, job.attempt), safeError(error), now);
    } else {
      log.error('A job failed for the last time.', fields);
      await comesBack(job);
      await table.bury(job, safeError(error), clock.now());
    }
  }

  async function run(job: ClaimedJob, handler: Handler): Promise<void> {
    try {
      await runOnce(handler, { ...job, dueAt: job.runAt }, { clock, timing, stopping: stopping.signal });
    } catch (error) {
      await failed(job, handler, error);
      return;
    }
    await comesBack(job);
    await table.complete(job);
  }

  function begin(job: ClaimedJob): void {
    const handler = handlers.get(job.name);
    if (handler === undefined) return;
    count(job.name, 1);
    const done = log
      .within(runFields(job), () => run(job, handler))
      .catch((error: unknown) => {
        // Its lease ends, and it is run again.
        log.error('The outcome of a job could not be saved.', { job: job.name, key: job.key, error });
      })
      .finally(() => {
        running.delete(done);
        count(job.name, -1);
        wake();
      });
    running.add(done);
  }

  function count(name: string, by: number): void {
    busy.set(name, (busy.get(name) ?? 0) + by);
  }

  /** The names of which another job may be run. */
  function able(limits: ReadonlyMap<string, JobLimits>): ReadonlyMap<string, JobLimits> {
    const isAble = (name: string): boolean =>
      (busy.get(name) ?? 0) < (handlers.get(name)?.options.atOnce ?? CONCURRENCY);
    return new Map([...limits].filter(([name]) => isAble(name)));
  }

  /** How long to wait after nothing could be claimed. */
  async function pause(limits: ReadonlyMap<string, JobLimits>): Promise<number> {
    const next = await table.nextAt([...able(limits).keys()]);
    const wait = next === null ? timing.pollMs : next - clock.now();
    return wait <= 0 ? timing.pollMs : Math.min(wait, timing.pollMs);
  }

  /** A clock that was set back leaves the next run of what recurs far ahead: it is brought near again. */
  async function mend(): Promise<void> {
    const now = clock.now();
    if (Math.abs(now - lastMend) < timing.mendMs) return;
    lastMend = now;
    for (const [name, interval] of intervals) {
      await table.hasten({ name, key: EVERY, runAt: now + interval, now });
    }
  }

  async function claimAndRun(limits: ReadonlyMap<string, JobLimits>): Promise<void> {
    while (!closing.signal.aborted) {
      let wait = timing.pollMs;
      try {
        await mend();
        // Renewed before the look, so that what is enqueued during it is not missed.
        woken = new AbortController();
        while (running.size < CONCURRENCY && !closing.signal.aborted) {
          const job = await table.claim(able(limits), clock.now());
          if (job === null) break;
          begin(job);
        }
        wait = await pause(limits);
        lastLook = clock.now();
      } catch (error) {
        log.error('The jobs table could not be read; it is tried again.', { error });
      }
      await sleep(wait);
    }
  }

  async function sleep(ms: number): Promise<void> {
    const signal = AbortSignal.any([woken.signal, closing.signal]);
    try {
      await clock.sleep(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  return {
    handle(name, options, run) {
      if (loop !== null || handlers.has(name)) {
        throw new RekeyError('internal', `The job ${name} was registered twice, or too late.`);
      }
      handlers.set(name, { options, run });
    },
    enqueue,
    async every(name, intervalMs) {
      intervals.set(name, intervalMs);
      const first = !(await table.has(name, EVERY));
      await enqueue(name, EVERY, {}, clock.now() + (first ? 0 : intervalMs));
    },
    async start() {
      const limits = new Map<string, JobLimits>();
      for (const [name, { options }] of handlers) {
        limits.set(name, { leaseMs: leaseMs(options, timing), runs: options.retries + 1 });
      }
      if (alone && loop === null) await table.free([...handlers.keys()], clock.now());
      loop ??= claimAndRun(limits);
    },
    async stop(graceMs) {
      closing.abort();
      await loop;
      const ended = new AbortController();
      const all = Promise.all(running).finally(() => ended.abort());
      await Promise.race([all, clock.sleep(graceMs, ended.signal).catch(() => undefined)]);
      stopping.abort(new RekeyError('expired', 'Rekey is stopping.'));
      await all;
    },
    deadLetters: (limit) => table.deadLetters(limit),
    lastLook: () => lastLook,
  };
}
