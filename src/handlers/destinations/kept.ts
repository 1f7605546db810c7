import { factsOf } from '../../destinations/index.ts';
import { personOf } from '../../domain/actor.ts';
import type { KeptDestination } from '../../domain/destination.ts';
import { RekeyError } from '../../errors.ts';
import type { Request } from '../request.ts';
import type { Services } from '../services.ts';
import { hostOf } from './ask.ts';

/** The destination, at the version the person saw. Throws `not_found`, or `conflict` when it was changed meanwhile. */
export async function destinationAt(
  { stores }: Pick<Services, 'stores'>,
  id: string,
  seen: number | null,
): Promise<KeptDestination> {
  const destination = await stores.rotation.destinations.byId(id);
  if (destination === null) {
    throw new RekeyError('not_found', 'This destination no longer exists.', {
      next: 'Open /aws-settings, Destinations, for those there are.',
    });
  }
  if (seen === null || destination.version === seen) return destination;
  const by = destination.changedBy === null ? '' : ` by <@${destination.changedBy}>`;
  throw new RekeyError('conflict', `This destination was changed${by} since you opened this window.`, {
    next: 'Close it and look again: what you saw is no longer what would count.',
  });
}

/** The audit's words for an act on a destination: what is where, never an address. */
export function destinationAct(
  { actor, correlationId }: Request,
  verb: string,
  destination: KeptDestination,
  detail: Readonly<Record<string, unknown>> = {},
) {
  const { id, name, kind, connectionId, target, redeployHook, version } = destination;
  const place = factsOf(kind).describe(target);
  return {
    doer: personOf(actor),
    verb,
    entityKind: 'destination',
    entityId: id,
    correlationId,
    detail: { name, kind, place, connectionId, hook: hostOf(redeployHook), version, ...detail },
  };
}
