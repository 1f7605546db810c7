import type { Closer } from './closers.ts';
import type { Patience } from './handlers/containments/pace.ts';
import { revocationsPass } from './handlers/containments/roles/pursue-role.ts';
import type { Services } from './handlers/services.ts';
import { holdPass, holdWait } from './pollers/hold.ts';

/** After a pass that failed as a whole, such as without a database; ms. */
const AFTER_TROUBLE_MS = 2_000;

/** So many at once at the most; more wait. */
const MOST_BUSY = 64;

/**
 * Holds what is contained, and the sessions of roles that were revoked with it, at its rhythm, until it is closed. Every
 * process does, whatever its jobs are busy with: a row's lease says who acts. `patience`: what is held lets those go first
 * who are at the door, and what is to be shut off.
 */
export function keepHolding(services: Services, patience: Patience): Closer {
  const { clock, log } = services;
  const stopping = new AbortController();
  const { signal } = stopping;
  const busy = new Set<string>();
  const passes = new Set<Promise<void>>();
  const troubled = (error: unknown): void => {
    if (!signal.aborted) log.warn('what is contained could not be held', { error });
  };
  // Nobody waits for a pass: an account that answers slowly would thin the hold of all others.
  const begin = (work: Promise<number>): Promise<void> => {
    const pass: Promise<void> = work.then(() => undefined, troubled).finally(() => passes.delete(pass));
    passes.add(pass);
    return pass;
  };
  let isAtRoles = false;
  const beginRoles = (): void => {
    if (isAtRoles) return;
    isAtRoles = true;
    void begin(revocationsPass(services, signal)).then(() => (isAtRoles = false));
  };
  const holding = (async () => {
    while (!signal.aborted) {
      let wait = AFTER_TROUBLE_MS;
      try {
        if (busy.size < MOST_BUSY) void begin(holdPass(services, signal, busy, patience));
        beginRoles();
        wait = await holdWait(services);
      } catch (error) {
        troubled(error);
      }
      await clock.sleep(wait, signal).catch(() => null);
    }
  })();
  return async () => {
    stopping.abort();
    await holding;
    await Promise.all(passes);
  };
}
