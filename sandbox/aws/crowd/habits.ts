import type { LastUsed } from '../accounts/access-key.ts';

const DAY = 86_400_000;

/** What a key is used for. */
export interface Purpose {
  readonly service: string;
  /** `N/A` where AWS does not say, as for S3. */
  readonly region: string;
}

/**
 * How a key is used.
 * - `never`
 * - `stopped`: last used so long before the beginning; ms
 * - `rhythm`: every so often, the first time so long after the beginning; ms. On working days only, if so
 */
export type Habit =
  | { readonly kind: 'never' }
  | { readonly kind: 'stopped'; readonly agoMs: number; readonly purpose: Purpose }
  | {
      readonly kind: 'rhythm';
      readonly everyMs: number;
      readonly phaseMs: number;
      readonly workdays: boolean;
      readonly purpose: Purpose;
    };

/** The last use by this habit up to `at` of a key made at `createdAt`, or null; `began` is when the crowd was made. */
export function lastUseBy(
  habit: Habit,
  times: { began: number; createdAt: number; at: number },
): LastUsed | null {
  if (habit.kind === 'never') return null;
  const moment = habit.kind === 'stopped' ? times.began - habit.agoMs : lastBeat(habit, times);
  return moment < times.createdAt ? null : { at: moment, ...habit.purpose };
}

function lastBeat(
  { everyMs, phaseMs, workdays }: Extract<Habit, { kind: 'rhythm' }>,
  { began, at }: { began: number; at: number },
): number {
  const first = began + phaseMs;
  let beat = first + Math.floor((at - first) / everyMs) * everyMs;
  if (!workdays) return beat;
  while (isWeekend(beat)) beat -= Math.min(everyMs, DAY);
  return beat;
}

function isWeekend(at: number): boolean {
  return [0, 6].includes(new Date(at).getUTCDay());
}
