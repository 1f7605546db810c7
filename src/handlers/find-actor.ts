import { ROLES, type Actor, type Role } from '../domain/actor.ts';
import { RekeyError } from '../errors.ts';
import { FRESH_MS, membersOf } from './group-members.ts';
import type { Services } from './services.ts';

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
    const members = await membersOf(services, grant.subjectId, options.irreversible);
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
