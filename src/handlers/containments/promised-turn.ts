import type { Containment } from '../../domain/containment.ts';
import { TURN_LEASE_MS, type Containing } from './containing.ts';

type Lease = Pick<Containment, 'leaseOwner' | 'leaseUntil'>;

type Leased = Containment & { readonly leaseOwner: string };

/** Containments that were written down with their turns, which nobody began yet; by id. */
const promised = new Map<string, Leased>();

/**
 * The lease of a new turn of this process. A containment is written with one: who writes it down goes on with it at once,
 * without another write. Should the process die before, others wait as for any turn that was broken off.
 */
export function newLease({ instanceId, ids, clock }: Containing): Lease & { readonly leaseOwner: string } {
  return { leaseOwner: `${instanceId}/${ids.next()}`, leaseUntil: clock.now() + TURN_LEASE_MS };
}

/** The row was written: whoever of this process comes first has the turn. */
export function promiseTurn(row: Containment): void {
  const { id, leaseOwner } = row;
  if (leaseOwner !== null) promised.set(id, { ...row, leaseOwner });
}

/**
 * The containment with this id as this process wrote it with the turn at it; null when there is none, or it is too late.
 * Whoever changed it since is met at the turn's first write, which must find this version.
 */
export function takePromised({ instanceId, clock }: Containing, id: string): Leased | null {
  const row = promised.get(id);
  if (row === undefined || !row.leaseOwner.startsWith(`${instanceId}/`)) return null;
  promised.delete(id);
  return clock.now() < row.leaseUntil ? row : null;
}
