import { personOf } from '../domain/actor.ts';
import type { KeptIncident, Verdict } from '../domain/incident.ts';
import { RekeyError } from '../errors.ts';
import type { Write } from '../ports/stores.ts';
import { editWrites, followPage, wakeOutbox } from './alert.ts';
import { auditOutcome } from './audit.ts';
import { authorise } from './authorise.ts';
import { claimAndWrite } from './claim.ts';
import { incidentLook, ofIncident, signalsOf } from './look-incident.ts';
import type { Request } from './request.ts';
import type { Services } from './services.ts';

export interface ClosingInput {
  readonly incidentId: string;
  /** How many findings it had when the person looked. */
  readonly seen: number;
  readonly verdict: Exclude<Verdict, 'merged'>;
  readonly note: string;
}

/** What ties the pages of an incident together. */
export function pageKey(incidentId: string): string {
  return `incident:${incidentId}`;
}

/**
 * Closes an incident with a verdict: its message says so, and its page is resolved. Responders may; `conflict` when it
 * was closed before, or when more was found since the person looked: nobody calls harmless what they did not see. What
 * happens afterwards opens another.
 */
export async function closeIncident(
  services: Services,
  request: Request,
  { incidentId, seen, verdict, note }: ClosingInput,
): Promise<KeptIncident> {
  authorise(request.actor, 'responder', 'close incidents', services.admins);
  const incident = await openIncident(services, incidentId);
  if (verdict !== 'attack' && incident.count > seen) throw unseen(incident.count - seen);
  const { closed, writes } = await closingWrites(services, request, incident, verdict, note);
  await claimAndWrite(services, request, writes);
  await wakeOutbox(services);
  return closed;
}

/** More was found while a window stood open. */
export function unseen(count: number): RekeyError {
  const found = count === 1 ? 'One more thing was' : `${count} more things were`;
  return new RekeyError('conflict', `${found} found since this window was opened.`, {
    next: 'Look at the incident’s message as it is now, and open the window again.',
  });
}

/** What is alike may be expected afterwards, too. */
export function isHarmless(verdict: Verdict): boolean {
  return verdict === 'ours' || verdict === 'false_alarm';
}

/** An incident that is open still. */
export async function openIncident({ stores }: Services, id: string): Promise<KeptIncident> {
  const incident = await stores.watch.incidents.byId(id);
  if (incident === null) throw new RekeyError('not_found', 'There is no such incident.');
  if (incident.closed !== null) {
    const { by } = incident.closed;
    throw new RekeyError(
      'conflict',
      `This incident was closed already by ${by === 'rekey' ? 'Rekey' : `<@${by}>`}.`,
    );
  }
  return incident;
}

/** The writes of a closing, for the batch of what brought it about. */
export async function closingWrites(
  services: Services,
  request: Request,
  incident: KeptIncident,
  verdict: Verdict,
  note: string,
): Promise<{ readonly closed: KeptIncident; readonly writes: Write[] }> {
  const { stores, clock } = services;
  const { correlationId } = request;
  const now = clock.now();
  const closed: KeptIncident = {
    ...incident,
    closed: { verdict, by: request.actor.userId, at: now, note },
    updatedAt: now,
    version: incident.version + 1,
  };
  const look = await incidentLook(services, closed, signalsOf(await ofIncident(services, incident.id)));
  const why = `Closed by a person as ${verdict.replace('_', ' ')}.`;
  return {
    closed,
    writes: [
      stores.watch.incidents.update(closed),
      ...(await editWrites(services, { noticeId: incident.noticeId, correlationId }, () =>
        services.presenter.incidentMessage(look),
      )),
      ...(await followPage(services, 'resolve', pageKey(incident.id), {
        why,
        correlationId,
      })),
      auditOutcome(
        services,
        {
          doer: personOf(request.actor),
          verb: 'incident.close',
          entityKind: 'incident',
          entityId: incident.id,
          correlationId,
          why: note,
          detail: { verdict, subject: incident.subject, accountId: incident.accountId },
        },
        'done',
      ),
    ],
  };
}
