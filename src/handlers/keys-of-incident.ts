import type { InventoryKey } from '../domain/inventory.ts';
import type { IncidentLook } from '../domain/incident.ts';
import type { Services } from './services.ts';

/** The rule whose signals are about a key of the user that is named: AWS made the call, or somebody who helps. */
export const ABOUT_A_USERS_KEY = 'key-quarantined';

/** The keys of the users that an incident without a key is about: one of them may be what was stolen. */
export async function keysOfIncident(
  { stores }: Pick<Services, 'stores'>,
  { incident, signals }: Pick<IncidentLook, 'incident' | 'signals'>,
): Promise<InventoryKey[]> {
  const { accountId, subject } = incident;
  const named = signals.flatMap(({ rule, facts }) =>
    rule === ABOUT_A_USERS_KEY ? [facts['user'] ?? ''] : [],
  );
  const names = new Set([...named, /:user\/(?:.*\/)?([^/]+)$/.exec(subject)?.[1] ?? '']);
  const { users, keys } = stores.inventory;
  const found: InventoryKey[] = [];
  for (const name of names) {
    const user = name === '' ? null : await users.byName(accountId, name);
    if (user !== null) found.push(...(await keys.ofUser(accountId, user.userId)));
  }
  return found;
}
