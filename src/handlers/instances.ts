import { openSecret } from './check-credentials.ts';
import type { Services } from './services.ts';

/**
 * With which key this process signs where a connection's own key is being replaced: the one whose secret it could open
 * just now, by connection.
 */
export async function signingKeys(
  services: Pick<Services, 'stores' | 'sealer' | 'log'>,
): Promise<Record<string, string>> {
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
