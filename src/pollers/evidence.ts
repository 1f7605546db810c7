import { enqueueGathering, EVIDENCE_JOB } from '../handlers/evidence/begin.ts';
import { gatherEvidence } from '../handlers/evidence/gather.ts';
import { isFree, underWay } from '../handlers/evidence/state.ts';
import type { Services } from '../handlers/services.ts';
import type { Jobs } from '../ports/jobs.ts';

const ROUNDS_JOB = 'evidence-rounds';
const MINUTE_MS = 60_000;
/** Reading ends before by itself, and says what it did not come to. */
const RUN_MS = 20 * MINUTE_MS;

/** Lets be taken up what no living process gathers. Answers how many there were. */
export async function evidenceRounds(services: Services): Promise<number> {
  let left = 0;
  for (const state of await underWay(services)) {
    if (!(await isFree(services, state))) continue;
    left += 1;
    await enqueueGathering(services, state);
  }
  return left;
}

/** Registers what gathers evidence. Before the jobs are started. */
export function handleEvidenceJobs(services: Services, version: string): void {
  const { jobs } = services;
  jobs.handle(
    EVIDENCE_JOB,
    // Each holds what it has read.
    { deadlineMs: RUN_MS, heartbeatMs: 30_000, atOnce: 2, retries: 3, backoffMs: 5_000 },
    async ({ payload, signal }) => {
      const { kind, about } = payload;
      if ((kind !== 'incident' && kind !== 'containment') || typeof about !== 'string') return;
      await gatherEvidence(services, { kind, id: about }, signal, version);
    },
  );
  jobs.handle(
    ROUNDS_JOB,
    { deadlineMs: MINUTE_MS, atOnce: 1, retries: 5, backoffMs: 2_000 },
    async () => void (await evidenceRounds(services)),
  );
}

/** Sets its rhythm; what an earlier process left is taken up at once. */
export async function beginEvidenceJobs(jobs: Jobs, instanceId: string): Promise<void> {
  await jobs.enqueue(ROUNDS_JOB, instanceId);
  await jobs.every(ROUNDS_JOB, MINUTE_MS / 2);
}
