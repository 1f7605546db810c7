import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import type { JobRun } from '../../src/ports/jobs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { killInJob } from './contract-lifetime.ts';
import { OPTIONS, WITHIN, runner } from './runner.ts';

/** As long as an assessment of all keys may take. */
const LONG_MS = 600_000;

test('a job of a killed process is run again at the start of the only one, whatever its lease', async (context) => {
  const url = `file:${join(temporaryFolder(), 'rekey.db')}`;
  await killInJob(context, url, 3, LONG_MS);
  const other = await runner(context, url);
  const early: JobRun[] = [];
  other.handle('work', { ...OPTIONS, deadlineMs: LONG_MS, retries: 3 }, async (job) => void early.push(job));
  await other.start();
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  // One that does not know itself alone waits for the lease.
  expect(early).toEqual([]);
  await other.stop(0);
  const jobs = await runner(context, url, { alone: true });
  const seen: JobRun[] = [];
  jobs.handle('work', { ...OPTIONS, deadlineMs: LONG_MS, retries: 3 }, async (job) => void seen.push(job));
  await jobs.start();
  await vi.waitFor(() => expect(seen).toHaveLength(1), WITHIN);
  expect(seen[0]).toMatchObject({ payload: { n: 1 }, attempt: 2 });
});

test('one that was killed in its last run is a dead letter at the start', async (context) => {
  const url = `file:${join(temporaryFolder(), 'rekey.db')}`;
  await killInJob(context, url, 0, LONG_MS);
  const jobs = await runner(context, url, { alone: true });
  jobs.handle('work', { ...OPTIONS, deadlineMs: LONG_MS }, () => Promise.reject(new Error('run again')));
  await jobs.start();
  await vi.waitFor(async () => expect(await jobs.deadLetters(9)).toHaveLength(1), WITHIN);
  expect((await jobs.deadLetters(9))[0]?.error).toContain('died');
});
