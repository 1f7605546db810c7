import type { TestContext } from 'vitest';
import type { RunTiming } from '../../src/jobs/run.ts';
import type { JobOptions, Jobs } from '../../src/ports/jobs.ts';
import { QUICK, openJobs } from '../support/open-jobs.ts';

export const OPTIONS: JobOptions = { deadlineMs: 2_000, retries: 0, backoffMs: 10 };
/** Longer than any test: what happens anyway did not wait for a poll. */
export const NO_POLL: RunTiming = { ...QUICK, pollMs: 60_000 };
export const WITHIN = { timeout: 10_000, interval: 10 };
export const FAR = 3_600_000;

/** A runner that ends with its test. */
export async function runner(
  { onTestFinished }: TestContext,
  url: string,
  options: Parameters<typeof openJobs>[1] = {},
): Promise<Jobs> {
  const jobs = await openJobs(url, options);
  onTestFinished(async () => {
    await jobs.stop(0);
    await jobs.close();
  });
  return jobs;
}

/** A promise to hold a handler by. */
export function gate() {
  return Promise.withResolvers<void>();
}
