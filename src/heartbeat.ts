import type { Closer } from './closers.ts';
import { beat, BEAT_EVERY_MS, firstBeat, lastBeat } from './handlers/instances.ts';
import type { Services } from './handlers/services.ts';

/** Says again and again that this process lives, until it is closed. A beat that fails is made good by the next. */
export async function keepBeating(services: Services): Promise<Closer> {
  const { clock, log } = services;
  const stopping = new AbortController();
  await firstBeat(services);
  const beating = (async () => {
    while (!stopping.signal.aborted) {
      await clock.sleep(BEAT_EVERY_MS, stopping.signal).catch(() => null);
      if (stopping.signal.aborted) return;
      await beat(services).catch((error: unknown) =>
        log.warn('this instance could not say that it lives', { error }),
      );
    }
  })();
  return async () => {
    stopping.abort();
    await beating;
    await lastBeat(services);
  };
}
