import type { Clock } from '../../src/ports/world.ts';
import { systemClock } from './system-world.ts';

/** The machine's clock, which a test can put forward; sleeps last as long as they last. */
export class MovingClock implements Clock {
  #ahead = 0;

  now(): number {
    return systemClock.now() + this.#ahead;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(ms, signal);
  }

  forward(ms: number): void {
    this.#ahead += ms;
  }
}
