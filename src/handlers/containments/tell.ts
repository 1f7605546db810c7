import type { ContainmentCard, ContainmentLine } from '../../domain/containment-card.ts';
import { incidentsOf } from '../../domain/containment-reasons.ts';
import type { Containment, ContainmentHolder } from '../../domain/containment.ts';
import type { NoticePlace } from '../../domain/notice.ts';
import type { Write } from '../../ports/stores.ts';
import { alertWrites, editWrites, standingMessage, threadWrites } from '../alert.ts';
import { drillNotice } from '../drills/kept.ts';
import { connectedTo } from '../key-policy.ts';
import { incidentLook, ofIncident, signalsOf } from '../look-incident.ts';
import { accountNameOf } from '../look-keys.ts';
import { alertChannel } from '../settings.ts';
import { closingOf } from './closing.ts';
import type { Containing } from './containing.ts';
import { keptRevocations } from './roles/kept.ts';

/** Everything the card shows. */
export async function cardOf(
  services: Pick<Containing, 'stores' | 'clock'>,
  containment: Containment,
): Promise<ContainmentCard> {
  const { accountId, around } = containment;
  const hasRoles = (around?.roles.length ?? 0) > 0;
  const closing = await closingOf(services, containment);
  return {
    containment,
    accountName: await accountNameOf(services, accountId),
    now: services.clock.now(),
    ...(hasRoles ? { revocations: await keptRevocations(services.stores, accountId) } : {}),
    ...(closing === null ? {} : { closing }),
  };
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
 * The first message of a containment: in the thread of its incident or drill, where that has a message, else by itself. Null id
 * when there is nowhere to say it.
 */
export async function firstCard(
  services: Containing,
  containment: Containment,
  first: ContainmentHolder | undefined = containment.holders[0],
): Promise<{ readonly noticeId: string | null; readonly writes: readonly Write[] }> {
  const { stores, presenter } = services;
  const { accountId, correlationId } = containment;
  const incidentId = first?.incidentId ?? null;
  const incident = incidentId === null ? null : await stores.watch.incidents.byId(incidentId);
  const drilled = first?.drillId === undefined ? null : await drillNotice(services, first.drillId);
  const head = await standingMessage(services, incident?.noticeId ?? drilled);
  const message = presenter.containmentCard(await cardOf(services, containment));
  if (head !== null) {
    const { target, noticeId: threadOf } = head;
    return alertWrites(services, { target, message, correlationId, threadOf });
  }
  const target = await placeFor(services, accountId, first?.by ?? null);
  if (target === null) return { noticeId: null, writes: [] };
  return alertWrites(services, { target, message, correlationId });
}

/** Puts the card as it is now in the place of the one that stands in Slack. */
export async function cardEdit(services: Containing, containment: Containment): Promise<Write[]> {
  return editWrites(services, containment, async () =>
    services.presenter.containmentCard(await cardOf(services, containment)),
  );
}

/** The same with the card as it will be. */
export async function cardEditOf(
  services: Containing,
  containment: Containment,
  card: ContainmentCard,
): Promise<Write[]> {
  return editWrites(services, containment, () => services.presenter.containmentCard(card));
}

/** Lines in the thread the card stands in, or that it begins. */
export async function linesInThread(
  services: Containing,
  containment: Containment,
  lines: readonly ContainmentLine[],
): Promise<Write[]> {
  const { presenter } = services;
  return threadWrites(
    services,
    containment,
    lines.map((line) => presenter.containmentLine(line, containment)),
  );
}

/** The messages of its incidents say how it stands, too. */
export async function incidentEdits(services: Containing, containment: Containment): Promise<Write[]> {
  const { stores, presenter } = services;
  const { correlationId } = containment;
  const ids = [...new Set(incidentsOf(containment))];
  const writes = await Promise.all(
    ids.map(async (id) => {
      const incident = await stores.watch.incidents.byId(id);
      if (incident === null) return [];
      return editWrites(services, { noticeId: incident.noticeId, correlationId }, async () => {
        const look = await incidentLook(services, incident, signalsOf(await ofIncident(services, id)));
        return presenter.incidentMessage({ ...look, containment });
      });
    }),
  );
  return writes.flat();
}
