import {
  CONFIRM_WAIT_MS,
  isDrilled,
  isOpenDrill,
  REMIND_MS,
  type Drill,
  type DrillState,
  type DrillTimes,
} from '../../domain/drill.ts';
import { failuresOf } from '../../domain/containment-words.ts';
import { isOverAsGone } from '../../domain/containment-unread.ts';
import { isOver, type Containment, type ContainmentHolder } from '../../domain/containment.ts';
import type { Write } from '../../ports/stores.ts';
import { editWrites, followPage, threadWrites, wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import type { Services } from '../services.ts';
import { writeIfUnchanged } from '../write-if-unchanged.ts';
import { containmentBy, containmentOf, lastDrill, putDrill, untied, type KeptDrill } from './kept.ts';
import { drillCard } from './start.ts';

/** What is on record a moment before the end may be written a moment after it; ms. */
const GRACE_MS = 5_000;

type Changes = Partial<Omit<Drill, 'id' | 'version'>>;

/** The states in which there is something to say in the thread. */
const TOLD: ReadonlySet<DrillState> = new Set<DrillState>([
  'reported',
  'over',
  'recovered',
  'unanswered',
  'stopped',
  'overtaken',
]);

/** A drill after a change, with the message as it is now and a line in its thread where there is something to say. */
export async function drillWrites(
  services: Services,
  kept: KeptDrill,
  changes: Changes,
): Promise<{ readonly drill: Drill; readonly writes: readonly Write[] }> {
  const { presenter, clock } = services;
  const before = kept.row;
  const now = clock.now();
  const state = changes.state ?? before.state;
  const moved = state !== before.state;
  const drill: Drill = {
    ...before,
    ...changes,
    stateAt: moved ? now : before.stateAt,
    version: before.version + 1,
  };
  const card = await drillCard(services, drill);
  const says = (moved && TOLD.has(state)) || drill.remindedAt !== before.remindedAt;
  const ended = before.state === 'raised' && moved;
  return {
    drill,
    writes: [
      putDrill(services, kept, drill, now),
      ...(moved ? await editWrites(services, drill, () => presenter.drillMessage(card)) : []),
      ...(says ? await threadWrites(services, drill, [presenter.drillReport(card)]) : []),
      ...(ended && drill.paged
        ? await followPage(services, 'resolve', `rekey-drill-${drill.id}`, {
            why: 'DRILL over.',
            correlationId: drill.correlationId,
          })
        : []),
      ...(isOpenDrill(drill) ? [] : [untied(services, drill.id)]),
    ],
  };
}

/** Looks how the running drill stands, and tells what became of it. Everybody may call it at any time. */
export async function followDrill(services: Services): Promise<void> {
  const kept = await lastDrill(services);
  if (kept === null || !isOpenDrill(kept.row)) return;
  const changes = await changesOf(services, kept.row);
  if (changes === null) return;
  const { drill, writes } = await drillWrites(services, kept, changes);
  const recorded = drill.state === kept.row.state ? [] : [outcomeOf(services, drill)];
  if (await writeIfUnchanged(services, [...writes, ...recorded])) await wakeOutbox(services);
}

function outcomeOf(services: Services, drill: Drill): Write {
  const { id, accessKeyId, state, times, correlationId, raisedAt, containmentId } = drill;
  const act = {
    doer: { kind: 'rekey' },
    verb: `drill.${state}`,
    entityKind: 'drill',
    entityId: id,
    correlationId,
    detail: { accessKeyId, containmentId, raisedAt, ...times },
  } as const;
  return auditOutcome(services, act, 'done');
}

async function changesOf(services: Services, drill: Drill): Promise<Changes | null> {
  const { stores, clock } = services;
  const now = clock.now();
  const { deliveredAt } = drill.times;
  const delivered = deliveredAt ?? (await deliveredOf(services, drill));
  const times: DrillTimes = { ...drill.times, deliveredAt: delivered };
  const containmentId = drill.containmentId ?? (await containmentOf(services, drill.id));
  if (containmentId === null) {
    const [real] = await stores.watch.incidents.current(drill.accountId, [drill.accessKeyId], drill.raisedAt);
    if (real !== undefined) return { state: 'overtaken', times };
    if (now >= drill.endsAt + GRACE_MS) return { state: 'unanswered', times };
    return delivered === deliveredAt ? null : { times };
  }
  const row = await containmentBy(services, containmentId);
  const holder = row?.holders.find(({ drillId }) => drillId === drill.id) ?? null;
  if (row === null || holder === null) return { state: 'over', containmentId, times };
  // Somebody contained it for a reason of its own, too, deleted it, or closed what nobody can act on: that gives nothing back.
  const isNotOurs = isOverAsGone(row) || row.left !== undefined;
  if (!isDrilled(row) || isNotOurs) return { state: 'overtaken', containmentId: row.id, times };
  return contained(drill, row, holder, times, now);
}

/** How far the containment is, as its own row says. */
function contained(
  drill: Drill,
  row: Containment,
  holder: ContainmentHolder,
  before: DrillTimes,
  now: number,
): Changes | null {
  const times: DrillTimes = {
    ...before,
    clickedAt: holder.at,
    sentAt: before.sentAt ?? row.sentAt,
    confirmedAt: before.confirmedAt ?? row.confirmedAt,
  };
  const known = { times, containmentId: row.id, containedBy: holder.by };
  const isBack = isOver(row.state) || (holder.phase !== 'held' && row.state !== 'undoing');
  if (drill.state === 'reported') {
    if (holder.phase === 'recovered') return { ...known, state: 'recovered' };
    if (isBack) return { ...known, state: 'over', times: { ...times, givenBackAt: now } };
    const silent = drill.remindedAt === null && now >= drill.stateAt + REMIND_MS;
    return silent ? { remindedAt: now } : null;
  }
  if (times.confirmedAt !== null) return { ...known, state: 'reported' };
  const stuck = isBack || now >= holder.at + CONFIRM_WAIT_MS;
  if (stuck) return { ...known, state: 'reported', trouble: troubleOf(row, now) };
  return drill.state === 'contained' ? null : { ...known, state: 'contained' };
}

function troubleOf(row: Containment, now: number): string {
  const [failure] = failuresOf(row, now);
  if (row.refusal !== null) return row.refusal.why;
  return failure === undefined
    ? 'IAM has not confirmed it yet; the containment’s own message says how it stands.'
    : `${failure.what}. ${failure.why}`;
}

async function deliveredOf({ stores }: Services, { noticeId }: Drill): Promise<number | null> {
  const notice = await stores.notices.byId(noticeId);
  return notice?.state === 'sent' ? notice.doneAt : null;
}
