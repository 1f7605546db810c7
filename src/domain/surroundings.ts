/** Why the sessions of a role may not be revoked by Rekey. */
export type RoleBar =
  /** It lives in another account. */
  | 'other_account'
  /** AWS alone may change it: made for a service, or by IAM Identity Center. */
  | 'service_linked'
  | 'identity_center'
  /** Rekey signs with it, or assumes with it the roles it signs with; or it may be so. */
  | 'ours'
  | 'perhaps_ours';

/** A role that the key, or a session that comes from it, assumed; by CloudTrail. Times are ms. */
export interface AssumedRole {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  /** Sessions of it that come from the key. */
  readonly sessions: number;
  readonly lastAt: number;
  /** The key or session that assumed it last. */
  readonly by: string;
}

/**
 * What appeared in the account, or was changed about it, that outlives a containment. `undoing`: a change of the contained
 * user itself that takes the containment off.
 */
export type MadeKind = 'key' | 'user' | 'password' | 'role' | 'trust' | 'rights' | 'undoing';

/** One such thing. */
export interface MadeThing {
  /** CloudTrail's id of the event. */
  readonly id: string;
  readonly kind: MadeKind;
  /** The key's id, or the name of the user, role or policy. */
  readonly name: string;
  /** Whom it was made for, or what was done, in a few words; may be empty. */
  readonly on: string;
  readonly at: number;
  /** Who did it: a name or ARN, as CloudTrail has it. */
  readonly by: string;
  /** The key that called; null where CloudTrail does not say. */
  readonly byKey: string | null;
  /** The contained user did it, or a session that comes from its key. */
  readonly own: boolean;
}

/** What CloudTrail shows around a contained user. Times are ms. */
export interface Surroundings {
  /** Everything up to here was read; null where that is not known, for the reason `why`. */
  readonly completeTo: number | null;
  readonly why: string;
  readonly checkedAt: number;
  /** When it is read next; null: not any more. */
  readonly nextAt: number | null;
  /** The sessions that come from the key, by their ids, the newest last. */
  readonly sessions: readonly string[];
  /** The latest first. */
  readonly roles: readonly AssumedRole[];
  /** What was found and told, the oldest first; `more` others were only counted. */
  readonly made: readonly MadeThing[];
  readonly more: number;
}

/** Sessions whose calls are asked for; of more than that, what they did is not known. */
export const MOST_SESSIONS = 24;
/** Kept and named one by one. Of more roles, those that the contained user made itself are let go first. */
export const MOST_ROLES = 100;
export const MOST_MADE = 120;

/** After a reason to contain somebody, CloudTrail is asked again and again, until what it tells covers the hold. */
const LOOKS_MS = [0, 2, 5, 8, 12, 16, 21, 26, 31, 36, 41, 46, 52].map((minutes) => minutes * 60_000);

/** When it is asked next; null after the last time. `since`: when the newest reason came; ms. */
export function nextSurroundings(since: number, now: number): number | null {
  const after = LOOKS_MS.find((ms) => since + ms > now);
  return after === undefined ? null : since + after;
}

/** The longest such time after the newest reason; ms. */
export const SURROUNDINGS_MS = Math.max(...LOOKS_MS);

/** The same with what was found since; each thing once. */
export function withFound(
  before: Surroundings | null,
  found: Pick<Surroundings, 'completeTo' | 'why' | 'checkedAt' | 'nextAt' | 'sessions' | 'roles'> & {
    readonly made: readonly MadeThing[];
  },
): Surroundings {
  const told = new Set(before?.made.map(({ id }) => id));
  const fresh = found.made.filter(({ id }) => !told.has(id)).toSorted((a, b) => a.at - b.at);
  const room = Math.max(0, MOST_MADE - (before?.made.length ?? 0));
  const own = [...(before?.made ?? []), ...found.made].filter((thing) => thing.kind === 'role' && thing.own);
  const roles = mergedRoles(before?.roles ?? [], found.roles, new Set(own.map(({ name }) => name)));
  return {
    ...found,
    why: [found.why, ...(roles.more > 0 ? [tooManyRoles(roles.more)] : [])].filter(Boolean).join('; '),
    sessions: [...new Set([...(before?.sessions ?? []), ...found.sessions])].slice(-MOST_SESSIONS),
    roles: roles.kept,
    made: [...(before?.made ?? []), ...fresh.slice(0, room)],
    // Beyond the bound an event that is read twice is counted twice, so that it is said as “at least”.
    more: Math.max(before?.more ?? 0, fresh.length - room, 0),
  };
}

function tooManyRoles(more: number): string {
  return `the key assumed more than ${MOST_ROLES} roles: at least ${more} are not listed, see its evidence`;
}

/**
 * By role, the latest first; the same sessions are read again and again, so that the larger count is the truer one.
 * `own`: names of roles that the user made, which must not push out those that were there.
 */
function mergedRoles(
  before: readonly AssumedRole[],
  found: readonly AssumedRole[],
  own: ReadonlySet<string>,
): { readonly kept: readonly AssumedRole[]; readonly more: number } {
  const all = new Map(before.map((role) => [role.arn, role]));
  for (const role of found) {
    const known = all.get(role.arn);
    const later = known === undefined || role.lastAt >= known.lastAt ? role : known;
    all.set(role.arn, { ...later, sessions: Math.max(role.sessions, known?.sessions ?? 0) });
  }
  const latest = [...all.values()].toSorted((a, b) => b.lastAt - a.lastAt);
  const wanted = latest.toSorted((a, b) => Number(own.has(a.name)) - Number(own.has(b.name)));
  const kept = new Set(wanted.slice(0, MOST_ROLES));
  return { kept: latest.filter((role) => kept.has(role)), more: latest.length - kept.size };
}

/** What two looks tell apart. */
export function freshlyMade(before: Surroundings | null, after: Surroundings | null): readonly MadeThing[] {
  const told = new Set(before?.made.map(({ id }) => id));
  return (after?.made ?? []).filter(({ id }) => !told.has(id));
}
