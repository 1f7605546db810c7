import type { Services } from '../../handlers/services.ts';
import { watchingConnection } from '../watch/take-up.ts';

/** Of these accounts, those that a connection may watch: what files tell of others is nobody's business here. */
export async function watchedOf(
  { stores }: Pick<Services, 'stores'>,
  accountIds: readonly string[],
): Promise<string[]> {
  if (accountIds.length === 0) return [];
  const connections = await stores.connections.list();
  return [...new Set(accountIds)].filter((id) => watchingConnection(connections, id) !== null);
}
