import { describe, expect, it } from 'vitest';
import { CallBudget, CallBudgets } from '../../src/aws/budget.ts';
import { AwsFailure } from '../../src/ports/aws.ts';
import { UNSHARED } from '../../src/ports/instances.ts';
import { NO_METRICS } from '../../src/ports/metrics.ts';
import type { CallShare } from '../../src/ports/instances.ts';
import type { Clock } from '../../src/ports/world.ts';

/** A clock that stands until everybody sleeps, then goes to whoever wakes first. */
class SteppingClock implements Clock {
  #now = 1_000_000;
  readonly #sleepers = new Set<{ at: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { at: this.#now + ms, wake: resolve };
    this.#sleepers.add(sleeper);
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    setImmediate(() => this.#step());
    await promise.finally(() => this.#sleepers.delete(sleeper));
  }

  #step(): void {
    const [first] = [...this.#sleepers].sort((a, b) => a.at - b.at);
    if (first === undefined) return;
    this.#now = Math.max(this.#now, first.at);
    first.wake();
    setImmediate(() => this.#step());
  }
}

const ACCOUNT = '111122223333';
const throttled = () => new AwsFailure({ code: 'throttled', action: 'iam:ListUsers' });

function budgetOf(clock: Clock, waits: number[] = []): CallBudget {
  const metrics = { ...NO_METRICS, awsWaited: (_: string, ms: number) => void waits.push(ms) };
  return new CallBudget({ clock, metrics, chance: () => 0.5, share: UNSHARED }, 'iam', ACCOUNT);
}

/** The most calls in any span of ten seconds. */
function mostInTenSeconds(times: readonly number[]): number {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 10_000).length));
}

