import type { Clock } from '../ports/world.ts';

/** Lets others have their turn between pieces of long work; they wait for `sliceMs`, and one piece, at the most. */
export function inSlices(clock: Clock, sliceMs: number): () => Promise<void> {
  let since = clock.now();
  return async () => {
    if (Math.abs(clock.now() - since) < sliceMs) return;
    await clock.sleep(0);
    since = clock.now();
  };
}
