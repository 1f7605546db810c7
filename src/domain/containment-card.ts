import type { RoleRevocation } from './role-revocation.ts';
import { timesAskedAgain } from './containment-reasons.ts';
import { freshlyMade, type AssumedRole, type MadeThing } from './surroundings.ts';
import { CONFIRM_READS, isGone, type Containment, type ContainmentEvent } from './containment.ts';

/** The message of a containment. */
export interface ContainmentCard {
  readonly containment: Containment;
  readonly accountName: string;
  readonly now: number;
  /** The incident that may be closed since its part of this is over, and the verdict that suggests; left out: none. */
  readonly closing?: { readonly incidentId: string; readonly verdict: 'attack' | 'false_alarm' | null };
  /** What became of the sessions of roles of its account; none when absent. */
  readonly revocations?: readonly RoleRevocation[];
}

/** One thing that happened, for the thread. */
export type ContainmentLine =
  | { readonly kind: 'event'; readonly event: ContainmentEvent }
  | {
      readonly kind: 'joined' | 'again' | 'undone' | 'recovered';
      readonly accessKeyId: string;
      readonly by: string | null;
      readonly hostUser: string | null;
      readonly reason: string;
      readonly at: number;
    }
  | { readonly kind: 'stopped'; readonly by: string; readonly at: number }
  /** In the place of the card of a rehearsal that became real: its card is another message from then on. */
  | { readonly kind: 'in_earnest'; readonly at: number }
  | { readonly kind: 'confirmed'; readonly at: number; readonly afterMs: number | null }
  | { readonly kind: 'over'; readonly containment: Containment }
  | { readonly kind: 'accepted'; readonly containment: Containment }
  /** It is not done, or nobody can say: told by itself, since edits of the card reach nobody. */
  | { readonly kind: 'not_done'; readonly containment: Containment }
  /** Things that were made, found in CloudTrail, which is complete to then (null: not known). */
  | {
      readonly kind: 'made';
      readonly things: readonly MadeThing[];
      readonly completeTo: number | null;
      readonly more: number;
    }
  /** Roles that the key's sessions assumed. */
  | { readonly kind: 'roles'; readonly roles: readonly AssumedRole[] }
  | {
      readonly kind: 'revocation';
      readonly what:
        | 'asked'
        | 'approved'
        | 'declined'
        | 'revoked'
        | 'put_back'
        | 'failed'
        | 'gone'
        | 'lifting'
        | 'lifted';
      readonly revocation: RoleRevocation;
    };

/** So many things, or roles, are named in one message. */
const MADE_AT_ONCE = 12;

/** So long a user may be unreadable, or something take to be taken back, before that is told; ms. */
const TOLD_AFTER_MS = 60_000;

/** What of it the card shows; two that look alike need no edit. */
export function looksOther(before: Containment, after: Containment): boolean {
  return shown(before) !== shown(after);
}

function shown(containment: Containment): string {
  const { state, holders, keys, parts, events, deny, dateDeny, trouble, proof, confirmedAt } = containment;
  const part = ({ reads, failure }: Containment['parts']['key']): unknown => [
    Math.min(reads, CONFIRM_READS) === CONFIRM_READS,
    failure?.code,
    failure?.action,
  ];
  return JSON.stringify([
    state,
    holders.map(({ id, phase }) => [id, phase]),
    keys.map(({ accessKeyId, before, missed, sent }) => [
      accessKeyId,
      before,
      (missed ?? 0) > 0,
      sent?.status,
    ]),
    [part(parts.key), part(parts.deny), part(parts.date)],
    events.length + containment.eventsMore,
    isGone(containment),
    deny?.way,
    dateDeny,
    trouble?.code,
    proof?.completeTo,
    proof?.why,
    proof?.accepted,
    confirmedAt,
    containment.heldUntil,
    containment.quarantine,
    containment.userName,
    shownAround(containment),
  ]);
}

function shownAround({ around }: Containment): unknown {
  if (around === null) return null;
  const { roles, made, more, completeTo, why, nextAt } = around;
  return [roles, made.length, more, completeTo, why, nextAt === null];
}

