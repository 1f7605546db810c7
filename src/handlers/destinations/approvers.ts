import { mayApprove } from '../../domain/approval.ts';
import type { Binding, KeptDestination } from '../../domain/destination.ts';
import { membersOf } from '../group-members.ts';
import type { Services } from '../services.ts';

/** Who is an admin, and whether there may be more of whom Slack would not tell. */
export interface Admins {
  readonly userIds: readonly string[];
  readonly unsure: boolean;
}

type Asking = Pick<Services, 'stores' | 'clock' | 'people' | 'log' | 'admins'>;

/** Everybody with the role admin: by configuration, by name and by user group. */
export async function allAdmins(services: Asking): Promise<Admins> {
  const grants = (await services.stores.roleGrants.list()).filter(({ role }) => role === 'admin');
  const groups = await Promise.all(
    grants
      .filter(({ subjectKind }) => subjectKind === 'group')
      .map(({ subjectId }) => membersOf(services, subjectId, false)),
  );
  const named = grants.filter(({ subjectKind }) => subjectKind === 'user');
  const userIds = [
    ...services.admins,
    ...named.map(({ subjectId }) => subjectId),
    ...groups.flatMap((members) => members ?? []),
  ];
  return { userIds: [...new Set(userIds)], unsure: groups.includes(null) };
}

/** Those who count as a second person for all of these. */
export function secondPeople(
  { userIds }: Admins,
  destination: KeptDestination,
  bindings: readonly Pick<Binding, 'createdBy'>[],
): string[] {
  return userIds.filter((userId) => bindings.every((binding) => mayApprove(destination, binding, userId)));
}
