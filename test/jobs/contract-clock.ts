import { expect, test, vi } from 'vitest';
import { MovingClock } from '../support/moving-clock.ts';
import { killInJob } from './contract-lifetime.ts';
import { OPTIONS, WITHIN, gate, runner } from './runner.ts';

const HOURS_MS = 5 * 3_600_000;

/** What holds when this process's clock is set, by hours and both ways; `place` as in `jobsContract`. */
export function clockContract(place: () => Promise<string>): void {
  test.for([
    ['back', -HOURS_MS],
    ['forward', HOURS_MS],
  ] as const)('what recurs goes on in its rhythm when the clock is set %s', async ([, step], context) => {
    const clock = new MovingClock();
    const jobs = await runner(context, await place(), { clock });
    let runs = 0;
    jobs.handle('often', OPTIONS, async () => void (runs += 1));
    await jobs.every('often', 400);
    await jobs.start();
    await vi.waitFor(() => expect(runs).toBeGreaterThanOrEqual(2), WITHIN);
    clock.forward(step);
    const before = runs;
    await vi.waitFor(() => expect(runs).toBeGreaterThanOrEqual(before + 3), WITHIN);
    clock.forward(-step);
    const after = runs;
    const from = performance.now();
    await vi.waitFor(() => expect(runs).toBeGreaterThanOrEqual(after + 3), WITHIN);
    // And no faster than its rhythm.
    expect(performance.now() - from).toBeGreaterThan(700);
  });

  test('what is enqueued is run at once, and what waits in its time, however wrong the clock', async (context) => {
    for (const step of [-HOURS_MS, HOURS_MS]) {
      const clock = new MovingClock();
      clock.forward(step);
      const jobs = await runner(context, await place(), { clock });
      const seen: string[] = [];
      jobs.handle('work', OPTIONS, async ({ payload }) => void seen.push(String(payload['n'])));
      await jobs.start();
      const from = performance.now();
      await jobs.enqueue('work', 'soon', { n: 'soon' }, clock.now() + 1_500);
      // The same again changes nothing, and an earlier time does.
      await jobs.enqueue('work', 'soon', { n: 'soon' }, clock.now() + 1_500);
      await jobs.enqueue('work', 'moved', { n: 'moved' }, clock.now() + HOURS_MS);
      await jobs.enqueue('work', 'moved', { n: 'moved' }, clock.now());
      await jobs.enqueue('work', 'now', { n: 'now' });
      await vi.waitFor(() => expect(seen).toHaveLength(3), WITHIN);
      expect(seen.toSorted()).toEqual(['moved', 'now', 'soon']);
      expect(seen.at(-1)).toBe('soon');
      expect(performance.now() - from).toBeGreaterThan(1_400);
    }
  });

  test('a job whose process was killed is run again, though the clock was set back', async (context) => {
    const url = await place();
    await killInJob(context, url, 3);
    const clock = new MovingClock();
    clock.forward(-HOURS_MS);
    const jobs = await runner(context, url, { clock });
    let runs = 0;
    jobs.handle('work', { ...OPTIONS, retries: 3 }, async () => void (runs += 1));
    await jobs.start();
    await vi.waitFor(() => expect(runs).toBe(1), { timeout: 30_000, interval: 20 });
  }, 90_000);

  test('a failed run is tried again soon, though its next regular run is far off', async (context) => {
    const clock = new MovingClock();
    const jobs = await runner(context, await place(), { clock });
    const first = gate();
    let runs = 0;
    jobs.handle('daily', { ...OPTIONS, retries: 3 }, async () => {
      runs += 1;
      if (runs > 1) return;
      await first.promise;
      throw new Error('no');
    });
    await jobs.every('daily', 86_400_000);
    await jobs.start();
    await vi.waitFor(() => expect(runs).toBe(1), WITHIN);
    // Long enough for what recurs to be looked after while it runs.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    first.resolve();
    await vi.waitFor(() => expect(runs).toBe(2), WITHIN);
  });
}
