import { ROLES, type Actor, type Role } from '../domain/actor.ts';
import type { RoleGrant } from '../domain/records.ts';
import { RekeyError } from '../errors.ts';
import type { Services } from './services.ts';

/** How long an answer of Slack about a person or a group is taken as current. */
const FRESH_MS = 5 * 60_000;
/** How old a group's membership may be for reversible acts while Slack cannot be asked. */
const STALE_LIMIT_MS = 24 * 3_600_000;

/**
 * Finds who is asking and what they may do. Guests, people of other workspaces, bots and deactivated people are
 * refused (`forbidden`); when Slack cannot say who this is, so is everything (`unreachable`): unknown is not "no",
 * and not "yes" either.
 */
export async function findActor(
  services: Services,
  who: { teamId: string; userId: string },
  options: { irreversible: boolean },
): Promise<Actor> {
  if (who.teamId !== services.teamId) throw stranger();
  const person = await services.people.person(who.userId, FRESH_MS);
  if (person.teamId !== services.teamId || person.stranger) throw stranger();
  if (person.bot || person.deactivated) {
    throw new RekeyError('forbidden', 'Rekey answers to people of this workspace only.');
  }
  if (person.guest) {
    throw new RekeyError('forbidden', 'Rekey is not available to guests.', {
      next: 'Ask a full member of the workspace.',
    });
  }

  const roles = new Set<Role>();
  if (services.admins.includes(who.userId)) roles.add('admin');
  const grants = await services.stores.roleGrants.list();
  for (const grant of grants) {
    if (grant.subjectKind === 'user' && grant.subjectId === who.userId) roles.add(grant.role);
  }
  let unsure: string | null = null;
  for (const grant of grants.filter((candidate) => candidate.subjectKind === 'group')) {
    if (roles.has(grant.role) || roles.has('admin')) continue;
    const members = await membersOf(services, grant, options.irreversible);
    if (members === null) {
      unsure = 'Slack could not be asked about a user group that may give it to you; try again in a minute.';
    } else if (members.includes(who.userId)) {
      roles.add(grant.role);
    }
  }
  return {
    teamId: who.teamId,
    userId: who.userId,
    roles: ROLES.filter((role) => roles.has(role)),
    rolesUnsure: unsure,
  };
}

function stranger(): RekeyError {
  return new RekeyError('forbidden', 'Rekey works only for members of the workspace it is installed in.');
}

/** The group's members, or null when that is not known well enough for this act. */
async function membersOf(
  services: Services,
  grant: RoleGrant,
  irreversible: boolean,
): Promise<readonly string[] | null> {
  const { stores, clock, people, log } = services;
  const kept = await stores.groupMembers.byId(grant.subjectId);
  const age = kept === null ? Infinity : Math.abs(clock.now() - kept.fetchedAt);
  if (kept !== null && age < FRESH_MS && !irreversible) return kept.members;
  try {
    const members = await people.groupMembers(grant.subjectId);
    await stores.atomically([
      stores.groupMembers.set({ groupId: grant.subjectId, members, fetchedAt: clock.now() }),
    ]);
    return members;
  } catch (error) {
    log.warn('user group could not be read', { groupId: grant.subjectId, error });
    return kept !== null && !irreversible && age < STALE_LIMIT_MS ? kept.members : null;
  }
}
