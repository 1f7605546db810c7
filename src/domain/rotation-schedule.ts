import type { KeyPolicy } from './key-policy.ts';
import type { IamUser, InventoryKey } from './inventory.ts';
import type { KeyChoices } from './key-choices.ts';
import type { KeyStanding } from './key-standing.ts';
import { FRESH_MS } from './assess-key.ts';
import { isKindSure } from './kind-of-key.ts';
import { kindWords } from './key-words.ts';
import { counted, DAY_MS, dayWords, momentWords } from './time-words.ts';
import { DEFAULT_WORKING_HOURS, isWorkingHours, type WorkingHours } from './working-hours.ts';

/** When Rekey replaces the keys of one connection's account by itself, and how many at a time. Off by default. */
export interface RotationSchedule {
  readonly on: boolean;
  /** The maintenance window: rotations begin inside it only. */
  readonly window: WorkingHours;
  /** A key is due so many days before its maximum age. */
  readonly leadDays: number;
  /** No more of an account are open at once; one that waits for a person counts. */
  readonly mostAtOnce: number;
  /** Two of an account begin at least so far apart. */
  readonly apartMinutes: number;
}

export const DEFAULT_ROTATION_SCHEDULE: RotationSchedule = {
  on: false,
  window: { ...DEFAULT_WORKING_HOURS, from: '09:00', until: '12:00' },
  leadDays: 7,
  mostAtOnce: 2,
  apartMinutes: 30,
};

/** The largest values that can be set. */
export const MOST_LEAD_DAYS = 90;
export const MOST_AT_ONCE = 20;
export const MOST_APART_MINUTES = 1_440;
export const LEAST_APART_MINUTES = 5;

export function isRotationSchedule(schedule: RotationSchedule): boolean {
  const whole = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most;
  return (
    isWorkingHours(schedule.window) &&
    whole(schedule.leadDays, 1, MOST_LEAD_DAYS) &&
    whole(schedule.mostAtOnce, 1, MOST_AT_ONCE) &&
    whole(schedule.apartMinutes, LEAST_APART_MINUTES, MOST_APART_MINUTES)
  );
}

/** What decides whether the schedule takes a key; all of it is kept, and nothing is asked of AWS. */
export interface ScheduledFacts {
  readonly key: InventoryKey;
  readonly standing: KeyStanding | null;
  readonly user: IamUser | null;
  /** The user's existing keys, this one among them. */
  readonly siblings: readonly InventoryKey[];
  readonly choices: KeyChoices | null;
  readonly policy: KeyPolicy;
  /** Whether a rotation of this user is open. */
  readonly underWay: boolean;
  /** When its last rotation was taken back or ended by somebody; null when that never was. */
  readonly takenBackAt: number | null;
  /** How many destinations are bound to the user, and why one of them takes nothing yet, or null. */
  readonly places: { readonly count: number; readonly refusal: string | null };
  /** The key is that of a connection: Rekey itself takes the new one. */
  readonly own: boolean;
}

/** Whether the schedule would take a key, and why not. */
export type Scheduled =
  | { readonly hit: true; readonly dueAt: number }
  | { readonly hit: false; readonly why: string };

/**
 * Whether a key is replaced by itself, as far as what is kept tells; AWS is asked before one begins. Whatever is not
 * known, or asks for a person's judgement, spares the key. Pure.
 */
export function scheduled(facts: ScheduledFacts, schedule: RotationSchedule, now: number): Scheduled {
  for (const spare of SPARE) {
    const why = spare(facts, now);
    if (why !== null) return { hit: false, why };
  }
  const dueAt = facts.standing?.dueAt ?? null;
  if (dueAt === null) return { hit: false, why: 'its age is not known' };
  const from = dueAt - schedule.leadDays * DAY_MS;
  if (now < from) return { hit: false, why: `not due before ${dayWords(from)}` };
  return { hit: true, dueAt };
}

type Spare = (facts: ScheduledFacts, now: number) => string | null;

const SPARE: readonly Spare[] = [
  ({ key }) => (key.goneAt === null ? null : 'it no longer exists'),
  ({ key }) => (key.status === 'Active' ? null : `it is ${key.status}`),
  ({ standing }) => (standing === null ? 'it was not assessed yet' : null),
  ({ user }) => (user === null ? 'its user is not known' : null),
  ({ user }, now) => {
    const readAt = user?.keysReadAt ?? null;
    if (readAt !== null && now - readAt <= FRESH_MS) return null;
    return readAt === null ? 'it was not read yet' : `it was last read ${momentWords(readAt)}`;
  },
  ({ user }) => {
    if (user === null) return null;
    if (!user.quarantine.known) return 'whether AWS quarantined its user is not known';
    return user.quarantine.value.length === 0 ? null : 'AWS quarantined its user: a responder decides';
  },
  ({ standing }) =>
    standing === null || standing.kind.kind === 'ordinary' ? null : `it is ${kindWords(standing.kind)}`,
  ({ user, choices }) =>
    isKindSure(user, choices?.kind ?? null) ? null : 'its tags cannot be read, so that its kind is not sure',
  ({ standing }, now) => {
    const until = standing?.snoozedUntil ?? null;
    return until !== null && until > now ? `it is snoozed until ${dayWords(until)}` : null;
  },
  ({ standing, policy }) =>
    standing?.findings.some(({ code }) => code === 'unused' || code === 'never_used') === true
      ? `it was not used for ${counted(policy.unusedDays, 'day')}: better deactivated than replaced`
      : null,
  ({ underWay }) => (underWay ? 'a rotation of its user is under way' : null),
  ({ takenBackAt }) =>
    takenBackAt === null
      ? null
      : `its rotation was taken back ${momentWords(takenBackAt)}: a person begins the next`,
  ({ siblings }) =>
    siblings.filter(({ goneAt }) => goneAt === null).length > 1
      ? 'its user has two keys: a person chooses'
      : null,
  ({ places, own }) => (places.count === 0 && !own ? 'no destination is bound to its user' : null),
  ({ places }) => places.refusal,
];
