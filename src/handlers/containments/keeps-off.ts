import { askerOf } from '../../domain/containment-words.ts';
import type { Containment } from '../../domain/containment.ts';
import type { Stores } from '../../ports/stores.ts';

/**
 * Why a key may not be made Active by anything but its containment's own Undo, as a sentence; null when no open
 * containment keeps it off. A reason that was recovered does, too.
 */
export async function keepsOff(
  { containments }: Pick<Stores, 'containments'>,
  { accountId, accessKeyId }: Pick<Containment, 'accountId' | 'accessKeyId'>,
): Promise<string | null> {
  // Of a key of the old kind the account is not known while it is being found.
  const open = [...(await containments.openOfAccount(accountId)), ...(await containments.openOfAccount(''))];
  const holder = open
    .flatMap(({ holders }) => holders)
    .find((each) => each.accessKeyId === accessKeyId && each.phase !== 'undone');
  if (holder === undefined) return null;
  const by = askerOf(holder);
  return holder.phase === 'recovered'
    ? `The key ${accessKeyId} was contained by ${by} as ${holder.kind}, and stays Inactive since the recovery.`
    : `The key ${accessKeyId} is contained by ${by} as ${holder.kind}.`;
}
