import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { RUN_TIMING, runOnce } from '../../src/jobs/run.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const JOB = { key: 'every', payload: {}, attempt: 1, dueAt: 0 };
const OPTIONS = { deadlineMs: 60_000, retries: 0, backoffMs: 1 };

it('leaves nothing of a run behind, whatever the run left at its signal, though the process lives for months', async () => {
  const stopping = new AbortController();
  const run = async (): Promise<WeakRef<AbortSignal>> => {
    let seen: WeakRef<AbortSignal> | null = null;
    const handler = {
      options: OPTIONS,
      // Libraries that make requests listen, and not all of them cease to.
      run: async ({ signal }: { readonly signal: AbortSignal }) => {
        signal.addEventListener('abort', () => undefined);
        seen = new WeakRef(signal);
        await sleep(1);
      },
    };
    const ground = { clock: systemClock, timing: RUN_TIMING, stopping: stopping.signal };
    await runOnce(handler, JOB, ground);
    if (seen === null) throw new Error('It did not run');
    return seen;
  };
  const signals = [await run(), await run(), await run()];
  for (let tries = 0; tries < 20 && signals.some((each) => each.deref() !== undefined); tries += 1) {
    await sleep(5);
    collect();
  }
  expect(signals.map((each) => each.deref() === undefined)).toEqual([true, true, true]);
});

it('is told to stop while it runs, and when the stop came before it', async () => {
  const stopping = new AbortController();
  const ground = { clock: systemClock, timing: RUN_TIMING, stopping: stopping.signal };
  const reason = new Error('stopping');
  const handler = {
    options: OPTIONS,
    run: ({ signal }: { readonly signal: AbortSignal }) =>
      new Promise<void>((_, reject) => {
        const end = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('?'));
        if (signal.aborted) end();
        else signal.addEventListener('abort', end, { once: true });
      }),
  };
  const running = runOnce(handler, JOB, ground);
  stopping.abort(reason);
  await expect(running).rejects.toBe(reason);
  await expect(runOnce(handler, JOB, ground)).rejects.toBe(reason);
});
