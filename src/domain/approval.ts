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
  userName,
  kind,
  administrator,
}: Pick<ApprovalCase, 'kind' | 'administrator'> & { readonly userName: string }): string | null {
  if (kind.needsSecondPerson) return `it is a ${kind.label.toLowerCase()}`;
  if (!administrator.known) {
    return `it is not known whether ${userName} has administrator rights (${administrator.why})`;
  }
  return administrator.value ? `${userName} has administrator rights` : null;
}

export function approvalState(about: ApprovalCase): ApprovalState {
  const { destination, binding, kind, administrator } = about;
  const why = whySecondPerson({ kind, administrator, userName: binding.userName });
  if (why === null) return { state: 'free' };
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

/** One user whose keys may or may not go to a place, as a notice says it. */
export interface AskedBinding {
  readonly userName: string;
  /** With its path, as IAM tells it; null when it is no longer known. */
  readonly arn: string | null;
  /** What its account is called, and the account's id. */
  readonly account: string;
  /** Why a second person is needed, in words that follow “because”; null when nobody is any more. */
  readonly why: string | null;
  readonly outcome:
    | { readonly what: 'waiting' }
    /** `withdrawn`: unbound, or the destination removed; `changed`: another notice asks anew. */
    | { readonly what: 'approved' | 'refused' | 'withdrawn' | 'changed'; readonly by: string };
}

/** What a notice asks a second person to approve, and what became of it. Holds no address with a token. */
export interface ApprovalAsk {
  readonly destinationId: string;
  readonly name: string;
  /** “AWS Secrets Manager”. */
  readonly kind: string;
  /** Where, in words. */
  readonly place: string;
  /** Who writes there; null for what is not in AWS. */
  readonly connection: string | null;
  /** Host of the redeploy hook, or null. */
  readonly hookHost: string | null;
  readonly bindings: readonly AskedBinding[];
  readonly askedBy: string;
  /** True when it was changed after an approval, false when it was bound. */
  readonly changed: boolean;
  /** True when nobody but those who made it is an admin. */
  readonly nobodyElse: boolean;
  /** Who of the admins got no direct message, in words; null when all did, or a channel was asked. */
  readonly unasked: string | null;
  /** The user groups that means. */
  readonly unreadGroups: readonly string[];
}
