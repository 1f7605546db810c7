import type { InputBlock, PlainTextOption } from '@slack/types';
import type { OwnerRef } from '../../src/domain/owner.ts';
import type { UserGroup } from '../../src/ports/slack.ts';
import { context, input, option } from '../../src/slack/blocks/elements.ts';
import { plain } from '../../src/slack/blocks/mrkdwn.ts';
import type { Values } from '../incoming.ts';

/** People and user groups that answer for keys: the same two inputs wherever owners are set. */

export const OWNER_PEOPLE_FIELD = 'field.ownerPeople';
export const OWNER_GROUPS_FIELD = 'field.ownerGroups';
const MOST = 10;

/** The groups that may be chosen, or why they cannot be asked for, in mrkdwn. */
export type GroupsLook = { readonly groups: readonly UserGroup[] } | { readonly why: string };

export function ownerFields(
  initial: readonly OwnerRef[],
  look: GroupsLook,
  options: { readonly optional: boolean; readonly hint: string },
): (InputBlock | ReturnType<typeof context>)[] {
  const people = initial.flatMap((owner) => (owner.kind === 'user' ? [owner.userId] : []));
  const groupIds = initial.flatMap((owner) => (owner.kind === 'group' ? [owner.groupId] : []));
  return [
    input(
      OWNER_PEOPLE_FIELD,
      'Owners: people',
      {
        type: 'multi_users_select',
        action_id: OWNER_PEOPLE_FIELD,
        max_selected_items: MOST,
        ...(people.length === 0 ? {} : { initial_users: people }),
      },
      { optional: options.optional, hint: options.hint },
    ),
    ...groupField(groupIds, look),
  ];
}

function groupField(
  groupIds: readonly string[],
  look: GroupsLook,
): (InputBlock | ReturnType<typeof context>)[] {
  // Groups that cannot be asked for keep their ids: saving must not lose them.
  const known = 'groups' in look ? look.groups : [];
  if (!('groups' in look) && groupIds.length === 0) {
    return [context(`User groups cannot be chosen now. ${look.why}`)];
  }
  const initial = groupIds.map((id) =>
    groupOption(known.find(({ groupId }) => groupId === id) ?? { groupId: id }),
  );
  return [
    input(
      OWNER_GROUPS_FIELD,
      'Owners: user groups',
      {
        type: 'multi_external_select',
        action_id: OWNER_GROUPS_FIELD,
        min_query_length: 0,
        max_selected_items: MOST,
        placeholder: plain('Type a part of the name', 150),
        ...(initial.length === 0 ? {} : { initial_options: initial }),
      },
      { optional: true },
    ),
  ];
}

function groupOption(group: { groupId: string; name?: string; handle?: string }): PlainTextOption {
  const { groupId, name, handle } = group;
  return option(name === undefined ? groupId : `${name} (@${handle ?? ''})`, groupId);
}

/** One user group, or none; a group that cannot be asked for keeps its id. */
export function groupSelect(
  blockId: string,
  label: string,
  chosen: string | null,
  look: GroupsLook,
): (InputBlock | ReturnType<typeof context>)[] {
  const known = 'groups' in look ? look.groups : [];
  if (!('groups' in look) && chosen === null) {
    return [context(`${label}: none. User groups cannot be chosen now. ${look.why}`)];
  }
  const group = known.find(({ groupId }) => groupId === chosen);
  return [
    input(
      blockId,
      label,
      {
        type: 'external_select',
        action_id: blockId,
        min_query_length: 0,
        placeholder: plain('Nobody', 150),
        ...(chosen === null ? {} : { initial_option: groupOption(group ?? { groupId: chosen }) }),
      },
      { optional: true },
    ),
  ];
}

/** The owners chosen in the two inputs. */
export function chosenOwners(values: Values): OwnerRef[] {
  const people = values.get(OWNER_PEOPLE_FIELD)?.many ?? [];
  const groups = values.get(OWNER_GROUPS_FIELD)?.many ?? [];
  return [
    ...people.map((userId) => ({ kind: 'user', userId }) as const),
    ...groups.map((groupId) => ({ kind: 'group', groupId }) as const),
  ];
}
