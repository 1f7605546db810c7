import type { Services } from '../services.ts';

/** The job that takes every rotation that is due as far as it goes. */
export const ROTATIONS_JOB = 'rotations';

/** Lets the machine look at once, after a batch that gave it something to do. */
export async function wakeRotations({ jobs }: Pick<Services, 'jobs'>): Promise<void> {
  await jobs.enqueue(ROTATIONS_JOB, 'now');
}
