import type { DestinationKind, KeptDestination } from '../../domain/destination.ts';
import { RekeyError } from '../../errors.ts';
import { auditOutcome } from '../audit.ts';
import { authorise } from '../authorise.ts';
import { claimAndWrite, refuseClaimed } from '../claim.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { destinationAct } from './kept.ts';
import { readInput, type DestinationInput } from './read-input.ts';

/** More than this no window lists. */
export const MOST_DESTINATIONS = 200;

/** Makes a destination. Nothing is delivered there before it is bound to users. Admins only. */
export async function makeDestination(
  services: Services,
  request: Request,
  kind: DestinationKind,
  input: DestinationInput,
): Promise<KeptDestination> {
  authorise(request.actor, 'admin', 'make destinations', services.admins);
  await refuseClaimed(services, request);
  const { stores, ids, clock } = services;
  if ((await stores.rotation.destinations.list()).length >= MOST_DESTINATIONS) {
    throw new RekeyError('conflict', `There are ${MOST_DESTINATIONS} destinations already.`, {
      next: 'Remove some that are no longer used.',
      field: 'destinationName',
    });
  }
  const destination: KeptDestination = {
    id: ids.next(),
    kind,
    ...(await readInput(services, kind, input, null)),
    createdBy: request.actor.userId,
    createdAt: clock.now(),
    changedBy: null,
    changedAt: null,
    version: 1,
  };
  await claimAndWrite(services, request, [
    stores.rotation.destinations.insert(destination),
    auditOutcome(services, destinationAct(request, 'destination.make', destination), 'done'),
  ]);
  return destination;
}
