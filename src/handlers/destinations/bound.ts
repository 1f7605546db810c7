import { factsOf } from '../../destinations/index.ts';
import { refusalToDeliver } from '../../domain/approval.ts';
import type { Binding, KeptDestination } from '../../domain/destination.ts';
import type { Known } from '../../domain/known.ts';
import type { Services } from '../services.ts';

const NO_WRITER =
  'The connection that writes there is gone. An admin gives it another one: /aws-settings, Destinations, Change.';

/** A destination as one user's keys may go there. */
export interface BoundDestination {
  readonly destination: KeptDestination;
  readonly binding: Binding;
  /** Null: a rotation may deliver there. Else why not yet, and what to do. */
  readonly refusal: string | null;
}

/**
 * The destinations that are bound to one user, by name. `administrator`: whether it has rights like an administrator's,
 * read just now; not known counts as yes.
 */
export async function boundDestinations(
  { stores }: Pick<Services, 'stores'>,
  user: { readonly accountId: string; readonly userId: string },
  administrator: Known<boolean>,
): Promise<BoundDestination[]> {
  const bindings = await stores.rotation.bindings.ofUser(user.accountId, user.userId);
  if (bindings.length === 0) return [];
  const destinations = await stores.rotation.destinations.list();
  const connections = await stores.connections.list();
  return destinations.flatMap((destination) => {
    const binding = bindings.find(({ destinationId }) => destinationId === destination.id);
    if (binding === undefined) return [];
    const kind = factsOf(destination.kind);
    const writer = connections.find(({ id }) => id === destination.connectionId);
    const gone = kind.needsConnection && writer?.state !== 'connected' ? NO_WRITER : null;
    const refusal = gone ?? refusalToDeliver({ destination, binding, kind, administrator });
    return [{ destination, binding, refusal }];
  });
}
