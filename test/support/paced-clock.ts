import type { Metrics } from '../../src/ports/metrics.ts';
import { NO_METRICS } from '../../src/ports/metrics.ts';
import type { Clock } from '../../src/ports/world.ts';
import { systemClock } from './system-world.ts';

/** How long a call is on its way to AWS at the most; ms. */
const LONGEST_WAY_MS = 300;

/**
 * A clock to hold paces by: it runs so many times as fast as the machine's, and stands still while a call is with AWS.
 * So what was sent a second apart arrives a second apart, but for the time it is on its way, however busy the machine is.
 */
export class PacedClock implements Clock {
  readonly #times: number;
  #now = 1_800_000_000_000;
  #readAt = performance.now();
  #away = 0;

  constructor(times: number) {
    this.#times = times;
  }

  /** For `createAws`: tells the clock of each call. */
  readonly calls: { readonly giveWay: () => Promise<void>; readonly metrics: Metrics } = {
    giveWay: async () => {
      await this.sleep(Math.random() * LONGEST_WAY_MS);
      this.#pass();
      this.#away += 1;
    },
    metrics: {
      ...NO_METRICS,
      awsCall: () => {
        this.#pass();
        this.#away -= 1;
      },
    },
  };

  now(): number {
    this.#pass();
    return Math.floor(this.#now);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.now() + ms;
    for (let left = ms; left > 0; left = until - this.now()) {
      await systemClock.sleep(left / this.#times, signal);
    }
  }

  forward(ms: number): void {
    this.#now += ms;
  }

  #pass(): void {
    const readAt = performance.now();
    if (this.#away === 0) this.#now += (readAt - this.#readAt) * this.#times;
    this.#readAt = readAt;
  }
}
