import type { JobWithMetadata } from 'pg-boss';
import { RekeyError } from '../errors.ts';
import type { JobPayload, Jobs } from '../ports/jobs.ts';
import type { Clock, Log } from '../ports/world.ts';
import {
  DEAD_LETTERS,
  RETENTION_SECONDS,
  deadLetterOf,
  keyOf,
  newBoss,
  newest,
  payloadOf,
  queueOptions,
  reached,
  singletonKey,
} from './boss.ts';
import { EVERY, RUN_TIMING, backoffMs, checkJob, runFields, runOnce, safeError } from './run.ts';
import type { Handler, RunTiming } from './run.ts';

/** How many jobs of one name an instance runs at a time, unless the name says otherwise. */
const CONCURRENCY = 4;

export interface PostgresJobsOptions {
  /** `postgres://…`; never shown. */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly timing?: RunTiming;
  /** How often jobs of processes that died are looked for; seconds, at least 1. */
  readonly superviseSeconds?: number;
}

/**
 * The jobs port on pg-boss, in its own schema `pgboss`. How its words map:
 * - A name is a queue of policy `stately` with the key as singleton key: one job of a key is created, one in
 *   retry, one active. `enqueue` looks for what waits first, so that created and retry are one to the caller; in
 *   the narrow race between look and insert both can exist, and the work is done once more than needed.
 * - A run that fails while other work of its key waits is completed: the waiting job does the same work. Left to
 *   itself pg-boss would meet its own unique index and declare the job dead.
 * - Backoff is in whole seconds, and pg-boss lengthens each wait at random by up to its double.
 * - The lease is pg-boss's expiry, or the end of its heartbeat where a job has one; its supervisor looks every
 *   `superviseSeconds`.
 * Payloads hold ids only, and what is kept of an error is {@link safeError}.
 */
