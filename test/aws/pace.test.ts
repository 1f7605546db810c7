import { describe, expect, it } from 'vitest';
import { CallPace, CallPaces } from '../../src/aws/pace.ts';
import type { PaceGround, Priority } from '../../src/aws/pace.ts';
import { UNSHARED } from '../../src/ports/instances.ts';
import type { CallShare } from '../../src/ports/instances.ts';
import type { Clock } from '../../src/ports/world.ts';

/** Time that moves only by sleeping. */
function stillClock(): Clock {
  let now = 1_000_000;
  return {
    now: () => now,
    sleep: async (ms) => {
      // Whoever may go, goes first.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      now += ms;
    },
  };
}

function ground(clock: Clock, share: CallShare = UNSHARED): PaceGround {
  return { clock, share, gapMs: 1_000, api: 'cloudtrail' };
}

const patient = new AbortController().signal;

async function order(budget: CallPace, clock: Clock, asked: readonly Priority[]) {
  const went: { who: string; at: number }[] = [];
  const begin = clock.now();
  await Promise.all(
    asked.map(async (priority, index) => {
      await budget.take(priority, patient);
      went.push({ who: `${priority}${index}`, at: clock.now() - begin });
    }),
  );
  return went;
}

describe('a pace of calls', () => {
  it('lets one go at once, the next after the gap, people before watching', async () => {
    const clock = stillClock();
    const went = await order(new CallPace(ground(clock), '111122223333', 'here'), clock, [
      'watch',
      'watch',
      'people',
      'people',
    ]);
    expect(went.map(({ at }) => at)).toEqual([0, 1_000, 2_000, 3_000]);
    expect(went.map(({ who }) => who)).toEqual(['watch0', 'people2', 'people3', 'watch1']);
  });

  it('does not wait for a time from before the clock was set back', async () => {
    const still = stillClock();
    let set = 0;
    const clock: Clock = { ...still, now: () => still.now() + set };
    const budget = new CallPace(ground(clock), '111122223333', 'here');
    await budget.take('watch', patient);
    budget.throttled(5_000);
    set = -7_200_000;
    expect((await order(budget, clock, ['people', 'watch'])).map(({ at }) => at)).toEqual([0, 1_000]);
    budget.throttled(3_000);
    expect((await order(budget, clock, ['people'])).map(({ at }) => at)).toEqual([3_000]);
  });

  it('stands back when it is told to', async () => {
    const clock = stillClock();
    const budget = new CallPace(ground(clock), '111122223333', 'here');
    budget.throttled(5_000);
    expect((await order(budget, clock, ['people', 'watch'])).map(({ at }) => at)).toEqual([5_000, 6_000]);
  });

  it('forgets who gave up, and does not let them cost a turn', async () => {
    const clock = stillClock();
    const budget = new CallPace(ground(clock), '111122223333', 'here');
    await budget.take('people', patient);
    const leaving = new AbortController();
    const left = budget.take('people', leaving.signal);
    const staying = budget.take('watch', patient);
    leaving.abort(new Error('abort'));
    await expect(left).rejects.toThrow('abort');
    const before = clock.now();
    await staying;
    expect(clock.now() - before).toBeLessThanOrEqual(1_000);
    await expect(budget.take('people', leaving.signal)).rejects.toThrow('abort');
  });

  it('is one per account and region', () => {
    const budgets = new CallPaces(ground(stillClock()));
    const budget = budgets.of('111122223333', 'us-east-1');
    expect(budgets.of('111122223333', 'us-east-1')).toBe(budget);
    expect(budgets.of('111122223333', 'eu-west-1')).not.toBe(budget);
    expect(budgets.of('444455556666', 'us-east-1')).not.toBe(budget);
  });

  it('is divided among the instances, who hear of each other’s throttles', async () => {
    const clock = stillClock();
    const told: string[] = [];
    let hear: (name: string) => void = () => undefined;
    const share: CallShare = {
      instances: 2,
      sharers: () => 2,
      throttled: (name) => void told.push(name),
      onThrottled: (listener) => void (hear = listener),
    };
    const budgets = new CallPaces(ground(clock, share));
    const budget = budgets.of('111122223333', 'us-east-1');
    expect((await order(budget, clock, ['people', 'watch', 'watch'])).map(({ at }) => at)).toEqual([
      0, 2_000, 4_000,
    ]);
    budget.throttled(4_000);
    expect(told).toEqual(['cloudtrail 111122223333/us-east-1']);
    expect((await order(budget, clock, ['people'])).map(({ at }) => at)).toEqual([4_000]);
    const before = clock.now();
    hear('cloudtrail 111122223333/us-east-1');
    hear('cloudtrail 111122223333/eu-west-1');
    await budget.take('people', patient);
    expect(clock.now() - before).toBe(2_000);
  });
});
