import type { Entrance } from '../commands/command.ts';
import { tellOutcome } from '../commands/carry-out.ts';
import { beginAuditJobs, handleAuditJobs } from './handlers/audit-jobs.ts';
import { recoverOwnActs } from './handlers/own-outcome.ts';
import { recoverAttempts } from './handlers/recover-attempts.ts';
import { interruptedMessage } from './slack/blocks/interrupted.ts';
import type { Services } from './handlers/services.ts';
import { sweep } from './handlers/sweep.ts';
import { beginEvidenceJobs, handleEvidenceJobs } from './pollers/evidence.ts';
import { beginContainmentJobs, handleContainmentJobs } from './pollers/hold.ts';
import { beginInventoryJobs, handleInventoryJobs } from './pollers/inventory-jobs.ts';
import { beginPeopleJobs, handlePeopleJobs } from './pollers/people.ts';
import { beginDrillJobs, handleDrillJobs } from './pollers/drills.ts';
import { beginDeletionJobs, handleDeletionJobs } from './pollers/key-deletions.ts';
import { beginSurroundingsJobs, handleSurroundingsJobs } from './pollers/surroundings.ts';
import { beginReminderJobs, handleReminderJobs } from './pollers/reminders.ts';
import { beginRotationJobs, handleRotationJobs } from './pollers/rotations.ts';
import { beginScheduleJobs, handleScheduleJobs } from './pollers/scheduled-rotations.ts';
import { beginTrailQueueJobs, handleTrailQueueJobs } from './pollers/trail-queue-jobs.ts';
import { beginWatchJobs, handleWatchJobs } from './pollers/watch-jobs.ts';
import { emptyOutbox } from './slack/outbox.ts';
import { VERSION } from './version.ts';

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** Registers what Rekey does again and again. Before the jobs are started. */
export function handleJobs(entrance: Entrance): void {
  const { services, background } = entrance;
  const { jobs } = services;
  // A process that is killed takes a try with it: so there are many, and no dead letter tells of nothing but deaths.
  const often = { retries: 12, backoffMs: 2_000 };
  // When its process is killed, nobody posts until the lease is over: so it is short.
  jobs.handle('outbox', { ...often, deadlineMs: 30_000 }, async ({ signal }) => {
    const { nextAt } = await emptyOutbox(services, signal, () => background.giveWay());
    if (nextAt !== null) await jobs.enqueue('outbox', 'all', {}, nextAt);
  });
  jobs.handle('recover', { ...often, deadlineMs: 2 * services.leases.workMs }, () => recover(entrance));
  jobs.handle('sweep', { deadlineMs: 600_000, atOnce: 1, retries: 5, backoffMs: 60_000 }, () =>
    sweep(services),
  );
  handleAuditJobs(services);
  handleInventoryJobs(services);
  handleReminderJobs(services);
  handleScheduleJobs(services);
  handleRotationJobs(services);
  handleWatchJobs(services);
  handleTrailQueueJobs(services);
  handleContainmentJobs(services);
  handleEvidenceJobs(services, VERSION);
  handlePeopleJobs(services);
  handleDeletionJobs(services);
  handleDrillJobs(services);
  handleSurroundingsJobs(services);
}

/** Sets their rhythms, once the jobs are started. */
export async function beginJobs({ jobs, instanceId }: Pick<Services, 'jobs' | 'instanceId'>): Promise<void> {
  // What a killed process ran is leased to it for a while yet: this one looks for itself at once.
  await jobs.enqueue('outbox', instanceId);
  await jobs.every('outbox', 5 * SECOND_MS);
  await jobs.every('recover', 20 * SECOND_MS);
  await jobs.every('sweep', DAY_MS);
  await beginAuditJobs(jobs);
  await beginInventoryJobs(jobs);
  await beginReminderJobs(jobs, instanceId);
  await beginScheduleJobs(jobs);
  await beginRotationJobs(jobs, instanceId);
  await beginWatchJobs(jobs);
  await beginTrailQueueJobs(jobs);
  await beginContainmentJobs(jobs, instanceId);
  await beginEvidenceJobs(jobs, instanceId);
  await beginPeopleJobs(jobs, instanceId);
  await beginDeletionJobs(jobs, instanceId);
  await beginDrillJobs(jobs);
  await beginSurroundingsJobs(jobs, instanceId);
}

/** Finishes what an earlier process left, and tells whoever waits for it. */
export async function recover({ services, desk }: Entrance): Promise<void> {
  await recoverAttempts(services, (attempt, result) => tellOutcome(services, desk, attempt, result));
  if ((await recoverOwnActs(services, interruptedMessage)) > 0) await services.jobs.enqueue('outbox', 'all');
}
