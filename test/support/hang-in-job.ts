// A process that takes a job and never finishes it: `node hang-in-job.ts URL`. It says `running` when it has it.
import { openJobs } from './open-jobs.ts';

const jobs = await openJobs(process.argv[2] ?? '');
jobs.handle('work', { deadlineMs: 300, retries: 3, backoffMs: 10 }, async () => {
  process.stdout.write('running\n');
  await new Promise(() => setInterval(() => undefined, 1_000));
});
await jobs.start();
