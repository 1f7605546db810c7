import type { Clock, Log } from '../ports/world.ts';

/** A close handshake takes one round trip; what is not closed by then is left to the end of the process. */
const CLOSE_MS = 3_000;

/**
 * Stops a Socket Mode receiver, for at most three seconds: socket-mode (3.1) waits without end for the goodbye of a
 * socket that was just being replaced.
 */
export async function closeInTime(stop: () => Promise<unknown>, clock: Clock, log: Log): Promise<void> {
  const waited = new AbortController();
  const late = clock.sleep(CLOSE_MS, waited.signal).then(
    () => log.warn('Slack did not say goodbye in time; the socket is left'),
    () => undefined,
  );
  try {
    await Promise.race([stop(), late]);
  } finally {
    waited.abort();
  }
}
