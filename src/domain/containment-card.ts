import { CONFIRM_READS, type Containment, type ContainmentEvent } from './containment.ts';

/** The message of a containment. */
export interface ContainmentCard {
  readonly containment: Containment;
  readonly accountName: string;
  readonly now: number;
  /** The incident that may be closed since its part of this is over, and the verdict that suggests; left out: none. */
  readonly closing?: { readonly incidentId: string; readonly verdict: 'attack' | 'false_alarm' | null };
}

/** One thing that happened, for the thread. */
export type ContainmentLine =
  | { readonly kind: 'event'; readonly event: ContainmentEvent }
  | {
      readonly kind: 'joined' | 'undone' | 'recovered';
      readonly accessKeyId: string;
      readonly by: string | null;
      readonly hostUser: string | null;
      readonly reason: string;
      readonly at: number;
    }
  | { readonly kind: 'stopped'; readonly by: string; readonly at: number }
  | { readonly kind: 'confirmed'; readonly at: number; readonly afterMs: number | null }
  | { readonly kind: 'over'; readonly containment: Containment }
  | { readonly kind: 'accepted'; readonly containment: Containment };

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
    keys,
    [part(parts.key), part(parts.deny), part(parts.date)],
    events.length + containment.eventsMore,
    deny?.way,
    dateDeny,
    trouble?.code,
    proof?.completeTo,
    proof?.accepted,
    confirmedAt,
    containment.heldUntil,
    containment.quarantine,
    containment.userName,
  ]);
}

/** What happened between two states of it. */
export function containmentLines(before: Containment, after: Containment): readonly ContainmentLine[] {
  const old = new Map(before.holders.map((holder) => [holder.id, holder]));
  const lines: ContainmentLine[] = after.holders.flatMap((holder): ContainmentLine[] => {
    const was = old.get(holder.id);
    const { accessKeyId, by, hostUser, reason, at, taken, phase } = holder;
    if (was === undefined) return [{ kind: 'joined', accessKeyId, by, hostUser, reason, at }];
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
  const { holdStoppedBy } = after;
  if (holdStoppedBy !== null && before.state === 'holding' && after.state !== 'holding') {
    lines.push({ kind: 'stopped', by: holdStoppedBy, at: after.stateAt });
  } else if (before.state !== after.state && ENDS.has(after.state)) {
    lines.push({ kind: 'over', containment: after });
  }
  if ((after.proof?.accepted ?? 0) > (before.proof?.accepted ?? 0)) {
    lines.push({ kind: 'accepted', containment: after });
  }
  return lines;
}

const ENDS: ReadonlySet<Containment['state']> = new Set<Containment['state']>([
  'standing',
  'recovered',
  'undone',
  'ended',
]);
