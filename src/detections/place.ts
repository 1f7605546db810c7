import type { Address } from './address.ts';

/** Where an address is, as far as an offline database knows. */
export interface Place {
  /** Who runs the network, such as `AS24940 Hetzner Online GmbH`. */
  readonly operator: string | null;
  /** Two letters (ISO 3166). */
  readonly country: string | null;
}

/** Looks an address up. Given from outside: rules do no input and output. Nothing is known of addresses not public. */
export type LookUp = (address: Address) => Place;

export const NOWHERE: Place = { operator: null, country: null };

/** Where an address is; nothing is looked up for what is routed nowhere. */
export function placeOf(address: Address, lookUp: LookUp): Place {
  return address.isPublic ? lookUp(address) : NOWHERE;
}
