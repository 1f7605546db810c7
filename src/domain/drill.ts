import type { Containment } from './containment.ts';
import type { Ownership } from './owner.ts';
import { spanWords } from './time-words.ts';

/**
 * - `raised`: the alert is out; somebody is to shut the decoy off
 * - `contained`: somebody did; IAM's confirmation is waited for
 * - `reported`: the times were told; the decoy is still off
 * - `over`: the decoy was given back
 * - `recovered`: somebody took what was done for a true alarm: the decoy's key stays off
 * - `unanswered`: nobody acted in time
 * - `stopped`: an admin ended it before anybody acted
 * - `overtaken`: something real happened to the key, which comes first
 */
export type DrillState =
  | 'raised'
  | 'contained'
  | 'reported'
  | 'over'
  | 'recovered'
  | 'unanswered'
  | 'stopped'
  | 'overtaken';

/** A rehearsal on a decoy. Never an incident: nothing of it is counted or learned. Times are ms. */
export interface Drill {
  readonly id: string;
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly userName: string;
  readonly state: DrillState;
  readonly stateAt: number;
  readonly startedBy: string;
  readonly raisedAt: number;
  readonly endsAt: number;
  readonly paged: boolean;
  readonly times: DrillTimes;
  readonly containmentId: string | null;
  /** Who pressed Deactivate: Slack user id, or null on the host. */
  readonly containedBy: string | null;
  /** Why the containment did not come to its end, in words. */
  readonly trouble: string | null;
  /** When it was said that the decoy is still off. */
  readonly remindedAt: number | null;
  readonly stoppedBy: string | null;
  readonly noticeId: string;
  readonly correlationId: string;
  readonly version: number;
}

/** When each step was reached; null: not yet, or not known. */
export interface DrillTimes {
  /** The alert's message stood in Slack. */
  readonly deliveredAt: number | null;
  /** Somebody confirmed *Deactivate*. */
  readonly clickedAt: number | null;
  /** Key and deny were on their way to AWS. */
  readonly sentAt: number | null;
  /** IAM confirmed both. */
  readonly confirmedAt: number | null;
  readonly givenBackAt: number | null;
}

export const NO_TIMES: DrillTimes = {
  deliveredAt: null,
  clickedAt: null,
  sentAt: null,
  confirmedAt: null,
  givenBackAt: null,
};

/** Its message. */
export interface DrillCard {
  readonly drill: Drill;
  readonly ownership: Ownership | null;
  readonly accountName: string;
  readonly now: number;
}

/** How long on-call has, in minutes. */
export const DRILL_MINUTES = [15, 30, 60, 240] as const;
export const DEFAULT_DRILL_MINUTES = 30;
/** IAM confirms within seconds; after this the report says what is missing; ms. */
export const CONFIRM_WAIT_MS = 10 * 60_000;
/** After this it is said that the decoy is still off; ms. */
export const REMIND_MS = 60 * 60_000;

const OPEN: ReadonlySet<DrillState> = new Set<DrillState>(['raised', 'contained', 'reported']);

/** Something is still to come of it. */
export function isOpenDrill({ state }: Pick<Drill, 'state'>): boolean {
  return OPEN.has(state);
}

/** Whoever shuts the key off now takes part in the drill, also who comes second while it is being confirmed. */
export function takesPart({ state, endsAt }: Pick<Drill, 'state' | 'endsAt'>, now: number): boolean {
  return state === 'contained' || (state === 'raised' && now < endsAt);
}

/** Every reason of it is a drill; one that is meant in earnest makes all of it real. */
export function isDrilled({ holders }: Pick<Containment, 'holders'>): boolean {
  return holders.length > 0 && holders.every(({ drillId }) => drillId !== undefined);
}

/** How it stands, in a sentence without a full stop. */
export function drillStanding({ state }: Pick<Drill, 'state'>): string {
  const words: Record<DrillState, string> = {
    raised: 'waiting for somebody to press Deactivate',
    contained: 'the decoy is being shut off',
    reported: 'over; the decoy is still shut off',
    over: 'over; the decoy was given back',
    recovered: 'ended; the decoy was recovered, and its key stays Inactive',
    unanswered: 'over: nobody acted in time',
    stopped: 'stopped',
    overtaken: 'ended, since something real happened to this key',
  };
  return words[state];
}

/** The steps from the alert to the confirmation, each with the time since the one before; plain text. */
export function drillSteps({ raisedAt, times }: Pick<Drill, 'raisedAt' | 'times'>): readonly string[] {
  const steps: readonly (readonly [what: string, at: number | null])[] = [
    ['alert raised → delivered', times.deliveredAt],
    ['delivered → clicked', times.clickedAt],
    ['clicked → both effects sent', times.sentAt],
    ['sent → confirmed by IAM', times.confirmedAt],
  ];
  let last = raisedAt;
  const lines = steps.map(([what, at]) => {
    if (at === null) return `${what}: not seen`;
    const took = Math.max(0, at - last);
    last = at;
    return `${what}: ${tookWords(took)}`;
  });
  const { confirmedAt } = times;
  return confirmedAt === null
    ? lines
    : [...lines, `in all, from the alert to IAM’s confirmation: ${tookWords(confirmedAt - raisedAt)}`];
}

/** Tenths of seconds below a minute: that is what is rehearsed. */
function tookWords(ms: number): string {
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : spanWords(ms);
}
