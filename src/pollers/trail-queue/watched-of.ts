import type { Services } from '../../handlers/services.ts';
import { connectedTo } from '../../handlers/key-policy.ts';
import { watchingConnection } from '../watch/take-up.ts';

/** Files of an account that cannot be watched for the moment are kept for so long. */
const KEPT_FOR = 24 * 60 * 60_000;

/**
 * Of these accounts, those that a connection may watch, or could until a while ago: what files tell of others is nobody's
 * business here.
 */
export async function watchedOf(
  { stores, clock }: Pick<Services, 'stores' | 'clock'>,
  accountIds: readonly string[],
): Promise<string[]> {
  if (accountIds.length === 0) return [];
  const connections = await stores.connections.list();
  const watched: string[] = [];
  for (const id of new Set(accountIds)) {
    if (watchingConnection(connections, id) !== null) watched.push(id);
    else if (connectedTo(connections, id).length > 0) {
      // What its last check said may be a slip of the moment.
      const kept = await stores.watch.accounts.byId(id);
      if (kept !== null && clock.now() - (kept.trouble?.since ?? clock.now()) < KEPT_FOR) watched.push(id);
    }
  }
  return watched;
}
