import { OWN_PLACE_ID } from '../../domain/rotation.ts';
import type { RotationWorld } from '../../ports/rotation-world.ts';
import type { Services } from '../services.ts';
import { wakeOutbox } from '../alert.ts';
import { keepsOff } from '../containments/keeps-off.ts';
import { rotatedAccount } from './account.ts';
import { holdOf } from './hold.ts';
import { Administrators } from './administrator.ts';
import { ownPlace } from './own-place.ts';
import { boundPlace, callHook } from './places.ts';
import type { Opening } from '../destinations/places.ts';
import { recordsOf } from './record.ts';
import { signerOf, trailOf } from './signer.ts';
import type { Telling } from './tell.ts';
import { regionsOfUse, tryKey } from './try-key.ts';

/** What the machine's hands are made of. */
export type WorldServices = Opening & Telling & Pick<Services, 'metrics' | 'jobs' | 'instances'>;

/** What the machine asks of the world, by the connections, destinations and settings as they are at each moment. */
export function createRotationWorld(services: WorldServices): RotationWorld {
  const administrators = new Administrators(services);
  return {
    account: async (rotation, notBy) => {
      const signer = await signerOf(services, rotation, notBy);
      return signer === null ? null : rotatedAccount(services, signer);
    },
    trail: (rotation) => trailOf(services, rotation),
    tryKey: async (rotation, accessKeyId, secret, signal) => {
      const regions = await regionsOfUse(services, rotation);
      return tryKey(services, rotation, accessKeyId, secret, regions, signal);
    },
    place: (rotation, destinationId, signal) =>
      destinationId === OWN_PLACE_ID
        ? ownPlace(services, rotation)
        : boundPlace(services, rotation, destinationId, administrators, signal),
    runHook: (rotation, destinationId, signal) =>
      callHook(services, rotation, destinationId, administrators, signal),
    paused: (rotation) => holdOf(services, rotation),
    keptOff: async ({ accountId, oldKeyId, createdAt }) => {
      const about = { accountId, accessKeyId: oldKeyId, since: createdAt };
      return (await keepsOff(services.stores, about))?.why ?? null;
    },
    writesFor: (before, after, notes) => recordsOf(services, before, after, notes),
    written: async (before, after) => {
      services.metrics.rotationMoved(after.state);
      try {
        await wakeOutbox(services);
      } catch (error) {
        services.log.warn('the outbox was not woken', { rotationId: before.id, error });
      }
    },
  };
}
