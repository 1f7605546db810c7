import type { OwnerRef, Ownership, Unreached } from '../domain/owner.ts';
import { RekeyError } from '../errors.ts';
import type { Person } from '../ports/slack.ts';
import { MOST_OF_A_GROUP } from './admins.ts';
import { FRESH_MS, membersOf } from './group-members.ts';
import type { Services } from './services.ts';

type Asking = Pick<Services, 'stores' | 'clock' | 'people' | 'log' | 'teamId'>;

/** Which owners of a key can be written to, and of the others why not. */
export interface Reach {
  readonly people: readonly string[];
  readonly out: readonly Unreached[];
}

/**
 * Finds the people who answer for a key, those of user groups among them, and leaves out whom no message reaches. Throws
 * RekeyError `unreachable` when Slack cannot say now who somebody is.
 */
export async function reachOwners(services: Asking, ownership: Ownership | null): Promise<Reach> {
  if (ownership === null)
    return { people: [], out: [{ owner: null, why: 'whose key it is was not worked out yet' }] };
  if (!ownership.known)
    return { people: [], out: [{ owner: null, why: `no owner is known: ${ownership.why}` }] };
  const found = await Promise.all(ownership.owners.map((owner) => reach(services, owner)));
  return {
    people: [...new Set(found.flatMap(({ people }) => people))],
    out: found.flatMap(({ out }) => out),
  };
}

async function reach(services: Asking, owner: OwnerRef): Promise<Reach> {
  if (owner.kind === 'user') return reachPerson(services, owner.userId);
  const { groupId } = owner;
  const members = await membersOf(services, groupId, false);
  if (members === null) return { people: [], out: [{ owner, why: 'Slack does not say who is in it' }] };
  if (members.length === 0) return { people: [], out: [{ owner, why: 'nobody is in it' }] };
  const asked = members.slice(0, MOST_OF_A_GROUP);
  const found = await Promise.all(asked.map((userId) => reachPerson(services, userId)));
  const more = members.length - asked.length;
  return {
    people: found.flatMap(({ people }) => people),
    out: [
      ...found.flatMap(({ out }) => out),
      ...(more === 0 ? [] : [{ owner, why: `${more} more of it are not written to` }]),
    ],
  };
}

async function reachPerson(services: Asking, userId: string): Promise<Reach> {
  const owner: OwnerRef = { kind: 'user', userId };
  try {
    const why = whyNoMember(services, await services.people.person(userId, FRESH_MS));
    return why === null ? { people: [userId], out: [] } : { people: [], out: [{ owner, why }] };
  } catch (error) {
    if (!(error instanceof RekeyError) || error.code !== 'forbidden') throw error;
    return { people: [], out: [{ owner, why: 'is nobody in this workspace' }] };
  }
}

/** Why somebody is not to be written to, in words behind their name; null for a full member. */
export function whyNoMember({ teamId }: Pick<Services, 'teamId'>, person: Person): string | null {
  if (person.teamId !== teamId || person.stranger) return 'is of another workspace';
  if (person.deactivated) return 'is deactivated in Slack';
  if (person.bot) return 'is a bot';
  return person.guest ? 'is a guest' : null;
}
