import type { BlockCode, Rotation } from '../../domain/rotation.ts';
import { membersOf } from '../group-members.ts';
import type { Services } from '../services.ts';

/** So many people of a group are told; more would be a broadcast. */
const MOST_OF_A_GROUP = 20;

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

/** Who can move a blocked rotation on, as people to be told; the card tells everybody else. */
export async function peopleToAsk(
  services: Pick<Services, 'stores' | 'admins'>,
  { block, requestedBy }: Rotation,
): Promise<readonly string[]> {
  if (block === null) return [];
  const asker = requestedBy === null ? [] : [requestedBy];
  if (!FOR_ADMINS.has(block.code)) return asker.length === 0 ? services.admins : asker;
  const grants = await services.stores.roleGrants.list();
  const given = grants.filter(({ role, subjectKind }) => role === 'admin' && subjectKind === 'user');
  const admins = [...services.admins, ...given.map(({ subjectId }) => subjectId)];
  if (block.code === 'needs_approval') return admins.filter((id) => id !== requestedBy);
  return [...asker, ...admins];
}
