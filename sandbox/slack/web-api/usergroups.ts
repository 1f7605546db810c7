import { flag, text, type Json } from '../json.ts';
import type { UserGroup } from '../world.ts';
import { Refusal, type Call, type Methods } from './method.ts';

function paidPlan(call: Call): void {
  if (call.core.settings.freePlan) throw new Refusal('plan_upgrade_required');
}

function groupObject(call: Call, group: UserGroup): Json {
  return {
    id: group.id,
    team_id: group.teamId,
    is_usergroup: true,
    name: group.name,
    handle: group.handle,
    date_delete: group.disabled ? 1_700_000_000 : 0,
    user_count: group.users.length,
    ...(flag(call.args, 'include_users') ? { users: group.users } : {}),
  };
}

function list(call: Call): Json {
  paidPlan(call);
  const { world } = call.core;
  const groups = [...world.userGroups.values()].filter(
    (each) => each.teamId === world.teamId && (!each.disabled || flag(call.args, 'include_disabled')),
  );
  return { usergroups: groups.map((each) => groupObject(call, each)) };
}

function usersList(call: Call): Json {
  paidPlan(call);
  const group = call.core.world.userGroups.get(text(call.args, 'usergroup') ?? '');
  if (group === undefined || (group.disabled && !flag(call.args, 'include_disabled'))) {
    throw new Refusal('no_such_subteam');
  }
  return { users: group.users };
}

const scopes = ['usergroups:read'];

export const usergroups: Methods = {
  'usergroups.list': { token: 'bot', scopes, tier: 'tier2', run: list },
  'usergroups.users.list': { token: 'bot', scopes, required: ['usergroup'], tier: 'tier2', run: usersList },
};
