import { openSecret } from './check-credentials.ts';
import type { Services } from './services.ts';

/** How often each process says that it lives. */
export const BEAT_EVERY_MS = 5_000;
/** A process not heard of for so long is dead: what it held is gone with it. */
export const LIVE_MS = 60_000;
const FORGOTTEN_MS = 24 * 60 * 60_000;

/**
 * Says that this process lives, and with which key it signs where a connection's own key is being replaced: the one
 * whose secret it could open just now.
 */
export async function beat(services: Services): Promise<void> {
  const { stores, clock, instanceId } = services;
  const { instances } = stores.rotation;
  const now = clock.now();
  const signsWith = await signingKeys(services);
  await stores.atomically([
    instances.put({ id: instanceId, seenAt: now, signsWith }),
    instances.removeBefore(now - FORGOTTEN_MS),
  ]);
}

/** The same at the start: where no other process can be, those before it are dead. */
export async function firstBeat(services: Services): Promise<void> {
  const { stores, clock, onlyInstance } = services;
  if (onlyInstance) await stores.atomically([stores.rotation.instances.removeBefore(clock.now() + 1)]);
  await beat(services);
}

async function signingKeys(services: Services): Promise<Record<string, string>> {
  const { stores, log } = services;
  const found: Record<string, string> = {};
  for (const { ownConnectionId } of await stores.rotation.rotations.openOwn()) {
    const connection = ownConnectionId === null ? null : await stores.connections.byId(ownConnectionId);
    if (connection === null || connection.accessKeyId === null) continue;
    try {
      // The secret is read after the key's id: a newer one is taken up with the next beat.
      await openSecret(services, connection);
      found[connection.id] = connection.accessKeyId;
    } catch (error) {
      log.error('the key of a connection cannot be opened', { connectionId: connection.id, error });
    }
  }
  return found;
}

/** Says that this process no longer lives. */
export async function lastBeat({ stores, instanceId }: Services): Promise<void> {
  await stores.atomically([stores.rotation.instances.remove(instanceId)]);
}
