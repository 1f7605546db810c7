import { quotedName } from '../../domain/connection.ts';
import type { Connection } from '../../domain/connection.ts';
import { RekeyError } from '../../errors.ts';
import type { Services } from '../services.ts';

type Reading = Pick<Services, 'stores'>;

const END_IT = 'Type `/aws-rotate` to see it: end it, or take it back, first.';

/** Throws `conflict` while the connection's own key is replaced: both of its keys are needed until that has ended. */
export async function refuseWhileOwnKeyRotates({ stores }: Reading, { id, name }: Connection): Promise<void> {
  const open = await stores.rotation.rotations.openOfConnection(id);
  if (open.length === 0) return;
  throw new RekeyError('conflict', `${quotedName(name)}: its own key is being rotated.`, { next: END_IT });
}

/** Throws `conflict` while a rotation needs the connection: for its own key, or because no other reaches the account. */
export async function refuseWhileRotationsNeed(services: Reading, connection: Connection): Promise<void> {
  await refuseWhileOwnKeyRotates(services, connection);
  const { stores } = services;
  const { id, name, accountId } = connection;
  const [open] = await stores.rotation.rotations.openOfAccount(accountId);
  if (open === undefined) return;
  const others = (await stores.connections.list()).filter(
    (each) => each.id !== id && each.accountId === accountId && each.state === 'connected',
  );
  if (others.length > 0) return;
  throw new RekeyError(
    'conflict',
    `${quotedName(name)}: a rotation of ${open.oldKeyId} is under way, and no other connection reaches its account.`,
    { next: END_IT },
  );
}
