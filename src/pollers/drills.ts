import { followDrill } from '../handlers/drills/follow.ts';
import type { Services } from '../handlers/services.ts';
import type { Jobs } from '../ports/jobs.ts';

const DRILLS_JOB = 'drills';
const RUN_MS = 30_000;
const LOOK_EVERY_MS = 5_000;

/** Registers what follows a drill. */
export function handleDrillJobs(services: Services): void {
  const options = { deadlineMs: RUN_MS, atOnce: 1, retries: 12, backoffMs: 2_000 };
  services.jobs.handle(DRILLS_JOB, options, () => followDrill(services));
}

/** Sets its rhythm. */
export async function beginDrillJobs(jobs: Jobs): Promise<void> {
  await jobs.every(DRILLS_JOB, LOOK_EVERY_MS);
}
