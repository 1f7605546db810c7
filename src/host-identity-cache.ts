import type { HostIdentity } from './ports/aws.ts';
import type { Clock } from './ports/world.ts';

/** How long an answer is used: an identity in place stays, a missing one is looked for again soon. */
const FOUND_FOR_MS = 10 * 60_000;
const MISSING_FOR_MS = 60_000;

/**
 * Remembers the host identity, since forms ask for it inside Slack's three seconds. An old answer is handed out
 * while a new one is fetched; only the very first asker waits.
 */
export function rememberHostIdentity(
  read: () => Promise<HostIdentity>,
  clock: Clock,
): () => Promise<HostIdentity> {
  let last: { host: HostIdentity; at: number } | null = null;
  let asking: Promise<HostIdentity> | null = null;
  const ask = (): Promise<HostIdentity> => {
    asking ??= read()
      .then((host) => {
        last = { host, at: clock.now() };
        return host;
      })
      .finally(() => {
        asking = null;
      });
    return asking;
  };
  return async () => {
    if (last === null) return ask();
    const old = clock.now() - last.at > (last.host.available ? FOUND_FOR_MS : MISSING_FOR_MS);
    // The answer in hand serves; a failure to renew it is no news, and `read` words its own.
    if (old) ask().catch(() => undefined);
    return last.host;
  };
}
