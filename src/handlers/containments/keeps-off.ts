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
 * hours: then only somebody in AWS gives the key back. `since` (ms): what was recovered before is not looked at, since
 * the key was made Active by hand after it.
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
  const recovered = about(await containments.endedOfAccount(accountId, since)).find(
    ({ phase, taken }) => phase === 'recovered' && (taken?.at ?? 0) >= since,
  );
  if (recovered === undefined) return null;
  const next = 'Whoever is sure that it is in no wrong hands makes it Active in AWS, by hand.';
  return { why: whyOf(recovered), next };
}

function whyOf(holder: ContainmentHolder): string {
  const by = askerOf(holder);
  const { accessKeyId, kind, phase } = holder;
  return phase === 'recovered'
    ? `The key ${accessKeyId} was contained by ${by} as ${kind}, and stays Inactive since the recovery.`
    : `The key ${accessKeyId} is contained by ${by} as ${kind}.`;
}
