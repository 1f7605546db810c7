import { ROTATIONS_JOB } from '../handlers/rotations/jobs.ts';
import { refreshUses } from '../handlers/rotations/refresh-use.ts';
import { createRotationWorld } from '../handlers/rotations/world.ts';
import type { Services } from '../handlers/services.ts';
import type { Jobs } from '../ports/jobs.ts';
import { pullBack, resumeRotations } from '../rotation/resume.ts';
import type { RotationGround } from '../rotation/run.ts';

/** One cheap look for what is due; most of a rotation is waiting. */
const LOOK_EVERY_MS = 5_000;
/**
 * Longer than the turns that are begun take. When its process is killed, the other instances wait until the lease of
 * the job is over: so it is short.
 */
const RUN_MS = 2 * 60_000;
/** How often it is looked for what was put off by a clock that was set back since. */
const PULL_BACK_EVERY_MS = 60_000;
const USES_RUN_MS = 2 * 60_000;

/** A process that is killed takes a try with it: so there are many, and no dead letter tells of nothing but deaths. */
const RETRIES = 12;

const USES_JOB = 'rotation-uses';
const USES_EVERY_MS = 60_000;

/** Registers what takes rotations further, and what reads who uses their keys. */
export function handleRotationJobs(services: Services): void {
  const ground = groundOf(services);
  let pulledAt = 0;
  services.jobs.handle(
    ROTATIONS_JOB,
    { deadlineMs: RUN_MS, retries: RETRIES, backoffMs: 2_000 },
    async ({ signal }) => {
      const now = services.clock.now();
      // Also when the clock was just set back.
      if (Math.abs(now - pulledAt) >= PULL_BACK_EVERY_MS) {
        pulledAt = now;
        await pullBack(ground);
      }
      await resumeRotations(ground, signal);
    },
  );
  services.jobs.handle(
    USES_JOB,
    { deadlineMs: USES_RUN_MS, atOnce: 1, retries: RETRIES, backoffMs: 30_000 },
    async ({ signal }) => {
      await refreshUses(services, signal);
    },
  );
}

/** Sets the rhythm; what an earlier process left is looked for at once. */
export async function beginRotationJobs(jobs: Jobs, instanceId: string): Promise<void> {
  await jobs.enqueue(ROTATIONS_JOB, instanceId);
  await jobs.every(ROTATIONS_JOB, LOOK_EVERY_MS);
  await jobs.every(USES_JOB, USES_EVERY_MS);
}

/** What the machine works with, for real. */
export function groundOf(services: Services): RotationGround {
  const { stores, sealer, clock, ids, log, instanceId } = services;
  return { stores, sealer, clock, ids, log, instanceId, world: createRotationWorld(services) };
}
