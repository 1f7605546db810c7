import { SURROUNDINGS_JOB } from '../handlers/containments/containing.ts';
import { revocationsPass } from '../handlers/containments/roles/pursue-role.ts';
import { readSurroundings } from '../handlers/containments/surroundings.ts';
import type { Services } from '../handlers/services.ts';
import type { Jobs } from '../ports/jobs.ts';

/** Look-ups are paced by AWS's limit of one account: a thief's many sessions take their time. */
const AROUND_RUN_MS = 5 * 60_000;
const AROUND_EVERY_MS = 20_000;
const ROLES_JOB = 'role-revocations';
const ROLES_RUN_MS = 60_000;
const ROLES_EVERY_MS = 10_000;
const RETRIES = 12;

/** Registers what reads CloudTrail around contained users, and what recovers the revocations of roles' sessions. */
export function handleSurroundingsJobs(services: Services): void {
  const { jobs } = services;
  jobs.handle(
    SURROUNDINGS_JOB,
    { deadlineMs: AROUND_RUN_MS, retries: RETRIES, backoffMs: 30_000 },
    // It is run for one containment, by its id, or for whatever is due.
    async ({ key, signal }) => void (await readSurroundings(services, signal, key)),
  );
  jobs.handle(
    ROLES_JOB,
    { deadlineMs: ROLES_RUN_MS, atOnce: 1, retries: RETRIES, backoffMs: 2_000 },
    async ({ signal }) => void (await revocationsPass(services, signal)),
  );
}

/** Sets their rhythm; what an earlier process left is looked for at once. */
export async function beginSurroundingsJobs(jobs: Jobs, instanceId: string): Promise<void> {
  await jobs.enqueue(ROLES_JOB, instanceId);
  await jobs.every(SURROUNDINGS_JOB, AROUND_EVERY_MS);
  await jobs.every(ROLES_JOB, ROLES_EVERY_MS);
}
