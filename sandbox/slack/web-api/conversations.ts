import { flag, text, type Json } from '../json.ts';
import { messageObject } from '../payloads.ts';
import type { Channel } from '../world.ts';
import { Refusal, type Call, type Methods } from './method.ts';
import { page } from './paging.ts';

const PREFIX = { public: 'channels', private: 'groups', im: 'im' } as const;
const TYPES: Readonly<Record<string, readonly [kind: string, scope: string]>> = {
  public_channel: ['public', 'channels:read'],
  private_channel: ['private', 'groups:read'],
  im: ['im', 'im:read'],
  mpim: ['mpim', 'mpim:read'],
};

/** A channel the bot may know of: it is blind to private ones it is not in. */
function visible(call: Call): Channel {
  const { world } = call.core;
  const channel = world.channels.get(text(call.args, 'channel') ?? '');
  const bot = world.app.botUserId;
  if (channel === undefined || (channel.kind !== 'public' && !channel.members.has(bot))) {
    throw new Refusal('channel_not_found');
  }
  return channel;
}

function scopeFor(what: 'read' | 'history'): (call: Call) => readonly string[] {
  return (call) => {
    const channel = call.core.world.channels.get(text(call.args, 'channel') ?? '');
    return [`${PREFIX[channel?.kind ?? 'public']}:${what}`];
  };
}

function channelObject(call: Call, channel: Channel): Json {
  const { world } = call.core;
  const isMember = channel.members.has(world.app.botUserId);
  if (channel.kind === 'im') {
    return { id: channel.id, is_im: true, user: channel.with, is_user_deleted: false, is_archived: false };
  }
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === 'private',
    is_archived: channel.archived,
    is_member: isMember,
    is_shared: channel.extShared,
    is_ext_shared: channel.extShared,
    is_org_shared: false,
    is_pending_ext_shared: false,
    is_general: false,
    context_team_id: world.teamId,
    purpose: { value: channel.purpose, creator: '', last_set: 0 },
    num_members: channel.members.size,
  };
}

function typesOf(args: Json): string[] {
  return (text(args, 'types') ?? 'public_channel').split(',').map((each) => each.trim());
}

function open(call: Call): Json {
  const ids = (text(call.args, 'users') ?? '').split(',').filter((each) => each !== '');
  const known = text(call.args, 'channel');
  if (known !== undefined) return { channel: { id: visible(call).id } };
  const [only] = ids;
  if (only === undefined || ids.length > 1) throw new Refusal('invalid_user_combination');
  const person = call.core.world.people.get(only);
  if (person === undefined) throw new Refusal('user_not_found');
  if (person.deleted) throw new Refusal('user_disabled');
  return { channel: { id: call.core.world.direct(person.id).id } };
}

function list(call: Call): Json {
  const { world } = call.core;
  const kinds = new Set(typesOf(call.args).map((each) => TYPES[each]?.[0]));
  if (kinds.has(undefined)) throw new Refusal('invalid_types');
  const shown = [...world.channels.values()].filter(
    (each) =>
      each.teamId === world.teamId &&
      kinds.has(each.kind) &&
      (each.kind === 'public' || each.members.has(world.app.botUserId)) &&
      !(flag(call.args, 'exclude_archived') && each.archived),
  );
  const { items, more } = page(shown, call.args);
  return { channels: items.map((each) => channelObject(call, each)), ...more };
}

function members(call: Call): Json {
  const { items, more } = page([...visible(call).members], call.args);
  return { members: items, ...more };
}

function joined(call: Call): Channel {
  const channel = visible(call);
  if (!channel.members.has(call.core.world.app.botUserId)) throw new Refusal('not_in_channel');
  return channel;
}

function history(call: Call): Json {
  const channel = joined(call);
  const [oldest, latest] = [Number(call.args['oldest'] ?? 0), Number(call.args['latest'] ?? Infinity)];
  const found = call.core.messages
    .in(channel.id)
    .filter((each) => each.threadTs === undefined && Number(each.ts) > oldest && Number(each.ts) < latest)
    .toReversed();
  const { items, more } = page(found, call.args);
  const messages = items.map((each) => shownMessage(call, messageObject(call.core, each)));
  return { messages, has_more: items.length < found.length, ...more };
}

/** Metadata is only shown when it is asked for. */
function shownMessage(call: Call, message: Json): Json {
  const { metadata, ...rest } = message;
  return flag(call.args, 'include_all_metadata') && metadata !== undefined ? { ...rest, metadata } : rest;
}

function replies(call: Call): Json {
  const channel = joined(call);
  const ts = text(call.args, 'ts') ?? '';
  if (call.core.messages.find(channel.id, ts) === undefined) throw new Refusal('thread_not_found');
  const found = call.core.messages.in(channel.id).filter((each) => each.ts === ts || each.threadTs === ts);
  const { items, more } = page(found, call.args);
  const messages = items.map((each) => shownMessage(call, messageObject(call.core, each)));
  return { messages, has_more: items.length < found.length, ...more };
}

const required = ['channel'];

export const conversations: Methods = {
  'conversations.info': {
    token: 'bot',
    scopes: scopeFor('read'),
    required,
    tier: 'tier3',
    run: (call) => ({ channel: channelObject(call, visible(call)) }),
  },
  'conversations.open': { token: 'bot', scopes: ['im:write'], tier: 'tier3', run: open },
  'conversations.list': {
    token: 'bot',
    scopes: (call) => typesOf(call.args).flatMap((each) => TYPES[each]?.[1] ?? []),
    tier: 'tier2',
    run: list,
  },
  'conversations.members': { token: 'bot', scopes: scopeFor('read'), required, tier: 'tier4', run: members },
  'conversations.history': {
    token: 'bot',
    scopes: scopeFor('history'),
    required,
    tier: 'tier3',
    run: history,
  },
  'conversations.replies': {
    token: 'bot',
    scopes: scopeFor('history'),
    required: ['channel', 'ts'],
    tier: 'tier3',
    run: replies,
  },
};
