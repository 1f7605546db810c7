// A process that takes a job and never finishes it: `node hang-in-job.ts URL RETRIES DEADLINE_MS`. It says `running` when it has it.
import { openJobs } from './open-jobs.ts';

const [url = '', retries = '', deadlineMs = ''] = process.argv.slice(2);
const jobs = await openJobs(url);
const options = { deadlineMs: Number(deadlineMs), retries: Number(retries), backoffMs: 10 };
jobs.handle('work', options, async () => {
  process.stdout.write('running\n');
  await new Promise(() => setInterval(() => undefined, 1_000));
});
await jobs.start();
