// A process that takes a job and never finishes it: `node hang-in-job.ts URL RETRIES`. It says `running` when it has it.
import { openJobs } from './open-jobs.ts';

const [url = '', retries = ''] = process.argv.slice(2);
const jobs = await openJobs(url);
jobs.handle('work', { deadlineMs: 300, retries: Number(retries), backoffMs: 10 }, async () => {
  process.stdout.write('running\n');
  await new Promise(() => setInterval(() => undefined, 1_000));
});
await jobs.start();
