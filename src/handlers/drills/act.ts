import { personOf } from '../../domain/actor.ts';
import { isOpenDrill, type Drill } from '../../domain/drill.ts';
import type { Containment, ContainmentHolder } from '../../domain/containment.ts';
import { RekeyError } from '../../errors.ts';
import { wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite } from '../claim.ts';
import { authoriseContainment } from '../containments/may.ts';
import { undoContainment } from '../containments/take-back.ts';
import { recordingRefusals } from '../refused.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { drillWrites } from './follow.ts';
import { containmentBy, containmentOf, lastDrill, type KeptDrill } from './kept.ts';

/** A value that was forged may be long. */
const LONGEST_ID = 64;

/** The drill a button is about; `conflict` when it is over. */
async function openDrill(services: Services, id: string): Promise<KeptDrill> {
  const kept = await lastDrill(services);
  if (kept?.row.id === id && isOpenDrill(kept.row)) return kept;
  throw new RekeyError('conflict', 'This drill is over.', { next: '/aws-settings tells of the last one.' });
}

/** Ends a drill before anybody acted. Admins may; a refused attempt is in the audit log. */
export async function stopDrill(services: Services, request: Request, id: string): Promise<Drill> {
  const { actor, correlationId } = request;
  const act = {
    doer: personOf(actor),
    verb: 'drill.stop',
    entityKind: 'drill',
    entityId: id,
    correlationId,
  };
  return recordingRefusals(
    services,
    () => ({ ...act, entityId: id.slice(0, LONGEST_ID), detail: {} }),
    async () => {
      authorise(actor, 'admin', 'stop drills', services.admins);
      const kept = await openDrill(services, id);
      if (kept.row.state !== 'raised' || (await containmentOf(services, id)) !== null) {
        throw new RekeyError('conflict', 'The decoy is shut off already.', {
          next: 'Give it back: the button is in its thread.',
        });
      }
      const changes = { state: 'stopped', stoppedBy: actor.userId } as const;
      const { drill, writes } = await drillWrites(services, kept, changes);
      await claimAndWrite(services, request, [...writes, auditOutcome(services, act, 'done')]);
      await wakeOutbox(services);
      return drill;
    },
  );
}

/**
 * Takes the containment of a drill back, at one click. Responders may, as with any containment; `conflict` when somebody
 * recovered it meanwhile: a click on an old message does not say that this was no true alarm.
 */
export async function giveBack(services: Services, request: Request, id: string): Promise<Containment> {
  await authoriseContainment(services, request, 'undo', {});
  const { row, holder } = await recordingRefusals(
    services,
    () => ({
      doer: personOf(request.actor),
      verb: 'drill.give_back',
      entityKind: 'drill',
      entityId: id.slice(0, LONGEST_ID),
      correlationId: request.correlationId,
      detail: {},
    }),
    () => decoyOf(services, id),
  );
  const input = {
    containmentId: row.id,
    holderId: holder.id,
    reason: 'The drill is over.',
    phase: 'held',
  } as const;
  return undoContainment(services, request, input);
}

/** The containment of a drill's decoy, with the reason that is the drill; `conflict` when there is none any more. */
async function decoyOf(
  services: Services,
  id: string,
): Promise<{ readonly row: Containment; readonly holder: ContainmentHolder }> {
  const kept = await lastDrill(services);
  const containmentId =
    kept?.row.id === id ? (kept.row.containmentId ?? (await containmentOf(services, id))) : null;
  const row = containmentId === null ? null : await containmentBy(services, containmentId);
  const holder = row?.holders.find(({ drillId }) => drillId === id);
  if (row === null || holder === undefined) {
    throw new RekeyError('conflict', 'There is nothing left to give back.', {
      next: '`/aws-deactivate` lists what is contained.',
    });
  }
  return { row, holder };
}
