import type { Doer } from '../domain/actor.ts';
import { RekeyError } from '../errors.ts';
import { auditOutcome } from './audit.ts';
import type { Services } from './services.ts';

/** What somebody tried to do. */
export interface Attempted {
  readonly doer: Doer;
  readonly verb: string;
  readonly entityKind: string;
  readonly entityId: string;
  readonly correlationId: string;
  /** Ids and names; never what was typed. */
  readonly detail: Readonly<Record<string, unknown>>;
}

type Recording = Pick<Services, 'stores' | 'ids' | 'clock' | 'log'>;

/** Errors whose refusal is in the audit log already: handlers record what they refuse, the way in all the rest. */
const recorded = new WeakSet<object>();

/** Says of a refusal that its row is written already. */
export function asRecorded<E extends RekeyError>(error: E): E {
  recorded.add(error);
  return error;
}

/** Runs it; what it refuses goes into the audit log once, and is thrown on. `attempted` is asked only then. */
export async function recordingRefusals<T>(
  services: Recording,
  attempted: () => Attempted | Promise<Attempted>,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    await recordRefusal(services, attempted, error);
    throw error;
  }
}

/**
 * Writes the audit row of an attempt that failed with this error, unless it has one: `refused` with the reason, `failed`
 * where nobody could be asked. A defect has none, and that it cannot be written is logged: whoever tried is answered.
 */
export async function recordRefusal(
  services: Recording,
  attempted: () => Attempted | Promise<Attempted>,
  error: unknown,
): Promise<void> {
  if (!(error instanceof RekeyError) || error.code === 'internal' || recorded.has(error)) return;
  recorded.add(error);
  const { code, message } = error;
  try {
    const { detail, ...about } = await attempted();
    // What is said to whoever may not is addressed to them.
    const why = code === 'forbidden' ? 'not permitted' : message;
    const act = { ...about, why, detail: { ...detail, code } };
    const outcome = code === 'unreachable' || code === 'throttled' ? 'failed' : 'refused';
    await services.stores.atomically([auditOutcome(services, act, outcome)]);
  } catch (failure) {
    services.log.error('a refused attempt is not in the audit log', { code, error: failure });
  }
}
