import { systemClock } from '../src/clock.ts';
import type { Clock } from '../src/ports/world.ts';

/** The longest a timer of Node can run; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

interface Sleeper {
  /** When it is to wake, on a scale that no change of the machine's clock moves; ms. */
  readonly wakeAt: number;
  readonly wake: () => void;
  timer: NodeJS.Timeout | null;
}

/**
 * The machine's clock with what a visitor has put it forward: Rekey and both stand-ins live by it. It never goes
 * back. Whoever sleeps wakes as soon as their time has come, by waiting or by a move.
 */
export class MovableClock implements Clock {
  #ahead = 0;
  readonly #sleepers = new Set<Sleeper>();
  readonly #listeners = new Set<(move: ClockMove) => void>();

  /** How far it is ahead of the machine's; ms. */
  get ahead(): number {
    return this.#ahead;
  }

  now(): number {
    return systemClock.now() + this.#ahead;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal));
        return;
      }
      const aborted = (): void => {
        this.#forget(sleeper);
        reject(reasonOf(signal));
      };
      const wake = (): void => {
        signal?.removeEventListener('abort', aborted);
        resolve();
      };
      const sleeper: Sleeper = { wakeAt: this.#elapsed() + ms, wake, timer: null };
      signal?.addEventListener('abort', aborted, { once: true });
      this.#sleepers.add(sleeper);
      this.#wait(sleeper);
    });
  }

  /**
   * Puts it forward. Those who listen hear of it first, then wakes whoever is due, in the order of their times;
   * those of the same time in the order they lay down.
   * @throws RangeError for anything but a time forward.
   */
  forward(ms: number): void {
    if (!Number.isSafeInteger(ms) || ms <= 0) throw new RangeError('The clock only goes forward.');
    const from = this.now();
    this.#ahead += ms;
    const to = this.now();
    for (const listener of this.#listeners) listener({ from, to });
    const elapsed = this.#elapsed();
    const due: Sleeper[] = [];
    for (const sleeper of this.#sleepers) {
      if (sleeper.wakeAt <= elapsed) due.push(sleeper);
      else this.#wait(sleeper);
    }
    for (const sleeper of due.sort((a, b) => a.wakeAt - b.wakeAt)) {
      this.#forget(sleeper);
      sleeper.wake();
    }
  }

  /** Calls the listener at every move; answers how to stop it. */
  onMove(listener: (move: ClockMove) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #elapsed(): number {
    return performance.now() + this.#ahead;
  }

  /** (Re)starts the timer of a sleeper for what is left. */
  #wait(sleeper: Sleeper): void {
    if (sleeper.timer !== null) clearTimeout(sleeper.timer);
    const left = Math.max(0, sleeper.wakeAt - this.#elapsed());
    sleeper.timer = setTimeout(
      () => {
        // Timers are a little early at times, and cannot run for more than 24 days.
        if (sleeper.wakeAt - this.#elapsed() >= 1) {
          this.#wait(sleeper);
          return;
        }
        this.#forget(sleeper);
        sleeper.wake();
      },
      Math.min(left, LONGEST_TIMER_MS),
    );
  }

  #forget(sleeper: Sleeper): void {
    if (sleeper.timer !== null) clearTimeout(sleeper.timer);
    this.#sleepers.delete(sleeper);
  }
}

/** A move of the clock, in its own time; ms. */
export interface ClockMove {
  readonly from: number;
  readonly to: number;
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('The sleep was called off.');
}
