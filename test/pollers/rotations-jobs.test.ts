import { expect, it } from 'vitest';
import { handleRotationJobs } from '../../src/pollers/rotations.ts';
import type { Services } from '../../src/handlers/services.ts';
import type { JobOptions } from '../../src/ports/jobs.ts';

/** The deaths in a row, as of a process short of memory, that `outbox` and `recover` outlive as well. */
const DEATHS = 12;

it('outlives a process that is killed again and again', () => {
  const handled = new Map<string, JobOptions>();
  const jobs: Pick<Services['jobs'], 'handle'> = {
    handle: (name, options) => void handled.set(name, options),
  };
  handleRotationJobs({ jobs } as Services);
  expect([...handled.keys()]).toEqual(['rotations', 'rotation-uses']);
  for (const { retries } of handled.values()) expect(retries).toBeGreaterThanOrEqual(DEATHS);
});
