import type { HostIdentity } from './ports/aws.ts';
import type { Clock, Log } from './ports/world.ts';

/** How long an answer is used: an identity in place stays, a missing one is looked for again soon. */
const FOUND_FOR_MS = 10 * 60_000;
const MISSING_FOR_MS = 60_000;
/** Whoever must know is told of a missing one no older than this. */
const MISSING_AFRESH_MS = 15_000;

/**
 * Remembers the host identity, since forms ask for it inside Slack's three seconds. An old answer is handed out
 * while a new one is fetched; only the very first asker waits, and whoever asks `afresh` for one that is missing.
 */
export function rememberHostIdentity(
  read: () => Promise<HostIdentity>,
  clock: Clock,
  log: Log,
): (how?: 'afresh') => Promise<HostIdentity> {
  let last: { host: HostIdentity; at: number } | null = null;
  let asking: Promise<HostIdentity> | null = null;
  const ask = (): Promise<HostIdentity> => {
    asking ??= read()
      .catch((error: unknown): HostIdentity => {
        log.error('the host identity could not be read', { error });
        return {
          available: false,
          why: 'Rekey could not find out its own AWS identity.',
          mend: 'Look for the reason in its log.',
        };
      })
      .then((host) => {
        last = { host, at: clock.now() };
        return host;
      })
      .finally(() => {
        asking = null;
      });
    return asking;
  };
  return async (how) => {
    if (last === null) return ask();
    const age = Math.abs(clock.now() - last.at);
    if (how === 'afresh' && !last.host.available && age > MISSING_AFRESH_MS) return ask();
    const old = age > (last.host.available ? FOUND_FOR_MS : MISSING_FOR_MS);
    if (old) void ask();
    return last.host;
  };
}
