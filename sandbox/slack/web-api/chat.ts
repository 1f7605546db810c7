import { MESSAGE } from '../../../src/slack/blocks/limits.ts';
import type { Core } from '../core.ts';
import { isPlain, text, type Json } from '../json.ts';
import type { Message } from '../messages.ts';
import { messageObject } from '../payloads.ts';
import type { Channel } from '../world.ts';
import { blocksOf } from './checked.ts';
import { Refusal, type Call, type Methods } from './method.ts';

/** The channel a message goes to; a user id stands for the direct message with that person. */
function destination(core: Core, reference: string): Channel {
  const { world } = core;
  const person = world.people.get(reference);
  if (person !== undefined) {
    if (person.isBot) throw new Refusal('cannot_dm_bot');
    if (person.deleted) throw new Refusal('user_disabled');
    if (person.teamId !== world.teamId) throw new Refusal('channel_not_found');
    return world.direct(person.id);
  }
  const channel = world.channel(reference);
  if (channel === undefined) throw new Refusal('channel_not_found');
  if (!channel.members.has(world.app.botUserId)) {
    throw new Refusal(channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found');
  }
  if (channel.archived) throw new Refusal('is_archived');
  return channel;
}

function metadataOf(args: Json): Json | undefined {
  const metadata = args['metadata'];
  if (metadata === undefined) return undefined;
  if (
    !isPlain(metadata) ||
    text(metadata, 'event_type') === undefined ||
    !isPlain(metadata['event_payload'])
  ) {
    throw new Refusal('invalid_metadata_format');
  }
  return metadata;
}

/** The text and blocks of a message to be sent. */
function contentOf(call: Call): { text: string; blocks: readonly Json[] } {
  const { core, args } = call;
  const blocks = blocksOf(args);
  const words = text(args, 'text') ?? '';
  if (words === '' && blocks.length === 0) throw new Refusal('no_text');
  if (words === '') core.journal.defect('a message without fallback text', args);
  return { text: words.slice(0, MESSAGE.textCut), blocks };
}

function own(call: Call): Message {
  const { core, args } = call;
  const channel = core.world.channel(text(args, 'channel') ?? '');
  if (channel === undefined) throw new Refusal('channel_not_found');
  const message = core.messages.find(channel.id, text(args, 'ts') ?? '');
  if (message === undefined) throw new Refusal('message_not_found');
  return message;
}

function postMessage(call: Call): Json {
  const { core, args } = call;
  const channel = destination(core, text(args, 'channel') ?? '');
  const metadata = metadataOf(args);
  const content = contentOf(call);
  if (content.text.length > MESSAGE.text) core.journal.defect('a message text over 4,000 characters');
  const threadTs = text(args, 'thread_ts');
  if (threadTs !== undefined && core.messages.find(channel.id, threadTs) === undefined) {
    core.journal.defect('a reply in a thread that does not exist', threadTs);
  }
  const userId = core.world.app.botUserId;
  const message = core.messages.post({
    channelId: channel.id,
    userId,
    fromApp: true,
    metadata,
    threadTs,
    ...content,
  });
  core.journal.changed();
  return { channel: channel.id, ts: message.ts, message: messageObject(core, message) };
}

function update(call: Call): Json {
  const { core, args } = call;
  const message = own(call);
  if (!message.fromApp) throw new Refusal('cant_update_message');
  const words = text(args, 'text');
  if (words === undefined && args['blocks'] === undefined) throw new Refusal('no_text');
  if (words !== undefined && words.length > MESSAGE.text) throw new Refusal('msg_too_long');
  const blocks = blocksOf(args);
  const metadata = metadataOf(args);
  core.messages.edit(message, {
    text: words ?? message.text,
    blocks,
    ...(metadata === undefined ? {} : { metadata }),
  });
  core.journal.changed();
  return {
    channel: message.channelId,
    ts: message.ts,
    text: message.text,
    message: messageObject(core, message),
  };
}

function remove(call: Call): Json {
  const message = own(call);
  if (!message.fromApp) throw new Refusal('cant_delete_message');
  call.core.messages.delete(message.ts);
  call.core.journal.changed();
  return { channel: message.channelId, ts: message.ts };
}

function postEphemeral(call: Call): Json {
  const { core, args } = call;
  const channel = destination(core, text(args, 'channel') ?? '');
  const user = text(args, 'user') ?? '';
  if (!core.world.people.has(user)) throw new Refusal('user_not_found');
  if (!channel.members.has(user)) throw new Refusal('user_not_in_channel');
  const userId = core.world.app.botUserId;
  const draft = {
    channelId: channel.id,
    userId,
    fromApp: true,
    threadTs: text(args, 'thread_ts'),
    ...contentOf(call),
  };
  const message = core.messages.postEphemeral(user, draft);
  core.journal.changed();
  return { message_ts: message.ts };
}

function getPermalink(call: Call): Json {
  const { core, args } = call;
  const channel = core.world.channel(text(args, 'channel') ?? '');
  if (channel === undefined) throw new Refusal('channel_not_found');
  const message = core.messages.find(channel.id, text(args, 'message_ts') ?? '');
  if (message === undefined) throw new Refusal('message_not_found');
  const { domain } = core.world.workspace(core.world.teamId);
  const permalink = `https://${domain}.slack.com/archives/${channel.id}/p${message.ts.replace('.', '')}`;
  return { channel: channel.id, permalink };
}

const scopes = ['chat:write'];

export const chat: Methods = {
  'chat.postMessage': { token: 'bot', scopes, required: ['channel'], tier: 'post', run: postMessage },
  'chat.update': { token: 'bot', scopes, required: ['channel', 'ts'], tier: 'tier3', run: update },
  'chat.delete': { token: 'bot', scopes, required: ['channel', 'ts'], tier: 'tier3', run: remove },
  'chat.postEphemeral': {
    token: 'bot',
    scopes,
    required: ['channel', 'user'],
    tier: 'tier4',
    run: postEphemeral,
  },
  'chat.getPermalink': { token: 'bot', required: ['channel', 'message_ts'], tier: 'none', run: getPermalink },
};
