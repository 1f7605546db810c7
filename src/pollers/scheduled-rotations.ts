import type { Services } from '../handlers/services.ts';
import { pauseOf } from '../handlers/pause.ts';
import { beginScheduled } from '../handlers/rotations/schedule-begin.ts';
import { scheduleStop } from '../handlers/rotations/schedule-stop.ts';
import { scheduleOfAccount } from '../handlers/rotations/schedules.ts';
import type { Jobs } from '../ports/jobs.ts';

const MINUTE_MS = 60_000;
const JOB = 'scheduled-rotations';

/**
 * Begins what the schedules of all accounts want begun now; one that fails does not keep the others. Any number of
 * instances may do so at the same time. Answers how many were begun.
 */
export async function goThroughSchedules(services: Services, signal: AbortSignal): Promise<number> {
  const { stores, log } = services;
  if ((await pauseOf(services)) !== null || (await scheduleStop(services)) !== null) return 0;
  let begun = 0;
  for (const { accountId } of await stores.inventory.accounts.list()) {
    if (signal.aborted) break;
    const found = await scheduleOfAccount(services, accountId);
    if (found === null) continue;
    try {
      if (await beginScheduled(services, found, signal)) begun += 1;
    } catch (error) {
      log.error('rotations by schedule could not begin', { accountId, error });
    }
  }
  return begun;
}

/** Before the jobs are started. */
export function handleScheduleJobs(services: Services): void {
  services.jobs.handle(
    JOB,
    // When its process is killed, nothing begins until the lease is over: so it is short.
    { deadlineMs: 2 * MINUTE_MS, atOnce: 1, retries: 12, backoffMs: 10_000 },
    async ({ signal }) => void (await goThroughSchedules(services, signal)),
  );
}

/** Its rhythm, once the jobs are started. */
export async function beginScheduleJobs(jobs: Jobs): Promise<void> {
  await jobs.every(JOB, MINUTE_MS);
}
