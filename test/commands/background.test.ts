import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Background } from '../../commands/background.ts';
import { urgentFirst } from '../../src/jobs/urgent-first.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import type { Clock } from '../../src/ports/world.ts';
import { recordingLog } from '../support/system-world.ts';

/** A clock whose sleepers are woken by hand. */
class HeldClock implements Clock {
  #sleepers: { readonly ms: number; readonly wake: () => void }[] = [];

  now(): number {
    return 0;
  }

  /** How many sleep no longer than so many ms. */
  sleepers(ms: number): number {
    return this.#sleepers.filter((sleeper) => sleeper.ms <= ms).length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.push({ ms, wake: resolve });
      signal?.addEventListener('abort', () => reject(new Error('cancelled')));
    });
  }

  wake(): void {
    for (const sleeper of this.#sleepers.splice(0)) sleeper.wake();
  }

  /** Wakes those alone who sleep no longer than so many ms. */
  wakeAfter(ms: number): void {
    const due = this.#sleepers.filter((sleeper) => sleeper.ms <= ms);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.ms > ms);
    for (const sleeper of due) sleeper.wake();
  }
}

/** Many works that end when they are told. */
function held(count: number) {
  const clock = new HeldClock();
  const background = new Background(clock);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  for (let n = 0; n < count; n += 1) {
    background.run(async () => {
      begun.push(n);
      await new Promise<void>((resolve) => ends.push(resolve));
    }, recordingLog());
  }
  return { clock, background, begun, ends };
}

