import type { Closer } from './closers.ts';
import type { Services } from './handlers/services.ts';
import { holdPass, holdWait } from './pollers/hold.ts';

/** After a pass that failed as a whole, such as without a database; ms. */
const AFTER_TROUBLE_MS = 2_000;

/**
 * Holds what is contained, at its rhythm, until it is closed. Every process does, whatever its jobs are busy with: a
 * row's lease says who acts.
 */
export function keepHolding(services: Services): Closer {
  const { clock, log } = services;
  const stopping = new AbortController();
  const { signal } = stopping;
  const holding = (async () => {
    while (!signal.aborted) {
      let wait = AFTER_TROUBLE_MS;
      try {
        await holdPass(services, signal);
        wait = await holdWait(services);
      } catch (error) {
        if (!signal.aborted) log.warn('what is contained could not be held', { error });
      }
      await clock.sleep(wait, signal).catch(() => null);
    }
  })();
  return async () => {
    stopping.abort();
    await holding;
  };
}
