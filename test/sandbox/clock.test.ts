import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MovableClock } from '../../sandbox/clock.ts';
import { systemClock } from '../../src/clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let clock: MovableClock;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.UTC(2026, 10, 28, 9) });
  clock = new MovableClock();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Falls asleep and writes its name down when it wakes. */
function sleepers(woken: string[]): (name: string, ms: number, signal?: AbortSignal) => void {
  return (name, ms, signal) =>
    void clock.sleep(ms, signal).then(
      () => woken.push(name),
      (error: Error) => woken.push(`${name}: ${error.message}`),
    );
}

test('it is the machine’s clock until it is moved, and goes on from there', async () => {
  expect(clock.now()).toBe(systemClock.now());
  clock.forward(DAY);
  expect(clock.now()).toBe(systemClock.now() + DAY);
  expect(clock.ahead).toBe(DAY);
  await vi.advanceTimersByTimeAsync(5_000);
  clock.forward(HOUR);
  expect(clock.now()).toBe(Date.UTC(2026, 10, 29, 10, 0, 5));
});

test.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('it cannot be moved by %d', (ms) => {
  expect(() => clock.forward(ms)).toThrow(RangeError);
  expect(clock.ahead).toBe(0);
});

describe('whoever sleeps', () => {
  test('wakes by waiting, as with any clock', async () => {
    const woken: string[] = [];
    const sleep = sleepers(woken);
    sleep('late', 3_000);
    sleep('soon', 1_000);
    sleep('at once', 0);
    await vi.advanceTimersByTimeAsync(1);
    expect(woken).toEqual(['at once']);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(woken).toEqual(['at once', 'soon']);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(woken).toEqual(['at once', 'soon', 'late']);
  });

  test('wakes by a move past their time, in the order of their times', async () => {
    const woken: string[] = [];
    const sleep = sleepers(woken);
    sleep('evening', 9 * HOUR);
    sleep('noon', 3 * HOUR);
    sleep('noon too', 3 * HOUR);
    sleep('tomorrow', DAY);
    clock.forward(10 * HOUR);
    await vi.advanceTimersByTimeAsync(0);
    expect(woken).toEqual(['noon', 'noon too', 'evening']);
  });

  test('sleeps only for the rest when a move was too short', async () => {
    const woken: string[] = [];
    sleepers(woken)('waits', HOUR);
    clock.forward(HOUR - 2_000);
    await vi.advanceTimersByTimeAsync(1_990);
    expect(woken).toEqual([]);
    await vi.advanceTimersByTimeAsync(20);
    expect(woken).toEqual(['waits']);
  });

  test('sleeps longer than a timer of Node can run', async () => {
    const woken: string[] = [];
    const sleep = sleepers(woken);
    sleep('two months', 60 * DAY);
    await vi.advanceTimersByTimeAsync(30 * DAY);
    expect(woken).toEqual([]);
    clock.forward(29 * DAY);
    await vi.advanceTimersByTimeAsync(DAY - 1_000);
    expect(woken).toEqual([]);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(woken).toEqual(['two months']);
  });

  test('may lie down again at once without being woken twice by one move', async () => {
    const rounds: number[] = [];
    const loop = async (): Promise<void> => {
      for (let round = 1; round <= 3; round += 1) {
        await clock.sleep(HOUR);
        rounds.push(round);
      }
    };
    void loop();
    clock.forward(DAY);
    await vi.advanceTimersByTimeAsync(0);
    expect(rounds).toEqual([1]);
    clock.forward(HOUR);
    await vi.advanceTimersByTimeAsync(0);
    expect(rounds).toEqual([1, 2]);
  });

  test('is called off with the reason of the signal, and stays so', async () => {
    const woken: string[] = [];
    const sleep = sleepers(woken);
    const off = new AbortController();
    sleep('called off', HOUR, off.signal);
    sleep('sleeps on', HOUR);
    off.abort(new Error('never mind'));
    sleep('too late', HOUR, off.signal);
    await vi.advanceTimersByTimeAsync(0);
    expect(woken).toEqual(['called off: never mind', 'too late: never mind']);
    clock.forward(DAY);
    await vi.advanceTimersByTimeAsync(0);
    expect(woken.slice(2)).toEqual(['sleeps on']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('leaves nothing behind at its signal once it is awake', async () => {
    const off = new AbortController();
    const asleep = clock.sleep(HOUR, off.signal);
    clock.forward(HOUR);
    await asleep;
    off.abort();
    await expect(asleep).resolves.toBeUndefined();
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('those who listen hear of a move before anybody wakes, and only as long as they want', async () => {
  const heard: string[] = [];
  const stop = clock.onMove(({ from, to }) => heard.push(`moved by ${(to - from) / HOUR} h`));
  sleepers(heard)('awake', HOUR);
  clock.forward(2 * HOUR);
  await vi.advanceTimersByTimeAsync(0);
  expect(heard).toEqual(['moved by 2 h', 'awake']);
  stop();
  clock.forward(HOUR);
  expect(heard).toHaveLength(2);
});
