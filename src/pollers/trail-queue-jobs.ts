import type { Services } from '../handlers/services.ts';
import { QUEUE_JOB } from '../handlers/trail-queues/job.ts';
import type { Jobs } from '../ports/jobs.ts';
import { hearQueue, QUEUE_RUN_MS } from './trail-queue/hear.ts';
import { WATCH_JOB } from './watch-job.ts';

const ROUNDS_JOB = 'trail-rounds';
const ROUND_MS = 20_000;
const PRUNE_JOB = 'trail-prune';
const DAY_MS = 86_400_000;
/** As long as anybody could read the file again by hand. */
const KEEP_ASIDE_MS = 90 * DAY_MS;

/** Registers what listens to trail queues: `trail-queue`, with a queue's id as key, and the rounds that enqueue it. */
export function handleTrailQueueJobs(services: Services): void {
  const { jobs, stores, clock } = services;
  jobs.handle(QUEUE_JOB, { deadlineMs: QUEUE_RUN_MS, retries: 12, backoffMs: 10_000 }, ({ key, signal }) =>
    hearQueue(services, key, signal),
  );
  jobs.handle(ROUNDS_JOB, { deadlineMs: 60_000, atOnce: 1, retries: 12, backoffMs: 5_000 }, () =>
    goTrailRounds(services),
  );
  jobs.handle(PRUNE_JOB, { deadlineMs: 600_000, atOnce: 1, retries: 5, backoffMs: 60_000 }, () =>
    stores.atomically([stores.watch.files.removeAsideBefore(clock.now() - KEEP_ASIDE_MS)]),
  );
}

/** Sets the rhythm. */
export async function beginTrailQueueJobs(jobs: Jobs): Promise<void> {
  await jobs.every(ROUNDS_JOB, ROUND_MS);
  await jobs.every(PRUNE_JOB, DAY_MS);
}

/**
 * Listens to every queue, and has the files taken in that wait for an account. Those of one that was disconnected just
 * when they were announced are forgotten: nobody would ever take them, and the queue would count as behind for good.
 */
export async function goTrailRounds({ stores, jobs, clock }: Services): Promise<void> {
  const queues = await stores.watch.queues.list();
  for (const { id } of queues) await jobs.enqueue(QUEUE_JOB, id);
  const due = await stores.watch.files.accountsDue(clock.now());
  const connections = due.length === 0 ? [] : await stores.connections.list();
  for (const accountId of due) {
    if (accountId === '') continue;
    if (connections.some((each) => each.accountId === accountId)) await jobs.enqueue(WATCH_JOB, accountId);
    else await stores.atomically(stores.watch.accounts.forget(accountId));
  }
}
