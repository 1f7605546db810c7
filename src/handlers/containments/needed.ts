import { quotedName } from '../../domain/connection.ts';
import type { Connection } from '../../domain/connection.ts';
import { RekeyError } from '../../errors.ts';
import { isAtRest, type Containment } from '../../domain/containment.ts';
import { isStandingRevocation } from '../../domain/role-revocation.ts';
import { answerOf } from '../key-policy.ts';
import type { Containing } from './containing.ts';
import { signersFor } from './hands.ts';
import { keptRevocations } from './roles/kept.ts';

/**
 * Throws `conflict` while a containment that is not at rest needs the connection, because no other that may contain, and
 * does not sign as the contained user, reaches its account; also while sessions from before are still denied for some hours.
 */
export async function refuseWhileContainmentsNeed(
  services: Containing,
  { id, name, accountId }: Connection,
): Promise<void> {
  const open = await services.stores.containments.openOfAccount(accountId);
  // The deny of sessions from before is to come off, too, whoever looks by then.
  const needing = open.filter(({ state, dateDeny }) => !isAtRest(state) || dateDeny !== null);
  let needs: Containment | null = null;
  for (const each of needing) {
    const { able } = await signersFor(services, each);
    // Only one that may do it, and does not sign as that very user, stands in for this one.
    const rest = able.filter((other) => other.id !== id && answerOf(other, 'contain') !== 'no');
    if (rest.length === 0) needs ??= each;
  }
  if (needs === null) return refuseWhileRolesNeed(services, { id, name, accountId });
  throw new RekeyError(
    'conflict',
    `${quotedName(name)}: the user of ${needs.accessKeyId} is contained, and no other connection can go on with it.`,
    { next: 'Type `/aws-deactivate` to see it: stop holding it, or take it back, first.' },
  );
}

/** The same while the sessions of a role are revoked: that is to come off, too. */
async function refuseWhileRolesNeed(
  services: Containing,
  { id, name, accountId }: Pick<Connection, 'id' | 'name' | 'accountId'>,
): Promise<void> {
  const standing = (await keptRevocations(services.stores, accountId)).find(isStandingRevocation);
  if (standing === undefined) return;
  const nobody = { accountId, userName: null, userId: null, userArn: null, holders: [], keys: [] };
  const containment = await services.stores.containments.byId(standing.containmentId);
  const { able } = await signersFor(services, containment ?? nobody);
  if (able.some((other) => other.id !== id && answerOf(other, 'contain') !== 'no')) return;
  throw new RekeyError(
    'conflict',
    `${quotedName(name)}: the sessions of the role ${standing.roleName} are revoked, and no other connection can take that off.`,
    {
      next: 'Undo the revocation first, on the message of its containment; or wait until it ends by itself, after 12 hours.',
    },
  );
}
