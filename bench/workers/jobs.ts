// Empty jobs on one engine: `node jobs.ts URL`. Each question enqueues so many and waits until all have run.
import { openStores } from '../../db/open.ts';
import { systemClock } from '../../src/clock.ts';
import { createIds } from '../../src/crypto/ids.ts';
import { postgresJobs } from '../../src/jobs/postgres.ts';
import { sqliteJobs } from '../../src/jobs/sqlite.ts';
import { createLog } from '../../src/log.ts';
import { answering } from './answering.ts';

export type JobsQuestion = { readonly jobs: number };
/** Jobs a second, from the first enqueue to the end of the last run. */
export type JobsAnswer = number;

const [url = ''] = process.argv.slice(2);
const log = createLog({ level: 'silent' });
const clock = systemClock;
const stores = await openStores({ url, exclusive: true, clock, log });
const jobs =
  stores.engine === 'sqlite'
    ? sqliteJobs({ table: stores.jobs, clock, ids: createIds(clock), log })
    : postgresJobs({ url, clock, log });
let left = 0;
let allRan = (): void => undefined;
jobs.handle('empty', { deadlineMs: 30_000, retries: 0, backoffMs: 1_000 }, () => {
  left -= 1;
  if (left === 0) allRan();
  return Promise.resolve();
});
await jobs.start();
let key = 0;

answering(async (question: JobsQuestion): Promise<JobsAnswer> => {
  left = question.jobs;
  const began = performance.now();
  const ran = new Promise<void>((resolve) => {
    allRan = resolve;
  });
  for (let at = 0; at < question.jobs; at += 1) {
    key += 1;
    await jobs.enqueue('empty', String(key));
  }
  await ran;
  return (question.jobs * 1_000) / (performance.now() - began);
});
