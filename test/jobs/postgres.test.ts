import { inspect } from 'node:util';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openJobs } from '../support/open-jobs.ts';
import { freshDatabase, withClient } from '../support/postgres.ts';
import { recordingLog } from '../support/system-world.ts';

const OPTIONS = { deadlineMs: 2_000, retries: 0, backoffMs: 10 };

async function open(url: string, log = recordingLog()) {
  const jobs = await openJobs(url, { log });
  onTestFinished(async () => {
    await jobs.stop(0);
    await jobs.close();
  });
  return jobs;
}

function waitingOften(url: string) {
  return withClient(url, async (client) => {
    const { rowCount } = await client.query(
      `SELECT 1 FROM pgboss.job WHERE name = 'often' AND state = 'created'`,
    );
    return rowCount;
  });
}

test('a recurring job that another process lost is brought back', async () => {
  const url = await freshDatabase();
  const jobs = await open(url);
  jobs.handle('often', OPTIONS, async () => undefined);
  await jobs.every('often', 3_600_000);
  await jobs.start();
  await expect.poll(() => waitingOften(url), { timeout: 5_000 }).toBe(1);
  await withClient(url, (client) => client.query(`DELETE FROM pgboss.job WHERE name = 'often'`));
  await expect.poll(() => waitingOften(url), { timeout: 5_000 }).toBe(1);
});

test('two instances share the work and its recurrence', async () => {
  const url = await freshDatabase();
  const runs: string[] = [];
  for (const name of ['one', 'two']) {
    const jobs = await open(url);
    jobs.handle('often', OPTIONS, async () => void runs.push(name));
    await jobs.every('often', 3_600_000);
    await jobs.start();
  }
  await vi.waitFor(() => expect(runs).toHaveLength(1), { timeout: 5_000 });
  expect(await waitingOften(url)).toBe(1);
});

test('a lost database costs an answer without the URL, and the jobs go on after it', async () => {
  const url = await freshDatabase();
  const log = recordingLog();
  const jobs = await open(url, log);
  let runs = 0;
  jobs.handle('work', OPTIONS, async () => void (runs += 1));
  await jobs.start();
  const name = new URL(url).pathname.slice(1);
  const admin = url.replace(name, 'postgres');
  await withClient(admin, async (client) => {
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`);
    const error: unknown = await jobs.enqueue('work', 'k1').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'RekeyError', code: 'unreachable' });
    expect(`${inspect(error, { depth: 9 })} ${log.lines.join()}`).not.toContain(new URL(url).password);
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
  });
  await jobs.enqueue('work', 'k1');
  await vi.waitFor(() => expect(runs).toBe(1), { timeout: 10_000 });
});
