import { isOpenDeletion } from '../domain/key-deletion.ts';
import { DAY_MS } from '../domain/time-words.ts';
import { deletions, removeDeletion } from '../handlers/deletions/kept.ts';
import { isDue, pursueDeletion } from '../handlers/deletions/pursue.ts';
import type { Services } from '../handlers/services.ts';
import { writeIfUnchanged } from '../handlers/write-if-unchanged.ts';
import type { Jobs } from '../ports/jobs.ts';

const DELETIONS_JOB = 'key-deletions';
const RUN_MS = 120_000;
const LOOK_EVERY_MS = 10_000;
/** What is over is kept so long, so that an old button can be answered; the audit log has it for good. */
const KEPT_MS = 30 * DAY_MS;

/** Takes every deletion that is due one step further; one that fails does not keep the others. */
export async function deletionPass(services: Services, signal: AbortSignal): Promise<void> {
  const { clock, log } = services;
  for (const kept of await deletions(services)) {
    if (signal.aborted) return;
    const now = clock.now();
    const { row } = kept;
    const { accessKeyId } = row;
    try {
      if (isDue(row, now)) await pursueDeletion(services, accessKeyId, signal);
      else if (!isOpenDeletion(row) && now - row.stateAt > KEPT_MS) {
        await writeIfUnchanged(services, removeDeletion(services, kept, now));
      }
    } catch (error) {
      if (!signal.aborted) log.error('A deletion could not be taken further.', { accessKeyId, error });
    }
  }
}

/** Registers what carries deletions on. */
export function handleDeletionJobs(services: Services): void {
  const options = { deadlineMs: RUN_MS, atOnce: 1, retries: 12, backoffMs: 2_000 };
  services.jobs.handle(DELETIONS_JOB, options, ({ signal }) => deletionPass(services, signal));
}

/** Sets its rhythm; what an earlier process left is looked for at once. */
export async function beginDeletionJobs(jobs: Jobs, instanceId: string): Promise<void> {
  await jobs.enqueue(DELETIONS_JOB, instanceId);
  await jobs.every(DELETIONS_JOB, LOOK_EVERY_MS);
}