describe('the work behind acknowledgements', () => {
  it('that comes again and again lets what is urgent go first, step by step, for a while in all', async () => {
    const { clock, background } = held(0);
    const steps: string[] = [];
    let finish = (): void => undefined;
    background.atOnce(() => new Promise<void>((resolve) => (finish = resolve)), recordingLog());
    const giveWay = background.patience();
    const work = (async () => {
      await giveWay();
      steps.push('first');
      await giveWay();
      steps.push('second');
    })();
    await turn();
    expect(steps).toEqual([]);
    finish();
    for (let n = 0; n < 30 && steps.length < 2; n += 1) {
      clock.wakeAfter(50);
      await turn();
    }
    await work;
    expect(steps).toEqual(['first', 'second']);
  });

  it('is held back by one look at the door, however many wait for that', async () => {
    const { clock, background } = held(0);
    let finish = (): void => undefined;
    background.atOnce(() => new Promise<void>((resolve) => (finish = resolve)), recordingLog());
    let done = 0;
    for (let n = 0; n < 40; n += 1) void background.afterUrgent(async () => void (done += 1));
    for (let n = 0; n < 5; n += 1) {
      await turn();
      expect(clock.sleepers(50)).toBe(1);
      clock.wakeAfter(50);
    }
    expect(done).toBe(0);
    finish();
    for (let n = 0; n < 20; n += 1) {
      clock.wakeAfter(50);
      await turn();
    }
    expect(done).toBe(40);
    expect(clock.sleepers(50)).toBe(0);
  });

  it('is done a few at a time, in order, so that clicks are acknowledged in between', async () => {
    const { begun, ends } = held(9);
    await turn();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    ends.shift()?.();
    await turn();
    expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('makes room while it waits for others, so that nobody waits behind an AWS that hangs', async () => {
    const { begun, clock } = held(15);
    await turn();
    clock.wake();
    await turn();
    expect(begun).toHaveLength(12);
    clock.wake();
    await turn();
    expect(begun).toHaveLength(15);
  });

  it('gives its place back once, whether it waited or not', async () => {
    const { begun, ends, clock } = held(20);
    await turn();
    clock.wake();
    await turn();
    for (const end of ends.splice(0, 6)) end();
    await turn();
    expect(begun).toHaveLength(12);
  });

  it('is waited for by a stopping process, also what has not begun', async () => {
    const { background, begun, ends, clock } = held(8);
    const drained = background.drain(1_000, clock);
    for (let round = 0; round < 3; round += 1) {
      await turn();
      for (const end of ends.splice(0)) end();
    }
    expect(await drained).toBe(true);
    expect(begun).toHaveLength(8);
  });

  it('begins when those at the door are answered and nobody comes any more, or after a while', async () => {
    const { background, clock } = held(0);
    const quiet = async (): Promise<void> => {
      for (let n = 0; n < 20; n += 1) {
        clock.wakeAfter(50);
        await turn();
      }
    };
    const begun: string[] = [];
    let answer = (): void => undefined;
    const begin = (name: string): void =>
      background.run(() => {
        begun.push(name);
        return Promise.resolve();
      }, recordingLog());
    void background.hold(new Promise<void>((resolve) => (answer = resolve)));
    begin('after the answer');
    await quiet();
    expect(begun).toEqual([]);
    answer();
    await turn();
    expect(begun).toEqual([]);
    // The next of a burst comes in while the first one is answered already.
    void background.hold(new Promise<void>((resolve) => (answer = resolve)));
    await quiet();
    expect(begun).toEqual([]);
    answer();
    await quiet();
    expect(begun).toEqual(['after the answer']);
    void background.hold(new Promise<void>(() => undefined));
    begin('after a while');
    await quiet();
    expect(begun).toEqual(['after the answer']);
    clock.wake();
    await turn();
    await turn();
    expect(begun).toEqual(['after the answer', 'after a while']);
  });

  it('waits for acknowledgements, not for what a visit does after its own', async () => {
    const { background, clock } = held(0);
    let begun = false;
    void background.hold(new Promise<void>(() => undefined), Promise.resolve());
    background.run(() => Promise.resolve(void (begun = true)), recordingLog());
    for (let n = 0; n < 20; n += 1) {
      clock.wakeAfter(50);
      await turn();
    }
    expect(begun).toBe(true);
  });

  it('lets those at the door be answered before each of its steps, and holds up nobody else', async () => {
    const { background, clock } = held(0);
    const steps: string[] = [];
    let go = (): void => undefined;
    const reached = new Promise<void>((resolve) => (go = resolve));
    const work = async (step: string): Promise<void> => {
      await reached;
      await background.giveWay();
      steps.push(step);
    };
    background.run(() => work('patient'), recordingLog(), { patient: true });
    background.run(() => work('needed'), recordingLog());
    await turn();
    let answer = (): void => undefined;
    void background.hold(new Promise<void>((resolve) => (answer = resolve)));
    go();
    await background.giveWay();
    await turn();
    expect(steps).toEqual(['needed']);
    answer();
    for (let n = 0; n < 20; n += 1) {
      clock.wakeAfter(50);
      await turn();
    }
    expect(steps).toEqual(['needed', 'patient']);
  });

  it('does not hold up those who wait until everybody is answered', async () => {
    const { background, ends, clock } = held(1);
    let answer = (): void => undefined;
    const visit = new Promise<void>((resolve) => {
      answer = resolve;
    });
    void background.hold(visit);
    let answered: boolean | null = null;
    const waiting = background.answered(1_000, clock).then((all) => {
      answered = all;
      return all;
    });
    await turn();
    expect(answered).toBeNull();
    answer();
    expect(await waiting).toBe(true);
    expect(ends).toHaveLength(1);
    expect(await Promise.race([background.drain(1_000, clock), turn('still at work')])).toBe('still at work');
  });

  it('and nobody waits longer than the grace', async () => {
    const { background, clock } = held(0);
    void background.hold(new Promise<void>(() => undefined));
    const waiting = background.answered(1_000, clock);
    clock.wake();
    expect(await waiting).toBe(false);
  });

  it('lets what is urgent of a work that began at once go before the rest of others, and before jobs', async () => {
    const { background, clock } = held(0);
    const steps: string[] = [];
    const ends: (() => void)[] = [];
    const shutOff = (name: string): void =>
      background.atOnce(async (urgent) => {
        await urgent.giveWay();
        await new Promise<void>((resolve) => ends.push(resolve));
        urgent.done();
        await urgent.giveWay();
        steps.push(name);
      }, recordingLog());
    shutOff('first');
    shutOff('second');
    const jobs = urgentFirst(jobsThatRun(), (work) => background.afterUrgent(work), new Set(['hold']));
    jobs.handle('hold', JOB, async () => void steps.push('hold'));
    jobs.handle('outbox', JOB, async () => void steps.push('outbox'));
    await turn();
    expect(ends).toHaveLength(2);
    ends[0]?.();
    for (let n = 0; n < 20; n += 1) {
      clock.wakeAfter(50);
      await turn();
    }
    expect(steps).toEqual(['hold']);
    ends[1]?.();
    for (let n = 0; n < 20; n += 1) {
      clock.wakeAfter(50);
      await turn();
    }
    expect(steps.toSorted()).toEqual(['first', 'hold', 'outbox', 'second']);
  });

  it('and so do the steps of a job that runs already, which no visit keeps', async () => {
    const { background, clock } = held(0);
    const steps: string[] = [];
    let next = (): void => undefined;
    void background.afterUrgent(async () => {
      for (const step of ['one', 'two']) {
        await new Promise<void>((resolve) => {
          next = resolve;
        });
        await background.giveWay();
        steps.push(step);
      }
    });
    void background.hold(new Promise<void>(() => undefined));
    await turn();
    next();
    await turn();
    expect(steps).toEqual(['one']);
    background.atOnce(() => new Promise<void>(() => undefined), recordingLog());
    next();
    await turn();
    expect(steps).toEqual(['one']);
    clock.wakeAfter(2_000);
    await turn();
    expect(steps).toEqual(['one', 'two']);
  });

  it('and nothing waits longer than two seconds for it', async () => {
    const { background, clock } = held(0);
    background.atOnce(() => new Promise<void>(() => undefined), recordingLog());
    let waited = false;
    void background.afterUrgent(async () => {
      waited = true;
    });
    await turn();
    expect(waited).toBe(false);
    clock.wakeAfter(2_000);
    await turn();
    expect(waited).toBe(true);
  });
});

const JOB = { deadlineMs: 1_000, retries: 0, backoffMs: 1 };

/** Runs what is to be handled at once. */
function jobsThatRun(): Jobs {
  const handle: Jobs['handle'] = (_name, _options, run) => {
    void run({ key: '', payload: {}, attempt: 1, dueAt: 0, signal: new AbortController().signal });
  };
  return { handle } as Partial<Jobs> as Jobs;
}
