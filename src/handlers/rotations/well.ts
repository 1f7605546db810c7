import { personOf } from '../../domain/actor.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { RekeyError } from '../../errors.ts';
import { auditOutcome } from '../audit.ts';
import { threadWrites, wakeOutbox } from '../alert.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import { authoriseForKey } from '../owns-key.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { existingRotation } from './act.ts';

/**
 * Somebody's word that nothing broke after the old key was made Inactive. It changes nothing of the rotation: it is
 * told in its thread and kept in the audit log. Who asked for it may, owners of the key and operators.
 */
export async function sayAllIsWell(
  services: Services,
  request: Request,
  rotationId: string,
): Promise<Rotation> {
  const { stores, clock, presenter } = services;
  const rotation = await existingRotation(services, rotationId);
  const { userId } = request.actor;
  if (rotation.requestedBy !== userId) {
    const standing = await stores.inventory.standings.byKey(rotation.oldKeyId);
    const ownership = standing?.ownership ?? null;
    await authoriseForKey(services, request.actor, ownership, 'operator', 'answer for keys of others');
  }
  await refuseClaimed(services, request);
  if (rotation.deactivatedAt === null) {
    throw new RekeyError('conflict', 'The old key is not Inactive any more: nobody is asked now.');
  }
  const { id, accountId, snapshot, oldKeyId, correlationId } = rotation;
  const line = { at: clock.now(), by: userId, what: 'Says that all is well.' };
  await claimAndWrite(services, request, [
    ...(await threadWrites(services, rotation, [presenter.rotationLine(line)])),
    auditOutcome(
      services,
      {
        doer: personOf(request.actor),
        verb: 'rotation.well',
        entityKind: 'rotation',
        entityId: id,
        correlationId,
        detail: { user: snapshot.userName, accountId, oldKeyId },
      },
      'done',
    ),
  ]);
  await wakeOutbox(services);
  return rotation;
}