export function postgresJobs(options: PostgresJobsOptions): Jobs {
  const { clock, log, timing = RUN_TIMING, superviseSeconds = 10 } = options;
  const handlers = new Map<string, Handler>();
  const intervals = new Map<string, number>();
  const queues = new Map<string, Promise<void>>();
  const workers = new Map<string, string[]>();
  /** No new work is taken. */
  const closing = new AbortController();
  /** What still runs must end. */
  const stopping = new AbortController();
  let mending: Promise<void> | null = null;
  let opening: Promise<void> | null = null;
  const boss = newBoss(options.url, superviseSeconds);
  const quieter = onceAMinute(clock);
  boss.on('error', (error) => {
    const unsaid = quieter();
    if (unsaid !== null) log.warn('The job queue met an error.', { reason: safeError(error), unsaid });
  });
  boss.on('warning', ({ message }) => log.warn('The job queue warns.', { reason: message }));

  async function open(): Promise<void> {
    await boss.start();
    await boss.createQueue(DEAD_LETTERS, { retentionSeconds: RETENTION_SECONDS });
  }

  /** Starts pg-boss once; after a failure the next call tries again. */
  async function opened(): Promise<void> {
    opening ??= open();
    try {
      await opening;
    } catch (error) {
      opening = null;
      throw error;
    }
  }

  /** Makes a queue once. */
  async function ready(name: string): Promise<void> {
    await opened();
    const making = queues.get(name) ?? makeQueue(name);
    queues.set(name, making);
    await making.catch((error: unknown) => {
      queues.delete(name);
      throw error;
    });
  }

  async function makeQueue(name: string): Promise<void> {
    const handler = handlers.get(name);
    const settings = queueOptions(handler?.options, timing);
    await boss.createQueue(name, { policy: 'stately', ...settings });
    if (handler === undefined) return;
    await boss.updateQueue(name, settings);
    // A job takes its settings along when it is made, perhaps by a tool or an older version.
    const made = await boss.findJobs(name, { queued: true });
    for (const { id } of made) await boss.update(name, undefined, { id, ...settings });
  }

  async function waiting(name: string, key: string): Promise<JobWithMetadata[]> {
    return reached(() => boss.findJobs<object>(name, { key: singletonKey(key), queued: true }));
  }

  function wake(name: string): void {
    for (const id of workers.get(name) ?? []) boss.notifyWorker(id);
  }

  async function put(...job: [name: string, key: string, payload: JobPayload, runAt: number]): Promise<void> {
    await reached(() => insertOrMove(...job));
  }

  /** The queue goes by the server's clock, from which ours may differ by hours: waits are told, not moments. */
  async function serverNow(): Promise<number> {
    const { rows } = await boss.getDb().executeSql('SELECT extract(epoch FROM now()) * 1000 AS ms');
    return Number(Reflect.get(Object(rows[0]), 'ms'));
  }

  async function insertOrMove(name: string, key: string, payload: JobPayload, runAt: number): Promise<void> {
    await ready(name);
    const waitMs = Math.max(0, runAt - clock.now());
    for (;;) {
      const [found] = await waiting(name, key);
      if (found === undefined) {
        const startAfter = waitMs === 0 ? {} : { startAfter: waitMs / 1_000 };
        if ((await boss.send(name, payload, { singletonKey: singletonKey(key), ...startAfter })) !== null)
          return;
      } else {
        if (waitMs >= found.startAfter.getTime() - (await serverNow())) return;
        const moved = { id: found.id, startAfter: waitMs / 1_000 };
        if ((await boss.update(name, undefined, moved)).updated > 0) return;
      }
    }
  }

  const enqueue: Jobs['enqueue'] = async (name, key, payload = {}, runAt = clock.now()) => {
    checkJob(name, key, payload);
    await put(name, key, payload, runAt);
    wake(name);
  };

  async function comesBack(name: string, key: string): Promise<void> {
    const interval = key === EVERY ? intervals.get(name) : undefined;
    if (interval !== undefined) await enqueue(name, EVERY, {}, clock.now() + interval);
  }

  async function run(handler: Handler, job: JobWithMetadata): Promise<void> {
    const { name } = job;
    const key = keyOf(job);
    const payload = payloadOf(job);
    const attempt = job.retryCount + 1;
    // Both by the server's clock.
    const lateMs = Math.max(0, job.startedOn.getTime() - job.startAfter.getTime());
    if (closing.signal.aborted) {
      // Fetched by a worker that was about to stop, perhaps what this stop had put back: another process runs it.
      await put(name, key, payload, clock.now());
      return;
    }
    try {
      await runOnce(
        handler,
        { key, payload, attempt, dueAt: clock.now() - lateMs },
        // pg-boss says when the lease was lost on the way.
        { clock, timing, stopping: AbortSignal.any([stopping.signal, job.signal]) },
      );
    } catch (error) {
      if (stopping.signal.aborted) {
        // The stop is not the job's fault: it waits again, with all its tries.
        await put(name, key, payload, clock.now());
        return;
      }
      log.warn('A job failed.', { job: name, key, attempt, error });
      if (attempt > handler.options.retries) await comesBack(name, key);
      else if ((await waiting(name, key)).length > 0) {
        // No later than this one would have been tried again.
        await put(name, key, payload, clock.now() + backoffMs(handler.options, attempt));
        return;
      }
      // pg-boss keeps what it is thrown, with its stack and whatever else hangs on it.
      const kept = new Error(safeError(error));
      delete kept.stack;
      throw kept;
    }
    await comesBack(name, key);
  }

  async function work(name: string, handler: Handler): Promise<void> {
    await ready(name);
    const ids: string[] = [];
    const options = {
      includeMetadata: true,
      pollingIntervalSeconds: Math.max(0.5, timing.pollMs / 1_000),
    } as const;
    // One by one, because pg-boss wakes workers by id and names only the first of a group.
    for (let n = 0; n < (handler.options.atOnce ?? CONCURRENCY); n += 1) {
      ids.push(
        await boss.work(name, options, async (jobs: JobWithMetadata[]) => {
          try {
            for (const job of jobs) {
              const fields = runFields({ id: job.id, name, payload: payloadOf(job) });
              await log.within(fields, () => run(handler, job));
            }
          } finally {
            // Or the next job of this queue would wait for the next poll.
            if (!closing.signal.aborted) wake(name);
          }
        }),
      );
    }
    workers.set(name, ids);
  }

  /** A run that was lost together with its process was also to bring the next one. */
  async function mend(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await clock.sleep(timing.mendMs, stopping.signal);
        for (const [name, interval] of intervals) await enqueue(name, EVERY, {}, clock.now() + interval);
      } catch (error) {
        if (!stopping.signal.aborted) log.warn('Recurring jobs could not be looked after.', { error });
      }
    }
  }

  return {
    handle(name, options, run) {
      if (mending !== null || handlers.has(name)) {
        throw new RekeyError('internal', `The job ${name} was registered twice, or too late.`);
      }
      handlers.set(name, { options, run });
    },
    enqueue,
    async every(name, intervalMs) {
      intervals.set(name, intervalMs);
      const first = await reached(async () => {
        await ready(name);
        const found = await boss.findJobs(name, { key: singletonKey(EVERY) });
        return !found.some(({ state }) => ['created', 'retry', 'active'].includes(state));
      });
      await enqueue(name, EVERY, {}, clock.now() + (first ? 0 : intervalMs));
    },
    async start() {
      if (mending !== null) return;
      await reached(async () => {
        for (const [name, handler] of handlers) await work(name, handler);
      });
      mending = mend();
    },
    async stop(graceMs) {
      closing.abort();
      const ended = new AbortController();
      const stopped = boss
        .stop({ graceful: true, timeout: graceMs + timing.abortGraceMs + 1_000 })
        .finally(() => ended.abort());
      await Promise.race([stopped, clock.sleep(graceMs, ended.signal).catch(() => undefined)]);
      stopping.abort(new RekeyError('expired', 'Rekey is stopping.'));
      await stopped;
      await mending;
    },
    async deadLetters(limit) {
      return reached(async () => {
        await opened();
        return (await newest(boss, limit)).map(deadLetterOf);
      });
    },
    lastLook() {
      const looks = boss.getWipData().flatMap(({ lastFetchedOn }) => lastFetchedOn ?? []);
      return looks.length === 0 ? null : Math.max(...looks);
    },
  };
}

/**
 * Lets one line a minute through: a database that is away makes pg-boss say so several times a second. Answers how
 * many were kept back before it, or null for one that is kept back.
 */
function onceAMinute(clock: Clock): () => number | null {
  let last = -Infinity;
  let unsaid = 0;
  return () => {
    if (Math.abs(clock.now() - last) < 60_000) {
      unsaid += 1;
      return null;
    }
    const before = unsaid;
    last = clock.now();
    unsaid = 0;
    return before;
  };
}
