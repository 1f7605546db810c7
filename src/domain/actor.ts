/** The roles of the design, section 2. */
export type Role = 'viewer' | 'operator' | 'responder' | 'admin';

export const ROLES: readonly Role[] = ['viewer', 'operator', 'responder', 'admin'];

/** What each role includes: viewer < operator, viewer < responder, operator + responder < admin. */
const INCLUDES: Record<Role, readonly Role[]> = {
  viewer: ['viewer'],
  operator: ['viewer', 'operator'],
  responder: ['viewer', 'responder'],
  admin: ['viewer', 'operator', 'responder', 'admin'],
};

/** A person of our workspace who may be here at all (guests and strangers never become an actor). */
export interface Actor {
  readonly teamId: string;
  readonly userId: string;
  /** Empty for a person nobody gave a role: may use `/aws-help` only. */
  readonly roles: readonly Role[];
  /** Why the roles may be incomplete (Slack could not be asked about user groups), or null. */
  readonly rolesUnsure: string | null;
}

/** Who did something: a person, or Rekey itself (a job, a sweep). */
export type Doer =
  | { readonly kind: 'person'; readonly teamId: string; readonly userId: string }
  | { readonly kind: 'rekey' };

export function holds(roles: readonly Role[], need: Role): boolean {
  return roles.some((role) => INCLUDES[role].includes(need));
}

export function personOf(actor: Actor): Extract<Doer, { kind: 'person' }> {
  return { kind: 'person', teamId: actor.teamId, userId: actor.userId };
}
