import type { KeptDestination } from '../../domain/destination.ts';
import { counted } from '../../domain/time-words.ts';
import { RekeyError } from '../../errors.ts';
import { wakeOutbox } from '../alert.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { answerWrites } from './ask.ts';
import { destinationAct, destinationAt } from './kept.ts';
import { openDeliveries, whose } from './open-deliveries.ts';

/**
 * Removes a destination as the person saw it; what lies there stays. Refused while a rotation delivers there, and while
 * users are bound to it unless they go too.
 */
export async function removeDestination(
  services: Services,
  request: Request,
  { destinationId, seen, withUsers }: { destinationId: string; seen: number; withUsers: boolean },
): Promise<KeptDestination> {
  authorise(request.actor, 'admin', 'remove destinations', services.admins);
  await refuseClaimed(services, request);
  const { destinations, bindings } = services.stores.rotation;
  const destination = await destinationAt(services, destinationId, seen);
  const bound = await bindings.ofDestination(destinationId);
  if (bound.length > 0 && !withUsers) {
    throw new RekeyError(
      'conflict',
      `${counted(bound.length, 'user')} ${bound.length === 1 ? 'is' : 'are'} still bound to it.`,
      {
        next: 'Tick that they are unbound too, or unbind them one by one.',
        field: 'withUsers',
      },
    );
  }
  const deliveries = await openDeliveries(services, destinationId);
  if (deliveries.length > 0) {
    throw new RekeyError('conflict', `A rotation of ${whose(deliveries)} delivers there.`, {
      next: 'Wait until it has ended, or undo it.',
    });
  }
  const { correlationId, actor } = request;
  const gone = new Map(bound.map(({ id }) => [id, { what: 'withdrawn', by: actor.userId } as const]));
  const users = bound.map(({ accountId, userName }) => `${accountId}/${userName}`);
  await claimAndWrite(services, request, [
    destinations.remove(destinationId, destination.version),
    ...bound.map(({ id }) => bindings.remove(id)),
    auditOutcome(services, destinationAct(request, 'destination.remove', destination, { users }), 'done'),
    ...(await answerWrites(services, { destination, bindings: bound, correlationId }, gone)),
  ]);
  await wakeOutbox(services);
  return destination;
}
