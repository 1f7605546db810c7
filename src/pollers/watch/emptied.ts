import type { KeptIncident } from '../../domain/incident.ts';
import { editWrites, followPage } from '../../handlers/alert.ts';
import { pageKey } from '../../handlers/close-incident.ts';
import { incidentLook, ofIncident, signalsOf } from '../../handlers/look-incident.ts';
import type { Services } from '../../handlers/services.ts';
import type { Write } from '../../ports/stores.ts';
import type { KeptSignal } from '../../ports/watch.ts';

interface Moving {
  /** Signals of sessions whose key became known, as they are from now on. */
  readonly moved: readonly KeptSignal[];
  /** Those that join an incident of their key; the others are expected of it. */
  readonly joining: readonly KeptSignal[];
  /** Incidents that were added to. */
  readonly taken: ReadonlySet<string>;
}

const GOES_ON = 'The key behind this session became known; it goes on in the incident of that key.';
const EXPECTED = 'The key behind this session became known, and all of this is expected of that key.';

/**
 * Incidents of sessions and roles from which everything went to a key are closed, without a word of blame: their messages
 * say so, and their pages are resolved.
 */
export async function emptiedWrites(
  services: Services,
  { moved, joining, taken }: Moving,
): Promise<{ readonly writes: Write[]; readonly tells: boolean }> {
  const { stores, clock, ids, log } = services;
  const now = clock.now();
  const correlationId = log.correlationId() ?? ids.next();
  const writes: Write[] = [];
  let tells = false;
  for (const id of new Set(moved.flatMap(({ incidentId }) => incidentId ?? []))) {
    const held = await ofIncident(services, id);
    const incident = await stores.watch.incidents.byId(id);
    const rest = held.filter(({ signal }) => !moved.some((each) => each.signal.id === signal.id));
    if (incident === null || incident.closed !== null || taken.has(id) || rest.length > 0) continue;
    const goesOn = joining.some(({ incidentId }) => incidentId === id);
    const note = goesOn ? GOES_ON : EXPECTED;
    const closed: KeptIncident = {
      ...incident,
      closed: { verdict: goesOn ? 'merged' : 'ours', by: 'rekey', at: now, note },
      updatedAt: now,
      version: incident.version + 1,
    };
    const look = await incidentLook(services, closed, signalsOf(held));
    const told = [
      ...(await editWrites(services, { noticeId: incident.noticeId, correlationId }, () =>
        services.presenter.incidentMessage(look),
      )),
      ...(await followPage(services, 'resolve', pageKey(id), { why: note, correlationId })),
    ];
    tells ||= told.length > 0;
    writes.push(stores.watch.incidents.update(closed), ...told);
  }
  return { writes, tells };
}
