import { quotedName } from '../../domain/connection.ts';
import type { Connection } from '../../domain/connection.ts';
import { RekeyError } from '../../errors.ts';
import { isAtRest, type Containment } from '../../domain/containment.ts';
import { answerOf } from '../key-policy.ts';
import type { Containing } from './containing.ts';
import { signersFor } from './hands.ts';

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
  if (needs === null) return;
  throw new RekeyError(
    'conflict',
    `${quotedName(name)}: the user of ${needs.accessKeyId} is contained, and no other connection can go on with it.`,
    { next: 'Type `/aws-deactivate` to see it: stop holding it, or take it back, first.' },
  );
}
