import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { RekeyError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import type { JobRun } from '../../src/ports/jobs.ts';
import { recordingLog } from '../support/system-world.ts';
import { FAR, NO_POLL, OPTIONS, WITHIN, gate, runner } from './runner.ts';

/** What the jobs port does on any engine; `place` makes an empty database and gives its URL. */
export function jobsContract(place: () => Promise<string>): void {
  test('an enqueued job runs at once, with its payload', async (context) => {
    const jobs = await runner(context, await place(), { timing: NO_POLL });
    const seen: JobRun[] = [];
    jobs.handle('work', OPTIONS, async (job) => void seen.push(job));
    await jobs.start();
    await jobs.enqueue('work', 'k1', { id: 'ä🍏', n: 1.5, yes: true, none: null });
    await vi.waitFor(() => expect(seen).toHaveLength(1), WITHIN);
    expect(seen[0]).toMatchObject({
      key: 'k1',
      payload: { id: 'ä🍏', n: 1.5, yes: true, none: null },
      attempt: 1,
    });
    for (const key of ['k1', '', 'k1']) {
      const before = seen.length;
      await jobs.enqueue('work', key);
      await vi.waitFor(() => expect(seen).toHaveLength(before + 1), WITHIN);
    }
  });

  test('of one key one job waits, at the earliest time asked for', async (context) => {
    const jobs = await runner(context, await place());
    const seen: unknown[] = [];
    jobs.handle('work', OPTIONS, async ({ payload }) => void seen.push(payload['n']));
    for (const [n, ahead] of [FAR, 2 * FAR, 3_000, FAR].entries()) {
      await jobs.enqueue('work', 'k1', { n }, Date.now() + ahead);
    }
    await jobs.enqueue('work', 'k2', { n: 'later' }, Date.now() + FAR);
    const asked = Date.now();
    await jobs.enqueue('work', 'k1', { n: 'soon' }, Date.now() + 300);
    await jobs.start();
    await vi.waitFor(() => expect(seen).toEqual([0]), WITHIN);
    expect(Date.now() - asked).toBeGreaterThanOrEqual(290);
    await sleep(600);
    expect(seen).toEqual([0]);
  });

  test('of a name no more run at a time than it says, and others do not wait for them', async (context) => {
    const jobs = await runner(context, await place());
    const gates = [gate(), gate()];
    const begun: string[] = [];
    const others = { ...OPTIONS, atOnce: 1, deadlineMs: 20_000 };
    jobs.handle('one', others, async ({ key }) => {
      await gates[begun.push(key) - 1]?.promise;
    });
    const seen: string[] = [];
    jobs.handle('other', OPTIONS, async ({ key }) => void seen.push(key));
    await jobs.start();
    await jobs.enqueue('one', 'a');
    await jobs.enqueue('one', 'b');
    await vi.waitFor(() => expect(begun).toHaveLength(1), WITHIN);
    await jobs.enqueue('other', 'c', {}, Date.now() + 300);
    await vi.waitFor(() => expect(seen).toEqual(['c']), WITHIN);
    expect(begun).toHaveLength(1);
    gates[0]?.resolve();
    await vi.waitFor(() => expect(begun.toSorted()).toEqual(['a', 'b']), WITHIN);
    gates[1]?.resolve();
  });

  test('enqueued while it runs, a job runs once more, and never beside itself', async (context) => {
    const jobs = await runner(context, await place());
    const gates = [gate(), gate()];
    const other = gate();
    jobs.handle('other', OPTIONS, async () => other.resolve());
    let active = 0;
    let most = 0;
    let runs = 0;
    jobs.handle('work', OPTIONS, async () => {
      active += 1;
      most = Math.max(most, active);
      await gates[runs++]?.promise;
      active -= 1;
    });
    await jobs.start();
    await jobs.enqueue('work', 'k1');
    await vi.waitFor(() => expect(runs).toBe(1), WITHIN);
    await Promise.all([1, 2, 3].map(() => jobs.enqueue('work', 'k1')));
    await jobs.enqueue('other', 'k1');
    await other.promise;
    expect(runs).toBe(1);
    gates[0]?.resolve();
    await vi.waitFor(() => expect(runs).toBe(2), WITHIN);
    gates[1]?.resolve();
    await sleep(700);
    expect({ runs, most }).toEqual({ runs: 2, most: 1 });
  });

  test('jobs of different keys run side by side', async (context) => {
    const jobs = await runner(context, await place());
    const all = gate();
    let active = 0;
    jobs.handle('work', OPTIONS, async () => {
      active += 1;
      if (active === 3) all.resolve();
      await all.promise;
    });
    await jobs.start();
    await Promise.all(['a', 'b', 'c'].map((key) => jobs.enqueue('work', key)));
    await all.promise;
    expect(active).toBe(3);
  });

  test('a failed job is tried again after its backoff', async (context) => {
    const jobs = await runner(context, await place());
    const attempts: number[] = [];
    const times: number[] = [];
    jobs.handle('work', { ...OPTIONS, retries: 2, backoffMs: 300 }, async ({ attempt }) => {
      attempts.push(attempt);
      times.push(Date.now());
      if (attempt === 1) throw new Error('not yet');
    });
    await jobs.start();
    await jobs.enqueue('work', 'k1');
    await vi.waitFor(() => expect(attempts).toEqual([1, 2]), WITHIN);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(299);
    expect(await jobs.deadLetters(9)).toEqual([]);
  });

  test('a job that fails for the last time is a dead letter without foreign words', async (context) => {
    const log = recordingLog();
    const jobs = await runner(context, await place(), { log });
    jobs.handle('ours', OPTIONS, async () => {
      throw new RekeyError('denied_by_aws', 'AWS said no.');
    });
    jobs.handle('theirs', OPTIONS, async () => {
      throw Object.assign(new TypeError('wJalrXUtnFEMI'), { code: 'E_ODD', detail: 'wJalrXUtnFEMI' });
    });
    await jobs.start();
    await jobs.enqueue('ours', 'k1', { id: 'c1' });
    await vi.waitFor(async () => expect(await jobs.deadLetters(9)).toHaveLength(1), WITHIN);
    await jobs.enqueue('theirs', 'k2');
    await vi.waitFor(async () => expect(await jobs.deadLetters(9)).toHaveLength(2), WITHIN);
    const [second, first] = await jobs.deadLetters(9);
    expect(first).toMatchObject({
      name: 'ours',
      key: 'k1',
      payload: { id: 'c1' },
      error: 'RekeyError: AWS said no.',
    });
    expect(second).toMatchObject({ name: 'theirs', key: 'k2', error: 'TypeError (E_ODD)' });
    expect(Math.abs((second?.at ?? 0) - Date.now())).toBeLessThan(10_000);
    expect(await jobs.deadLetters(1)).toEqual([second]);
    await jobs.enqueue('ours', 'k1');
    await vi.waitFor(async () => expect(await jobs.deadLetters(9)).toHaveLength(3), WITHIN);
  });

  test('every line of a run carries the id of the click it serves, or its own', async (context) => {
    const lines: Record<string, unknown>[] = [];
    const write = (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>);
    const log = createLog({ level: 'info', destination: { write } });
    const jobs = await runner(context, await place(), { log });
    jobs.handle('work', OPTIONS, async ({ payload }) => {
      log.info('inside', { key: payload['key'] });
      throw new Error('no');
    });
    await jobs.start();
    await jobs.enqueue('work', 'clicked', { key: 'clicked', correlationId: 'c1' });
    await jobs.enqueue('work', 'timed', { key: 'timed' });
    await vi.waitFor(async () => expect(await jobs.deadLetters(9)).toHaveLength(2), WITHIN);
    const idsOf = (key: string) =>
      lines.filter((line) => line['key'] === key).map(({ job, correlationId }) => [job, correlationId]);
    expect(idsOf('clicked')).toEqual([
      ['work', 'c1'],
      ['work', 'c1'],
    ]);
    const [own, again] = idsOf('timed');
    expect(own?.[1]).toEqual(expect.stringMatching(/^[0-9a-z-]{20,}$/));
    expect(again).toEqual(own);
  });

  test('a failed run gives way to the work that waits on its key', async (context) => {
    const jobs = await runner(context, await place());
    const first = gate();
    const seen: unknown[] = [];
    jobs.handle('work', { ...OPTIONS, retries: 1 }, async ({ payload, attempt }) => {
      seen.push([payload['n'], attempt]);
      if (payload['n'] === 1) await first.promise;
      if (attempt === 1) throw new Error('no');
    });
    await jobs.start();
    await jobs.enqueue('work', 'k1', { n: 1 });
    await vi.waitFor(() => expect(seen).toHaveLength(1), WITHIN);
    await jobs.enqueue('work', 'k1', { n: 2 });
    first.resolve();
    const expected = [
      [1, 1],
      [2, 1],
      [2, 2],
    ];
    await vi.waitFor(() => expect(seen).toEqual(expected), WITHIN);
    expect(await jobs.deadLetters(9)).toEqual([]);
  });

  test('a run is aborted at its deadline, and left behind when it does not heed', async (context) => {
    const jobs = await runner(context, await place());
    let heeded: unknown;
    jobs.handle('heeds', { ...OPTIONS, deadlineMs: 200 }, async ({ signal }) => {
      await once(signal, 'abort');
      heeded = signal.reason;
      throw signal.reason;
    });
    jobs.handle('ignores', { ...OPTIONS, deadlineMs: 200 }, () => new Promise(() => undefined));
    await jobs.start();
    await Promise.all([jobs.enqueue('heeds', 'k'), jobs.enqueue('ignores', 'k')]);
    await vi.waitFor(async () => expect(await jobs.deadLetters(9)).toHaveLength(2), WITHIN);
    expect(heeded).toMatchObject({ code: 'expired' });
    const errors = (await jobs.deadLetters(9)).map(({ error }) => error);
    expect(errors).toEqual(errors.map(() => expect.stringContaining('deadline')));
  });
}
