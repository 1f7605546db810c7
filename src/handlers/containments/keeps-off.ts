import { askerOf } from '../../domain/containment-words.ts';
import type { Containment, ContainmentHolder } from '../../domain/containment.ts';
import type { Stores } from '../../ports/stores.ts';

/** Why a key is kept off, as a sentence, and what can be done. */
export interface KeptOff {
  readonly why: string;
  readonly next: string;
}

/**
 * Why a key may not be made Active by anything but its containment's own Undo; null when no containment keeps it off. A
 * reason that was recovered does so for good, also when its containment has ended, which that does by itself after some
 * hours, and so does one that somebody closed as it was: then only somebody in AWS gives the key back. `since` (ms): what
 * was recovered or closed before is not looked at, since the key was made Active by hand after it.
 */
export async function keepsOff(
  { containments }: Pick<Stores, 'containments'>,
  {
    accountId,
    accessKeyId,
    since,
  }: Pick<Containment, 'accountId' | 'accessKeyId'> & { readonly since: number },
): Promise<KeptOff | null> {
  const about = (all: readonly Containment[]) =>
    all.flatMap(({ holders }) => holders).filter((each) => each.accessKeyId === accessKeyId);
  // Of a key of the old kind the account is not known while it is being found.
  const open = [...(await containments.openOfAccount(accountId)), ...(await containments.openOfAccount(''))];
  const holding = about(open).find(({ phase }) => phase !== 'undone');
  if (holding !== undefined) {
    const next =
      'If that was a false alarm, a responder takes the containment back first (`/aws-deactivate` lists it).';
    return { why: whyOf(holding), next };
  }
  const ended = await containments.endedOfAccount(accountId, since);
  const isSince = (at = 0): boolean => at >= since;
  const kept =
    about(ended).find(({ phase, taken }) => phase === 'recovered' && isSince(taken?.at)) ??
    about(ended.filter(({ left }) => left !== undefined && isSince(left.at))).find(
      ({ phase }) => phase === 'held',
    );
  if (kept === undefined) return null;
  const next = 'Whoever is sure that it is in no wrong hands makes it Active in AWS, by hand.';
  return { why: whyOf(kept, true), next };
}

function whyOf(holder: ContainmentHolder, isOver = false): string {
  const by = askerOf(holder);
  const { accessKeyId, kind, phase } = holder;
  if (phase === 'recovered') {
    return `The key ${accessKeyId} was contained by ${by} as ${kind}, and stays Inactive since the recovery.`;
  }
  return isOver
    ? `The key ${accessKeyId} was contained by ${by} as ${kind}, and nobody took that back: it was closed as it was.`
    : `The key ${accessKeyId} is contained by ${by} as ${kind}.`;
}
