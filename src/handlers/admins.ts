import { membersOf } from './group-members.ts';
import type { Services } from './services.ts';

/** So many people of a user group are told one by one; more would be a broadcast. */
export const MOST_OF_A_GROUP = 20;

/** Who has the role admin. */
export interface Admins {
  /** Everybody known to have it: by configuration, by name and by user group. */
  readonly userIds: readonly string[];
  /** Those of them to be told in a direct message: of each group {@link MOST_OF_A_GROUP} at the most. */
  readonly toTell: readonly string[];
  /** The user groups with the role of whom Slack did not say who is in them. */
  readonly unread: readonly string[];
  /** How many are not told, since their groups are so large. */
  readonly untold: number;
}

type Asking = Pick<Services, 'stores' | 'clock' | 'people' | 'log' | 'admins'>;

/**
 * Everybody with the role admin; `but`: those who are not to be told, and in whose place another of the group is. Slack
 * is asked about a group that was not read lately, and never fails this.
 */
export async function allAdmins(services: Asking, but: readonly string[] = []): Promise<Admins> {
  const grants = (await services.stores.roleGrants.list()).filter(({ role }) => role === 'admin');
  const groups = await Promise.all(
    grants
      .filter(({ subjectKind }) => subjectKind === 'group')
      .map(async ({ subjectId: groupId }) => ({
        groupId,
        members: await membersOf(services, groupId, false),
      })),
  );
  const byName = grants.filter(({ subjectKind }) => subjectKind === 'user').map((each) => each.subjectId);
  const named = [...services.admins, ...byName];
  const members = groups.map((group) => group.members ?? []);
  const eligible = (userId: string): boolean => !but.includes(userId);
  const userIds = [...new Set([...named, ...members.flat()])];
  const some = members.map((all) =>
    all.filter((userId) => eligible(userId) && !named.includes(userId)).slice(0, MOST_OF_A_GROUP),
  );
  const toTell = [...new Set([...named, ...some.flat()])].filter(eligible);
  return {
    userIds,
    toTell,
    unread: groups.flatMap((group) => (group.members === null ? [group.groupId] : [])),
    untold: userIds.filter(eligible).length - toTell.length,
  };
}

/**
 * Who of the admins hears nothing in a direct message, in words that follow a sentence; null when all do. The groups
 * named in it are for the caller to mention.
 */
export function unaskedWords({ unread, untold }: Pick<Admins, 'unread' | 'untold'>): string | null {
  const parts = [
    ...(unread.length === 0
      ? []
      : [
          'Slack does not say who is in a user group that has the role admin: its members got no message of their own.',
        ]),
    ...(untold === 0
      ? []
      : [`${untold} more who have the role admin by a user group got no message of their own.`]),
  ];
  return parts.length === 0 ? null : parts.join(' ');
}
