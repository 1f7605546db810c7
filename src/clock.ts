import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './ports/world.ts';

/** The machine's own clock; the only one besides those of tests and the sandbox. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await wait(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      throw signal?.reason ?? error;
    }
  },
};
