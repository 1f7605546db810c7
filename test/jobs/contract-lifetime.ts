import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test, vi } from 'vitest';
import type { TestContext } from 'vitest';
import { RekeyError } from '../../src/errors.ts';
import type { JobRun } from '../../src/ports/jobs.ts';
import { openJobs } from '../support/open-jobs.ts';
import { FAR, OPTIONS, WITHIN, gate, runner } from './runner.ts';

/** What holds over the stop, the restart and the death of a process; `place` as in `jobsContract`. */
export function lifetimeContract(place: () => Promise<string>): void {
  test('stopping waits for what runs and takes nothing new', async (context) => {
    const url = await place();
    const jobs = await runner(context, url);
    const release = gate();
    const seen: string[] = [];
    jobs.handle('work', OPTIONS, async ({ signal }) => {
      seen.push('begun');
      await release.promise;
      seen.push(signal.aborted ? 'aborted' : 'ended');
    });
    await jobs.start();
    await jobs.enqueue('work', 'k1');
    await vi.waitFor(() => expect(seen).toHaveLength(1), WITHIN);
    await jobs.enqueue('work', 'k1');
    const stopped = jobs.stop(5_000);
    await sleep(100);
    release.resolve();
    await stopped;
    expect(seen).toEqual(['begun', 'ended']);
    const next = await runner(context, url);
    next.handle('work', OPTIONS, async () => void seen.push('follow-up'));
    await next.start();
    await vi.waitFor(() => expect(seen).toEqual(['begun', 'ended', 'follow-up']), WITHIN);
  });

  test('what a stop cuts off is run again, as if it had not begun', async (context) => {
    const url = await place();
    const jobs = await runner(context, url);
    const seen: unknown[] = [];
    jobs.handle('work', { ...OPTIONS, deadlineMs: 60_000 }, async ({ signal }) => {
      seen.push('begun');
      await once(signal, 'abort');
      throw signal.reason;
    });
    await jobs.start();
    await jobs.enqueue('work', 'k1', { n: 1 });
    await vi.waitFor(() => expect(seen).toHaveLength(1), WITHIN);
    await jobs.stop(50);
    const next = await runner(context, url);
    next.handle('work', OPTIONS, async ({ payload, attempt }) => void seen.push([payload['n'], attempt]));
    await next.start();
    await vi.waitFor(() => expect(seen).toEqual(['begun', [1, 1]]), WITHIN);
    expect(await next.deadLetters(9)).toEqual([]);
  });

  test('a recurring job runs again and again, and not more often after a restart', async (context) => {
    const url = await place();
    const times: number[] = [];
    const open = async (intervalMs: number) => {
      const jobs = await runner(context, url);
      jobs.handle('often', OPTIONS, async () => void times.push(Date.now()));
      await jobs.every('often', intervalMs);
      await jobs.every('often', intervalMs);
      await jobs.start();
      return jobs;
    };
    const first = await open(300);
    await vi.waitFor(() => expect(times.length).toBeGreaterThanOrEqual(3), WITHIN);
    for (let n = 1; n < times.length; n += 1) {
      expect((times[n] ?? 0) - (times[n - 1] ?? 0)).toBeGreaterThanOrEqual(299);
    }
    await first.stop(1_000);
    // One run was missed while nobody ran, whatever the new interval.
    await sleep(400);
    const before = times.length;
    await open(FAR);
    await vi.waitFor(() => expect(times).toHaveLength(before + 1), WITHIN);
    await sleep(700);
    expect(times).toHaveLength(before + 1);
  });

  test('a recurring job that fails for the last time comes back', async (context) => {
    const jobs = await runner(context, await place());
    let runs = 0;
    jobs.handle('often', OPTIONS, async () => {
      runs += 1;
      throw new Error('no');
    });
    await jobs.every('often', 200);
    await jobs.start();
    await vi.waitFor(() => expect(runs).toBe(2), WITHIN);
    expect((await jobs.deadLetters(9)).length).toBeGreaterThanOrEqual(1);
  });

  test('a job nobody here handles waits for one who does', async (context) => {
    const url = await place();
    const tool = await runner(context, url);
    await tool.enqueue('work', 'k1', { n: 1 });
    await tool.start();
    await sleep(200);
    const jobs = await runner(context, url);
    const seen: unknown[] = [];
    jobs.handle('work', OPTIONS, async ({ payload }) => void seen.push(payload));
    await jobs.start();
    await vi.waitFor(() => expect(seen).toEqual([{ n: 1 }]), WITHIN);
  });

  test('handlers are registered once, and before the start', async (context) => {
    const jobs = await runner(context, await place());
    jobs.handle('work', OPTIONS, async () => undefined);
    expect(() => jobs.handle('work', OPTIONS, async () => undefined)).toThrow(RekeyError);
    await jobs.start();
    expect(() => jobs.handle('other', OPTIONS, async () => undefined)).toThrow(RekeyError);
  });

  test.each([
    ['name', 'work:1', 'k', {}],
    ['key', 'work', 'k\0', {}],
    ['payload', 'work', 'k', { a: 'x\uD800' }],
    ['payload name', 'work', 'k', { 'x\0': 1 }],
  ])('a %s that cannot be stored is refused', async (...[, name, key, payload]) => {
    const jobs = await openJobs(await place());
    await expect(jobs.enqueue(name, key, payload)).rejects.toMatchObject({ code: 'invalid' });
    await jobs.close();
  });

  test('a job whose process was killed is run again after its lease', async (context) => {
    const url = await place();
    await killInJob(context, url, 3);
    const jobs = await runner(context, url);
    const seen: JobRun[] = [];
    jobs.handle('work', { ...OPTIONS, retries: 3 }, async (job) => void seen.push(job));
    await jobs.start();
    await vi.waitFor(() => expect(seen).toHaveLength(1), { timeout: 15_000, interval: 20 });
    expect(seen[0]).toMatchObject({ payload: { n: 1 }, attempt: 2 });
  });

  test('a job that was killed in its last run is a dead letter', async (context) => {
    const url = await place();
    await killInJob(context, url, 0);
    const jobs = await runner(context, url);
    let runs = 0;
    jobs.handle('work', OPTIONS, async () => void (runs += 1));
    await jobs.start();
    await vi.waitFor(async () => expect(await jobs.deadLetters(9)).toHaveLength(1), {
      timeout: 15_000,
      interval: 50,
    });
    const [letter] = await jobs.deadLetters(9);
    expect(letter).toMatchObject({ name: 'work', key: 'k1', payload: { n: 1 } });
    expect(letter?.error).toContain('died');
    expect(runs).toBe(0);
  });
}

/** Leaves a job behind whose process was killed while it ran. */
export async function killInJob(
  context: TestContext,
  url: string,
  retries: number,
  deadlineMs = 300,
): Promise<void> {
  const tool = await runner(context, url);
  await tool.enqueue('work', 'k1', { n: 1 });
  const script = fileURLToPath(new URL('../support/hang-in-job.ts', import.meta.url));
  const child = spawn(process.execPath, [script, url, String(retries), String(deadlineMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}
