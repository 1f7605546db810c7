import type { Containment } from '../../domain/containment.ts';
import { TURN_LEASE_MS, type Containing } from './containing.ts';

type Lease = Pick<Containment, 'leaseOwner' | 'leaseUntil'>;

/** Turns that were written down with their containments, and which nobody began yet. */
const promised = new Set<string>();

/**
 * The lease of a new turn of this process. A containment is written with one: who writes it down goes on with it at once,
 * without another write. Should the process die before, others wait as for any turn that was broken off.
 */
export function newLease({ instanceId, ids, clock }: Containing): Lease & { readonly leaseOwner: string } {
  return { leaseOwner: `${instanceId}/${ids.next()}`, leaseUntil: clock.now() + TURN_LEASE_MS };
}

/** The row was written: whoever of this process comes first has the turn. */
export function promiseTurn({ leaseOwner }: Lease): void {
  if (leaseOwner !== null) promised.add(leaseOwner);
}

/** The token of the turn that was promised to this process with this row; null when there is none, or it is too late. */
export function takePromised({ instanceId, clock }: Containing, row: Lease): string | null {
  const { leaseOwner, leaseUntil } = row;
  if (leaseOwner === null || !leaseOwner.startsWith(`${instanceId}/`)) return null;
  const isMine = promised.delete(leaseOwner);
  return isMine && clock.now() < leaseUntil ? leaseOwner : null;
}
