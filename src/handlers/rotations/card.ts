import type { ReadyToRead, RotationCard } from '../../domain/rotation-card.ts';
import type { KeptDestination } from '../../domain/destination.ts';
import { OWN_PLACE_ID } from '../../domain/rotation.ts';
import type { Rotation } from '../../domain/rotation.ts';
import { factsOf } from '../../destinations/index.ts';
import { lookAccounts } from '../look-keys.ts';
import type { Services } from '../services.ts';
import { holdOf } from './hold.ts';

/** What the one message of a rotation shows, from what is kept: nothing is asked of AWS. */
export async function cardOf(
  services: Pick<Services, 'stores' | 'clock'>,
  rotation: Rotation,
): Promise<RotationCard> {
  const { stores, clock } = services;
  const { accountId, ownConnectionId } = rotation;
  const accounts = await lookAccounts(services);
  const own = ownConnectionId === null ? null : await stores.connections.byId(ownConnectionId);
  const destinations = await destinationsOf(services, rotation);
  const use = await stores.rotation.uses.byId(rotation.id);
  return {
    rotation,
    accountName: accounts.find((each) => each.accountId === accountId && each.connected)?.name ?? null,
    ownConnectionName: own?.name ?? null,
    destinationNames: new Map([
      ...(ownConnectionId === null ? [] : ([[OWN_PLACE_ID, 'Rekey itself']] as const)),
      ...destinations.map(({ id, name }) => [id, name] as const),
    ]),
    oldUse: use?.oldUse ?? null,
    newUse: use?.newUse ?? null,
    paused: await holdOf(services, rotation),
    now: clock.now(),
  };
}

/** How the new key is read from its destinations, for those who use it. */
export async function readyToRead(
  services: Pick<Services, 'stores'>,
  rotation: Rotation,
): Promise<readonly ReadyToRead[]> {
  const destinations = await destinationsOf(services, rotation);
  return destinations.map(({ id, kind, target }) => {
    const facts = factsOf(kind);
    return {
      destinationId: id,
      where: `${facts.label}, ${facts.describe(target)}`,
      snippets: facts.snippets(target),
    };
  });
}

/** Those that still exist. */
async function destinationsOf(
  { stores }: Pick<Services, 'stores'>,
  { deliveries }: Rotation,
): Promise<KeptDestination[]> {
  const found = await Promise.all(
    deliveries
      .filter(({ destinationId }) => destinationId !== OWN_PLACE_ID)
      .map(({ destinationId }) => stores.rotation.destinations.byId(destinationId)),
  );
  return found.filter((each) => each !== null);
}