/** What was found in CloudTrail since, some of it in each message. */
function aroundLines(before: Containment, after: Containment): readonly ContainmentLine[] {
  const { around } = after;
  if (around === null || around === before.around) return [];
  const known = new Set(before.around?.roles.map(({ arn }) => arn));
  const roles = around.roles.filter(({ arn }) => !known.has(arn));
  const made = freshlyMade(before.around, around);
  const more = around.more - (before.around?.more ?? 0);
  const count = Math.max(Math.ceil(made.length / MADE_AT_ONCE), more > 0 ? 1 : 0);
  const chunks = Array.from({ length: count }, (_, at) =>
    made.slice(at * MADE_AT_ONCE, (at + 1) * MADE_AT_ONCE),
  );
  return [
    ...Array.from(
      { length: Math.ceil(roles.length / MADE_AT_ONCE) },
      (_, at) => ({ kind: 'roles', roles: roles.slice(at * MADE_AT_ONCE, (at + 1) * MADE_AT_ONCE) }) as const,
    ),
    ...chunks.map(
      (things, at) =>
        ({
          kind: 'made',
          things,
          completeTo: around.completeTo,
          more: at === chunks.length - 1 ? more : 0,
        }) as const,
    ),
  ];
}

/** What happened between two states of it. */
export function containmentLines(before: Containment, after: Containment): readonly ContainmentLine[] {
  const old = new Map(before.holders.map((holder) => [holder.id, holder]));
  const lines: ContainmentLine[] = after.holders.flatMap((holder): ContainmentLine[] => {
    const was = old.get(holder.id);
    const { accessKeyId, by, hostUser, reason, at, taken, phase } = holder;
    if (was === undefined) return [{ kind: 'joined', accessKeyId, by, hostUser, reason, at }];
    if (holder.again !== undefined && timesAskedAgain(was) !== timesAskedAgain(holder)) {
      return [{ kind: 'again', accessKeyId, ...holder.again }];
    }
    if (was.phase === phase || phase === 'held' || taken === null) return [];
    return [{ kind: phase, accessKeyId, by: taken.by, hostUser: null, reason: taken.reason, at: taken.at }];
  });
  const fresh = after.events.slice(Math.max(0, before.events.length + before.eventsMore - after.eventsMore));
  lines.push(...fresh.map((event): ContainmentLine => ({ kind: 'event', event })));
  if (before.confirmedAt === null && after.confirmedAt !== null) {
    const { sentAt, confirmedAt } = after;
    lines.push({
      kind: 'confirmed',
      at: confirmedAt,
      afterMs: sentAt === null ? null : confirmedAt - sentAt,
    });
  }
  if (failsNow(before, after)) lines.push({ kind: 'not_done', containment: after });
  const { holdStoppedBy } = after;
  if (holdStoppedBy !== null && before.state === 'holding' && after.state !== 'holding') {
    lines.push({ kind: 'stopped', by: holdStoppedBy, at: after.stateAt });
  } else if (before.state !== after.state && ENDS.has(after.state)) {
    lines.push({ kind: 'over', containment: after });
  }
  if ((after.proof?.accepted ?? 0) > (before.proof?.accepted ?? 0)) {
    lines.push({ kind: 'accepted', containment: after });
  }
  lines.push(...aroundLines(before, after));
  return lines;
}

/** Whether it shows with this change that it is not done: what lasts is told once. */
function failsNow(before: Containment, after: Containment): boolean {
  const { state, stateAt, trouble, confirmedAt, updatedAt } = after;
  if (before.state !== state) {
    return state === 'refused' || (before.state === 'acting' && state === 'holding' && confirmedAt === null);
  }
  const lasts = (since: number): boolean =>
    before.updatedAt - since < TOLD_AFTER_MS && updatedAt - since >= TOLD_AFTER_MS;
  if (trouble !== null) return lasts(trouble.at);
  return (state === 'undoing' || state === 'recovering') && lasts(stateAt);
}

const ENDS: ReadonlySet<Containment['state']> = new Set<Containment['state']>([
  'standing',
  'recovered',
  'undone',
  'ended',
]);
