import type { Binding } from '../../domain/destination.ts';
import { RekeyError } from '../../errors.ts';
import { wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { answerWrites } from './ask.ts';
import { destinationAct, destinationAt } from './kept.ts';
import { openDeliveries } from './open-deliveries.ts';

/** Takes a user off a destination; refused while a rotation of that user delivers there. Admins only. */
export async function unbindUser(services: Services, request: Request, bindingId: string): Promise<Binding> {
  authorise(request.actor, 'admin', 'unbind destinations', services.admins);
  await refuseClaimed(services, request);
  const { bindings } = services.stores.rotation;
  const binding = await bindings.byId(bindingId);
  if (binding === null) throw new RekeyError('conflict', 'This user is no longer bound to it.');
  const { accountId, userId, userName, destinationId } = binding;
  const destination = await destinationAt(services, destinationId, null);
  const underWay = (await openDeliveries(services, destinationId)).some(
    ({ rotation }) => rotation.accountId === accountId && rotation.snapshot.userId === userId,
  );
  if (underWay) {
    throw new RekeyError('conflict', `A rotation of ${userName} delivers there.`, {
      next: 'Wait until it has ended, or undo it.',
    });
  }
  const { correlationId, actor } = request;
  const gone = new Map([[binding.id, { what: 'withdrawn', by: actor.userId } as const]]);
  const all = await bindings.ofDestination(destinationId);
  const detail = { user: userName, userId, accountId };
  await claimAndWrite(services, request, [
    bindings.remove(bindingId),
    auditOutcome(services, destinationAct(request, 'destination.unbind', destination, detail), 'done'),
    ...(await answerWrites(services, { destination, bindings: all, correlationId }, gone)),
  ]);
  await wakeOutbox(services);
  return binding;
}
