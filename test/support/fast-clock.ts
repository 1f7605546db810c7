import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../src/ports/world.ts';

/** A clock that runs so many times as fast as the machine's, for whoever sleeps by it too. */
export class FastClock implements Clock {
  readonly #times: number;
  readonly #began = performance.now();
  #ahead = 0;

  constructor(times: number) {
    this.#times = times;
  }

  now(): number {
    return Math.floor(1_800_000_000_000 + this.#ahead + (performance.now() - this.#began) * this.#times);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await sleep(ms / this.#times, undefined, signal === undefined ? {} : { signal });
  }

  forward(ms: number): void {
    this.#ahead += ms;
  }
}
