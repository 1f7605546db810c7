import type { Clock } from '../../ports/world.ts';
import { CALLS_MS } from './containing.ts';

/** How much longer a change may take whose process is to stop: what came of it is better known than found out; ms. */
const LEAVE_MS = 5_000;

/** One round of calls. */
export interface Calls {
  /** Ends at once when the process is to stop. */
  readonly reads: AbortSignal;
  /** Ends a moment later. */
  readonly changes: AbortSignal;
  /** Whether the process is to stop. */
  isLeaving(): boolean;
  /** Lets go of the signal they came of. */
  end(): void;
}

/** `signal`: whoever makes the calls is to stop. */
export function callsOf({ clock }: { readonly clock: Clock }, signal: AbortSignal): Calls {
  const timeout = AbortSignal.timeout(CALLS_MS);
  const late = new AbortController();
  const ended = new AbortController();
  const leave = (): void => {
    void clock.sleep(LEAVE_MS, ended.signal).then(
      () => late.abort(),
      () => undefined,
    );
  };
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return {
    reads: AbortSignal.any([signal, timeout]),
    changes: AbortSignal.any([late.signal, timeout]),
    isLeaving: () => signal.aborted,
    end() {
      signal.removeEventListener('abort', leave);
      ended.abort();
    },
  };
}
