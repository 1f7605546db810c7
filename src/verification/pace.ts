import { AwsFailure } from '../ports/aws.ts';
import type { AwsFailureCode } from '../ports/aws.ts';
import type { Clock } from '../ports/world.ts';

/** How long to wait before each further try, by why the last one failed; ms. A reason not named ends the tries. */
export type Patience = Partial<Record<AwsFailureCode, readonly number[]>>;

/** AWS is busy or slow: a little later it may answer. */
const BUSY: Patience = {
  throttled: [1_000, 3_000],
  aws_down: [1_000, 3_000],
  timeout: [1_000],
};

/**
 * The first call with a key. A new key is not known everywhere at once and flaps: tries at 0, 2, 5 and 9 s. After a
 * wrong secret AWS refuses the right one too for about 5 s (Aidan Steele, 2021-10-24; TruffleHog): one more try
 * after that.
 */
export const FIRST_CALL: Patience = {
  ...BUSY,
  key_not_active: [2_000, 3_000, 4_000],
  wrong_secret: [5_500],
};

/** A read with a key that was accepted a moment ago, but may flap. */
export const READ: Patience = {
  throttled: [1_000],
  aws_down: [1_000],
  key_not_active: [1_000, 2_000, 4_000],
};

/** A role or trust policy made a moment ago is not known everywhere at once. */
export const ASSUME: Patience = { ...BUSY, denied_by_policy: [3_000, 5_000] };

/** A probe that should be refused: only trouble on the way is tried again. */
export const PROBE: Patience = BUSY;

export type Tried<T> =
  | { readonly ok: true; readonly value: T }
  /** `patient` is false when the deadline cut the tries short. */
  | { readonly ok: false; readonly failure: AwsFailure; readonly patient: boolean };

/** Keeps one check inside its deadline. */
export interface Pace {
  /** Aborted with the caller's signal and at the deadline. */
  readonly signal: AbortSignal;
  /** Throws the caller's reason when the caller gave up; a deadline of our own never throws. */
  throwIfStopped(): void;
  /** Tries a call as often as patience allows. Throws only what is no AwsFailure, and the caller's abort. */
  attempt<T>(call: (signal: AbortSignal) => Promise<T>, patience: Patience): Promise<Tried<T>>;
}

export function openPace(clock: Clock, deadlineMs: number, callers: AbortSignal): Pace {
  const endsAt = clock.now() + deadlineMs;
  const signal = AbortSignal.any([callers, AbortSignal.timeout(deadlineMs)]);
  const throwIfStopped = () => callers.throwIfAborted();
  return {
    signal,
    throwIfStopped,
    attempt: async (call, patience) => {
      const spent = new Map<AwsFailureCode, number>();
      for (;;) {
        throwIfStopped();
        try {
          return { ok: true, value: await call(signal) };
        } catch (error) {
          throwIfStopped();
          if (!(error instanceof AwsFailure)) throw error;
          const used = spent.get(error.code) ?? 0;
          const wait = patience[error.code]?.[used];
          if (wait === undefined) return { ok: false, failure: error, patient: true };
          if (signal.aborted || clock.now() + wait > endsAt)
            return { ok: false, failure: error, patient: false };
          spent.set(error.code, used + 1);
          await clock.sleep(wait, callers);
        }
      }
    },
  };
}
