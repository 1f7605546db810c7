import { firstPeople } from '../../domain/rotation-acts.ts';
import type { BlockCode, Rotation } from '../../domain/rotation.ts';
import { allAdmins, MOST_OF_A_GROUP, type Admins } from '../admins.ts';
import { membersOf } from '../group-members.ts';
import type { Services } from '../services.ts';

/** What an admin decides, or mends first; the rest is for whoever asked for the rotation. */
const FOR_ADMINS: ReadonlySet<BlockCode> = new Set<BlockCode>([
  'no_free_slot',
  'no_destination',
  'needs_approval',
  'signer_is_target',
]);

/** The owners of a key as people: those of a group are its members. Empty where nobody is known. */
export async function ownersOf(
  services: Pick<Services, 'stores' | 'clock' | 'people' | 'log'>,
  accessKeyId: string,
): Promise<readonly string[]> {
  const standing = await services.stores.inventory.standings.byKey(accessKeyId);
  if (standing?.ownership.known !== true) return [];
  const people = await Promise.all(
    standing.ownership.owners.map(async (owner) =>
      owner.kind === 'user'
        ? [owner.userId]
        : ((await membersOf(services, owner.groupId, false)) ?? []).slice(0, MOST_OF_A_GROUP),
    ),
  );
  return [...new Set(people.flat())];
}

/** Who is told of a blocked rotation in a direct message, and who of the admins is not. */
export interface Asked {
  readonly people: readonly string[];
  readonly unasked: Pick<Admins, 'unread' | 'untold'>;
}

/** Who can move a blocked rotation on, as people to be told; the card tells everybody else. */
export async function peopleToAsk(
  services: Pick<Services, 'stores' | 'clock' | 'people' | 'log' | 'admins'>,
  rotation: Rotation,
): Promise<Asked> {
  const { block, requestedBy } = rotation;
  const nobody = { unread: [], untold: 0 };
  if (block === null) return { people: [], unasked: nobody };
  const asker = requestedBy === null ? [] : [requestedBy];
  const forAdmins = FOR_ADMINS.has(block.code) || asker.length === 0;
  if (!forAdmins) return { people: asker, unasked: nobody };
  const approves = block.code === 'needs_approval';
  const admins = await allAdmins(services, approves ? firstPeople(rotation) : []);
  return { people: approves ? admins.toTell : [...asker, ...admins.toTell], unasked: admins };
}
