import { quotedName } from '../../domain/connection.ts';
import type { Connection } from '../../domain/connection.ts';
import { RekeyError } from '../../errors.ts';
import type { Services } from '../services.ts';

/**
 * Throws `conflict` while a containment that is not at rest needs the connection, because no other reaches its account.
 */
export async function refuseWhileContainmentsNeed(
  { stores }: Pick<Services, 'stores'>,
  { id, name, accountId }: Connection,
): Promise<void> {
  const open = await stores.containments.openOfAccount(accountId);
  const needs = open.find(({ state }) => state !== 'standing' && state !== 'recovered');
  if (needs === undefined) return;
  const others = (await stores.connections.list()).filter(
    (each) => each.id !== id && each.accountId === accountId && each.state === 'connected',
  );
  if (others.length > 0) return;
  throw new RekeyError(
    'conflict',
    `${quotedName(name)}: the user of ${needs.accessKeyId} is contained, and no other connection reaches its account.`,
    { next: 'Type `/aws-deactivate` to see it: stop holding it, or take it back, first.' },
  );
}
