import { factsOf } from '../../destinations/index.ts';
import { refusalToDeliver } from '../../domain/approval.ts';
import type { Binding, KeptDestination } from '../../domain/destination.ts';
import type { Known } from '../../domain/known.ts';
import type { Services } from '../services.ts';

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
  return destinations.flatMap((destination) => {
    const binding = bindings.find(({ destinationId }) => destinationId === destination.id);
    if (binding === undefined) return [];
    const kind = factsOf(destination.kind);
    return [
      { destination, binding, refusal: refusalToDeliver({ destination, binding, kind, administrator }) },
    ];
  });
}
