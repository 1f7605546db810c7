import { followContainments } from '../handlers/containments/aftermath.ts';
import { tellUntold } from '../handlers/containments/untold.ts';
import { askOwners } from '../handlers/owner-questions/ask.ts';
import type { Services } from '../handlers/services.ts';
import type { Jobs } from '../ports/jobs.ts';

const PEOPLE_JOB = 'people';
const RUN_MS = 2 * 60_000;
const EVERY_MS = 10_000;
/** A process that is killed takes a try with it. */
const RETRIES = 12;

/** Asks owners and whoever else is to be asked about incidents and containments, and tells what nobody was told of. */
export async function askPeople(services: Services, signal: AbortSignal): Promise<number> {
  const asked = await askOwners(services, signal);
  const followed = await followContainments(services, signal);
  return asked + followed + (await tellUntold(services, signal));
}

/** Registers that. Before the jobs are started. */
export function handlePeopleJobs(services: Services): void {
  services.jobs.handle(
    PEOPLE_JOB,
    { deadlineMs: RUN_MS, atOnce: 1, retries: RETRIES, backoffMs: 2_000 },
    async ({ signal }) => void (await askPeople(services, signal)),
  );
}

/** Sets the rhythm; what an earlier process left is looked for at once. */
export async function beginPeopleJobs(jobs: Jobs, instanceId: string): Promise<void> {
  await jobs.enqueue(PEOPLE_JOB, instanceId);
  await jobs.every(PEOPLE_JOB, EVERY_MS);
}
