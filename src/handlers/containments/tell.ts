import type { ContainmentCard, ContainmentLine } from '../../domain/containment-card.ts';
import type { Containment } from '../../domain/containment.ts';
import type { KeptIncident } from '../../domain/incident.ts';
import type { Notice, NoticePlace } from '../../domain/notice.ts';
import type { Message } from '../../ports/slack.ts';
import type { Write } from '../../ports/stores.ts';
import { alertWrites } from '../alert.ts';
import { connectedTo } from '../key-policy.ts';
import { incidentLook, ofIncident, signalsOf } from '../look-incident.ts';
import { lookAccounts } from '../look-keys.ts';
import { alertChannel } from '../settings.ts';
import type { Containing } from './containing.ts';

/** Everything the card shows. */
export async function cardOf(
  services: Pick<Containing, 'stores' | 'clock'>,
  containment: Containment,
): Promise<ContainmentCard> {
  const accounts = await lookAccounts(services);
  const account = accounts.find(({ accountId }) => accountId === containment.accountId);
  return { containment, accountName: account?.name ?? containment.accountId, now: services.clock.now() };
}

/** Where the message of a containment goes: the account's alert channel, the default, or who asked for it. */
export async function placeFor(
  services: Pick<Containing, 'stores' | 'defaultAlertChannel'>,
  accountId: string,
  by: string | null,
): Promise<NoticePlace | null> {
  const ours = connectedTo(await services.stores.connections.list(), accountId);
  const own = ours.find((each) => each.alertChannel !== null)?.alertChannel ?? null;
  const channelId = own ?? (await alertChannel(services)).channelId;
  if (channelId !== null) return { kind: 'channel', channelId };
  return by === null ? null : { kind: 'person', userId: by };
}

/**
 * The first message of a containment: in the thread of its incident, where that has a message, else by itself. Null id
 * when there is nowhere to say it.
 */
export async function firstCard(
  services: Containing,
  containment: Containment,
): Promise<{ readonly noticeId: string | null; readonly writes: readonly Write[] }> {
  const { stores, presenter } = services;
  const { holders, accountId, correlationId } = containment;
  const [first] = holders;
  const incidentId = first?.incidentId ?? null;
  const incident = incidentId === null ? null : await stores.watch.incidents.byId(incidentId);
  const head = await noticeOf(services, incident);
  const message = presenter.containmentCard(await cardOf(services, containment));
  if (head !== null && head.target.kind !== 'pager') {
    return alertWrites(services, { target: head.target, message, correlationId, threadOf: head.id });
  }
  const target = await placeFor(services, accountId, first?.by ?? null);
  if (target === null) return { noticeId: null, writes: [] };
  return alertWrites(services, { target, message, correlationId });
}

/** The message of an incident, once there is one. */
async function noticeOf(
  { stores }: Pick<Containing, 'stores'>,
  incident: KeptIncident | null,
): Promise<Notice | null> {
  const id = incident?.noticeId ?? null;
  return id === null ? null : stores.notices.byId(id);
}

/** Puts the card as it is now in the place of the one that stands in Slack. */
export async function cardEdit(services: Containing, containment: Containment): Promise<Write[]> {
  const { noticeId, correlationId } = containment;
  const first = noticeId === null ? null : await services.stores.notices.byId(noticeId);
  if (noticeId === null || first === null || first.target.kind === 'pager') return [];
  const message = services.presenter.containmentCard(await cardOf(services, containment));
  return (await alertWrites(services, { target: first.target, message, correlationId, edits: noticeId }))
    .writes;
}

/** Lines in the thread the card stands in, or that it begins. */
export async function linesInThread(
  services: Containing,
  containment: Containment,
  lines: readonly ContainmentLine[],
): Promise<Write[]> {
  const { noticeId, correlationId } = containment;
  const first = noticeId === null || lines.length === 0 ? null : await services.stores.notices.byId(noticeId);
  if (first === null || first.target.kind === 'pager') return [];
  const { target } = first;
  const threadOf = first.threadOf ?? first.id;
  const say = async (message: Message): Promise<Write[]> =>
    (await alertWrites(services, { target, message, correlationId, threadOf })).writes;
  const written = await Promise.all(
    lines.map((line) => say(services.presenter.containmentLine(line, containment))),
  );
  return written.flat();
}

/** The messages of its incidents say how it stands, too. */
export async function incidentEdits(services: Containing, containment: Containment): Promise<Write[]> {
  const { stores, presenter } = services;
  const ids = [...new Set(containment.holders.flatMap(({ incidentId }) => incidentId ?? []))];
  const writes = await Promise.all(
    ids.map(async (id) => {
      const incident = await stores.watch.incidents.byId(id);
      const head = await noticeOf(services, incident);
      if (incident === null || head === null || head.target.kind === 'pager') return [];
      const look = await incidentLook(services, incident, signalsOf(await ofIncident(services, id)));
      const edit = {
        target: head.target,
        message: presenter.incidentMessage({ ...look, containment }),
        edits: head.id,
        correlationId: containment.correlationId,
      };
      return (await alertWrites(services, edit)).writes;
    }),
  );
  return writes.flat();
}
