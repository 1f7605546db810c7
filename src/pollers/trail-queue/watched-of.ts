import type { Services } from '../../handlers/services.ts';
import { connectedTo } from '../../handlers/key-policy.ts';

/**
 * Of these accounts, those that are connected: what files tell of others is nobody's business here. Whether their events
 * may be looked up, too, does not matter: files are read by the queue's own connection.
 */
export async function watchedOf(
  { stores }: Pick<Services, 'stores'>,
  accountIds: readonly string[],
): Promise<string[]> {
  if (accountIds.length === 0) return [];
  const connections = await stores.connections.list();
  return [...new Set(accountIds)].filter((id) => connectedTo(connections, id).length > 0);
}
