import type { Habit, Purpose } from './habits.ts';
import type { Draw } from './draw.ts';
import { BOT_PURPOSES, PERSON_PURPOSES } from './words.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A key to be made. */
export interface PlannedKey {
  /** At the beginning; ms. */
  readonly ageMs: number;
  readonly status: 'Active' | 'Inactive';
  readonly habit: Habit;
  /** The console keeps it as a tag of the user, under the key's id. */
  readonly description?: string;
}

/** A user to be made. */
export interface PlannedUser {
  readonly name: string;
  readonly path: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly ageMs: number;
  readonly console: boolean;
  readonly quarantined: boolean;
  readonly keys: readonly PlannedKey[];
}

/** A user with what is usual for the rest. It is as old as its oldest key, or older. */
export function user(
  name: string,
  keys: readonly PlannedKey[],
  more: Partial<Omit<PlannedUser, 'name' | 'keys'>> = {},
): PlannedUser {
  const oldest = Math.max(0, ...keys.map(({ ageMs }) => ageMs));
  return {
    name,
    path: '/',
    tags: {},
    ageMs: oldest + 30 * DAY,
    console: false,
    quarantined: false,
    ...more,
    keys,
  };
}

/** An Active key of so many days. */
export function key(days: number, habit: Habit, more: Partial<PlannedKey> = {}): PlannedKey {
  return { ageMs: Math.round(days * DAY), status: 'Active', habit, ...more };
}

export const never: Habit = { kind: 'never' };

/** Used last so many days ago, and no more. */
export function stopped(days: number, purpose: Purpose): Habit {
  return { kind: 'stopped', agoMs: Math.round(days * DAY), purpose };
}

/** A program: several times a day. */
export function robotic(draw: Draw): Habit {
  const everyMs = draw.whole(1, 12) * HOUR;
  return {
    kind: 'rhythm',
    everyMs,
    phaseMs: draw.whole(0, everyMs - 1),
    workdays: false,
    purpose: draw.one(BOT_PURPOSES),
  };
}

/** A person: on working days. */
export function daily(draw: Draw): Habit {
  return {
    kind: 'rhythm',
    everyMs: DAY,
    phaseMs: draw.whole(0, DAY - 1),
    workdays: true,
    purpose: draw.one(PERSON_PURPOSES),
  };
}

/** A job at the end of the month, or so. */
export function monthly(draw: Draw): Habit {
  return {
    kind: 'rhythm',
    everyMs: 30 * DAY,
    phaseMs: draw.whole(0, 30 * DAY - 1),
    workdays: false,
    purpose: draw.one(BOT_PURPOSES),
  };
}
