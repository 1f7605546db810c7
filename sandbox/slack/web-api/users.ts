import { text, type Json } from '../json.ts';
import type { Person } from '../world.ts';
import { Refusal, type Call, type Methods } from './method.ts';
import { page } from './paging.ts';

function userObject(call: Call, person: Person): Json {
  const showsEmail = call.token.scopes.includes('users:read.email');
  return {
    id: person.id,
    team_id: person.teamId,
    name: person.name,
    real_name: person.realName,
    deleted: person.deleted,
    tz: person.tz,
    tz_label: person.tz,
    tz_offset: person.tzOffset,
    profile: {
      real_name: person.realName,
      display_name: person.name,
      team: person.teamId,
      ...(showsEmail && person.email !== undefined ? { email: person.email } : {}),
    },
    is_admin: person.isAdmin,
    is_owner: person.isOwner,
    is_primary_owner: false,
    is_restricted: person.isRestricted,
    is_ultra_restricted: person.isUltraRestricted,
    is_bot: person.isBot,
    is_app_user: person.isAppUser,
    ...(person.isStranger ? { is_stranger: true } : {}),
    updated: 1_700_000_000,
  };
}

function info(call: Call): Json {
  const person = call.core.world.people.get(text(call.args, 'user') ?? '');
  if (person === undefined) throw new Refusal('user_not_found');
  if (person.teamId !== call.core.world.teamId && !person.isStranger) throw new Refusal('user_not_visible');
  return { user: userObject(call, person) };
}

function list(call: Call): Json {
  const { world } = call.core;
  const here = [...world.people.values()].filter((each) => each.teamId === world.teamId || each.isStranger);
  const { items, more } = page(here, call.args);
  return { members: items.map((each) => userObject(call, each)), ...more };
}

function lookupByEmail(call: Call): Json {
  const email = text(call.args, 'email')?.toLowerCase();
  const { world } = call.core;
  const found = [...world.people.values()].find(
    (each) =>
      each.email?.toLowerCase() === email && each.teamId === world.teamId && !each.deleted && !each.isBot,
  );
  if (found === undefined) throw new Refusal('users_not_found');
  return { user: userObject(call, found) };
}

export const users: Methods = {
  'users.info': { token: 'bot', scopes: ['users:read'], required: ['user'], tier: 'tier4', run: info },
  'users.list': { token: 'bot', scopes: ['users:read'], tier: 'tier2', run: list },
  'users.lookupByEmail': {
    token: 'bot',
    scopes: ['users:read.email'],
    required: ['email'],
    tier: 'tier3',
    run: lookupByEmail,
  },
};
