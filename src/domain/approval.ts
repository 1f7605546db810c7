import type { Binding, KeptDestination } from './destination.ts';
import type { Known } from './known.ts';

/** What decides whether one user's keys may go to one place. */
export interface ApprovalCase {
  readonly destination: KeptDestination;
  readonly binding: Binding;
  /** What is said of its kind: its name in words, and whether it takes a second person whatever the user. */
  readonly kind: { readonly label: string; readonly needsSecondPerson: boolean };
  /** Whether the user has rights like an administrator's; not known counts as yes. */
  readonly administrator: Known<boolean>;
}

/** - `free`: it takes no second person
 *  - `approved`: a second person agreed to exactly this
 *  - `waiting`: a second person must agree first; `lapsed` when somebody did, before it was changed */
export type ApprovalState =
  | { readonly state: 'free' }
  | { readonly state: 'approved'; readonly by: string; readonly at: number }
  | { readonly state: 'waiting'; readonly why: string; readonly lapsed: boolean };

/** Why a second person must agree, in words that follow “because”; null when one is enough. */
export function whySecondPerson({
  binding,
  kind,
  administrator,
}: Omit<ApprovalCase, 'destination'>): string | null {
  if (kind.needsSecondPerson) return `it is a ${kind.label.toLowerCase()}`;
  if (!administrator.known) {
    return `it is not known whether ${binding.userName} has administrator rights (${administrator.why})`;
  }
  return administrator.value ? `${binding.userName} has administrator rights` : null;
}

export function approvalState(about: ApprovalCase): ApprovalState {
  const why = whySecondPerson(about);
  if (why === null) return { state: 'free' };
  const { destination, binding } = about;
  const { approvedBy: by, approvedAt: at } = binding;
  if (by === null || at === null) return { state: 'waiting', why, lapsed: false };
  if (binding.destinationVersion !== destination.version) return { state: 'waiting', why, lapsed: true };
  return mayApprove(destination, binding, by)
    ? { state: 'approved', by, at }
    : { state: 'waiting', why, lapsed: false };
}

/** True for a second person: neither who made or last changed the destination, nor who bound it. */
export function mayApprove(
  { createdBy, changedBy }: KeptDestination,
  binding: Pick<Binding, 'createdBy'>,
  userId: string,
): boolean {
  return ![createdBy, changedBy, binding.createdBy].includes(userId);
}

/** Why a rotation may not deliver there yet, and what to do; null when it may. */
export function refusalToDeliver(about: ApprovalCase): string | null {
  const found = approvalState(about);
  if (found.state !== 'waiting') return null;
  const changed = found.lapsed ? 'It was changed after it was approved. ' : '';
  return `${changed}A second admin must approve it first, because ${found.why}: /aws-settings, Destinations.`;
}
