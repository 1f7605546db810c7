import type { Log } from './ports/world.ts';

export type Closer = () => Promise<unknown> | void;

/** Closes what was opened last first, and goes on when one of them fails. */
export async function closeAll(closers: readonly Closer[], log: Log): Promise<void> {
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      log.warn('something was not closed as it should', { error });
    }
  }
}
