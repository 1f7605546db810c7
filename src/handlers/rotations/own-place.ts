import type { Rotation } from '../../domain/rotation.ts';
import type { RefusedPlace, RotationPlace } from '../../ports/rotation-world.ts';
import type { Opening } from '../destinations/places.ts';

/** Rekey itself as the consumer of a connection's own key. */
export async function ownPlace(
  { stores }: Opening,
  { ownConnectionId }: Rotation,
): Promise<RotationPlace | RefusedPlace> {
  const connection = ownConnectionId === null ? null : await stores.connections.byId(ownConnectionId);
  if (connection === null) return { refused: 'The connection whose key this is no longer exists.' };
  return { refused: 'not yet' };
}