describe('a call budget', () => {
  it('may be given another highest rate, to which it comes back after a throttle', async () => {
    const clock = new SteppingClock();
    const budget = new CallBudget(
      { clock, metrics: NO_METRICS, chance: () => 0.5, share: UNSHARED, mostPerSecond: 50 },
      'iam',
      ACCOUNT,
    );
    const from = clock.now();
    await Promise.all(Array.from({ length: 205 }, () => budget.run('background', () => Promise.resolve())));
    expect(clock.now() - from).toBeGreaterThanOrEqual(3_900);
    expect(clock.now() - from).toBeLessThanOrEqual(4_300);
    await budget.run('person', () => Promise.reject(throttled())).catch(() => undefined);
    expect(budget.perSecond).toBe(25);
    for (let count = 0; count < 1_300; count += 1) {
      await budget.run('background', () => Promise.resolve());
    }
    expect(budget.perSecond).toBe(50);
  });

  it('hears of throttles after the clock was set back', async () => {
    const stepping = new SteppingClock();
    let set = 0;
    const clock: Clock = {
      now: () => stepping.now() + set,
      sleep: (ms, signal) => stepping.sleep(ms, signal),
    };
    const budget = budgetOf(clock);
    const meet = () => budget.run('person', () => Promise.reject(throttled())).catch(() => undefined);
    await meet();
    set = -7_200_000;
    await meet();
    expect(budget.perSecond).toBe(1.25);
  });

  it('lets five calls a second through in the background, after a small burst', async () => {
    const clock = new SteppingClock();
    const waits: number[] = [];
    const budget = budgetOf(clock, waits);
    const times: number[] = [];
    const call = () => Promise.resolve(times.push(clock.now()));
    await Promise.all(Array.from({ length: 205 }, () => budget.run('background', call)));
    expect(times).toHaveLength(205);
    const [first = 0] = times;
    expect((times.at(-1) ?? 0) - first).toBeGreaterThanOrEqual(39_000);
    expect((times.at(-1) ?? 0) - first).toBeLessThanOrEqual(41_500);
    expect(mostInTenSeconds(times)).toBeLessThanOrEqual(5 + 50);
    expect(waits).toHaveLength(205);
  });

  it('lets a person through at once, and the background wait for what was taken', async () => {
    const clock = new SteppingClock();
    const budget = budgetOf(clock);
    const from = clock.now();
    await Promise.all(Array.from({ length: 15 }, () => budget.run('person', () => Promise.resolve())));
    expect(clock.now()).toBe(from);
    await budget.run('background', () => Promise.resolve());
    // Ten were borrowed, and one is needed: 11 at five a second.
    expect(clock.now() - from).toBeGreaterThanOrEqual(2_200);
    expect(clock.now() - from).toBeLessThan(2_500);
  });

  it('lets people borrow only so much', async () => {
    const clock = new SteppingClock();
    const budget = budgetOf(clock);
    const from = clock.now();
    await Promise.all(Array.from({ length: 500 }, () => budget.run('person', () => Promise.resolve())));
    await budget.run('background', () => Promise.resolve());
    expect(clock.now() - from).toBeLessThanOrEqual(6_000);
  });

  it('is halved by a throttle, once for all calls under way, and comes back answer by answer', async () => {
    const clock = new SteppingClock();
    const budget = budgetOf(clock);
    const fail = () => Promise.reject(throttled());
    const refused = await Promise.allSettled([1, 2, 3].map(() => budget.run('person', fail)));
    expect(refused.every(({ status }) => status === 'rejected')).toBe(true);
    expect(budget.perSecond).toBe(2.5);
    for (let n = 0; n < 124; n += 1) await budget.run('person', () => Promise.resolve());
    expect(budget.perSecond).toBeLessThan(5);
    for (let n = 0; n < 10; n += 1) await budget.run('person', () => Promise.resolve());
    expect(budget.perSecond).toBe(5);
  });

  it('tries a throttled call in the background again, with no other beginning meanwhile', async () => {
    const clock = new SteppingClock();
    const budget = budgetOf(clock);
    const order: string[] = [];
    let refusals = 3;
    const stubborn = () => {
      order.push('stubborn');
      refusals -= 1;
      return refusals >= 0 ? Promise.reject(throttled()) : Promise.resolve('done');
    };
    const first = budget.run('background', stubborn);
    await new Promise((resolve) => setImmediate(resolve));
    const others = ['a', 'b', 'c'].map((name) =>
      budget.run('background', () => Promise.resolve(order.push(name))),
    );
    expect(await first).toBe('done');
    await Promise.all(others);
    expect(order).toEqual(['stubborn', 'stubborn', 'stubborn', 'stubborn', 'a', 'b', 'c']);
  });

  it('gives up after some tries with what AWS said last, and goes on with the others', async () => {
    const clock = new SteppingClock();
    const budget = budgetOf(clock);
    let tries = 0;
    const never = budget.run('background', () => {
      tries += 1;
      return Promise.reject(throttled());
    });
    await expect(never).rejects.toMatchObject({ code: 'throttled' });
    expect(tries).toBe(6);
    expect(budget.perSecond).toBeGreaterThanOrEqual(0.25);
    expect(await budget.run('background', () => Promise.resolve('on'))).toBe('on');
  });

  it('does not try again what failed otherwise', async () => {
    const budget = budgetOf(new SteppingClock());
    let tries = 0;
    const denied = budget.run('background', () => {
      tries += 1;
      return Promise.reject(new AwsFailure({ code: 'denied_by_policy', action: 'iam:ListUsers' }));
    });
    await expect(denied).rejects.toMatchObject({ code: 'denied_by_policy' });
    expect(tries).toBe(1);
    expect(budget.perSecond).toBe(5);
  });

  it('lets whoever gives up leave the queue', async () => {
    const clock = new SteppingClock();
    const budget = budgetOf(clock);
    const stop = new AbortController();
    const calls = Array.from({ length: 30 }, () =>
      budget.run('background', () => Promise.resolve(), stop.signal),
    );
    setImmediate(() => stop.abort(new Error('enough')));
    const ended = await Promise.allSettled(calls);
    expect(ended.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
    expect(await budget.run('background', () => Promise.resolve('on'))).toBe('on');
  });

  it('is one for each account and API', () => {
    const ground = { clock: new SteppingClock(), metrics: NO_METRICS, chance: () => 0, share: UNSHARED };
    const budgets = new CallBudgets(ground);
    const one = budgets.of('111122223333', 'iam');
    expect(budgets.of('111122223333', 'iam')).toBe(one);
    expect(budgets.of('444455556666', 'iam')).not.toBe(one);
    expect(budgets.of('111122223333', 'cloudtrail')).not.toBe(one);
  });
});

describe('instances that share an account', () => {
  const answers = () => Promise.resolve();

  /** Budgets of so many instances, and what each tells the others. */
  function several(clock: Clock, count: number) {
    const listeners: ((name: string) => void)[][] = [];
    const people = { instances: count };
    const budgets = Array.from({ length: count }, (_, self) => {
      listeners.push([]);
      const share: CallShare = {
        get instances() {
          return people.instances;
        },
        sharers: () => people.instances,
        throttled: (name) => {
          for (const hear of listeners.filter((__, other) => other !== self).flat()) hear(name);
        },
        onThrottled: (hear) => void listeners[self]?.push(hear),
      };
      return new CallBudgets({ clock, metrics: NO_METRICS, chance: () => 0.5, share });
    });
    return { people, of: (index: number) => budgets[index]?.of(ACCOUNT, 'iam') ?? fail() };
  }

  function fail(): never {
    throw new Error('There is no such instance');
  }

  it.each([2, 3, 8])('make no more calls together than one alone would: %i of them', async (count) => {
    const clock = new SteppingClock();
    const { of } = several(clock, count);
    const times: number[] = [];
    const call = () => Promise.resolve(times.push(clock.now()));
    await Promise.all(
      Array.from({ length: count * 60 }, (_, index) => of(index % count).run('background', call)),
    );
    // What was saved up once, and five a second after that.
    expect(mostInTenSeconds(times)).toBeLessThanOrEqual(Math.max(5, count) + 50 + count);
    const lasted = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(lasted).toBeGreaterThanOrEqual(((count * 60 - Math.max(5, count)) / 5) * 1_000 - count * 1_000);
    expect(lasted).toBeLessThanOrEqual(((count * 60) / 5) * 1_000 * 1.1);
  });

  it('take the part of one that left', async () => {
    const clock = new SteppingClock();
    const { people, of } = several(clock, 2);
    expect(of(0).perSecond).toBe(2.5);
    people.instances = 1;
    expect(of(0).perSecond).toBe(5);
  });

  it('slow down together when AWS throttles one of them, once for one throttle', async () => {
    const clock = new SteppingClock();
    const { of } = several(clock, 2);
    await Promise.all([of(0).run('background', answers), of(1).run('background', answers)]);
    const refused = () => Promise.reject(throttled());
    await of(0)
      .run('person', refused)
      .catch(() => undefined);
    expect([of(0).perSecond, of(1).perSecond]).toEqual([1.25, 1.25]);
    // The other meets the same throttle a moment later, and both hear of it.
    await clock.sleep(1_500);
    await of(1)
      .run('person', refused)
      .catch(() => undefined);
    expect(of(1).perSecond).toBe(0.625);
    expect(of(0).perSecond).toBe(1.25);
    await clock.sleep(25_000);
    await of(1)
      .run('person', refused)
      .catch(() => undefined);
    expect(of(0).perSecond).toBe(0.625);
  });
});
