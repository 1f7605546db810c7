import type { SharedFile } from '../files.ts';
import { parts, text, type Json } from '../json.ts';
import type { Channel } from '../world.ts';
import { Refusal, refusalWith, type Call, type Methods } from './method.ts';

/** Slack's pattern: ids of people are refused here, unlike in chat.postMessage (bolt-js issue 2115). */
const CHANNEL_ID = /^[CGDZ][A-Z0-9]{8,}$/;

function announce({ core, args }: Call): Json {
  const length = Number(args['length']);
  if (!Number.isSafeInteger(length) || length <= 0) {
    throw refusalWith('invalid_arguments', ['[ERROR] must be greater than 0 [json-pointer:/length]']);
  }
  const { file, url } = core.files.announce(text(args, 'filename') ?? '', length);
  return { upload_url: url, file_id: file.id };
}

function complete(call: Call): Json {
  const { core, args } = call;
  const channelId = text(args, 'channel_id');
  if (channelId !== undefined && !CHANNEL_ID.test(channelId)) {
    throw refusalWith('invalid_arguments', [
      '[ERROR] input must match regex pattern: ^[CGDZ][A-Z0-9]{8,}$ [json-pointer:/channel_id]',
    ]);
  }
  const files = parts(args, 'files').map((each) => uploaded(call, each));
  if (files.length === 0) throw refusalWith('invalid_arguments', ['[ERROR] missing required field: files']);
  if (channelId === undefined) return { files: files.map(fileObject) };
  const channel = joined(call, channelId);
  for (const file of files) file.sharedIn.push(channel.id);
  core.messages.post({
    channelId: channel.id,
    userId: core.world.app.botUserId,
    fromApp: true,
    text: text(args, 'initial_comment') ?? '',
    blocks: [],
    files: files.map(({ id, name, title, length }) => ({ id, name, title, size: length })),
  });
  core.journal.changed();
  return { files: files.map(fileObject) };
}

function uploaded({ core }: Call, asked: Json): SharedFile {
  const file = core.files.find(text(asked, 'id') ?? '');
  if (file === undefined) throw new Refusal('file_not_found');
  if (file.content === null) throw new Refusal('file_update_failed');
  file.title = text(asked, 'title') ?? file.name;
  return file;
}

function joined({ core }: Call, channelId: string): Channel {
  const channel = core.world.channels.get(channelId);
  if (channel === undefined || !channel.members.has(core.world.app.botUserId)) {
    throw new Refusal('channel_not_found');
  }
  if (channel.archived) throw new Refusal('is_archived');
  return channel;
}

function fileObject({ id, title }: SharedFile): Json {
  return { id, title };
}

const scopes = ['files:write'];

export const files: Methods = {
  'files.getUploadURLExternal': {
    token: 'bot',
    scopes,
    required: ['filename', 'length'],
    tier: 'tier4',
    run: announce,
  },
  'files.completeUploadExternal': { token: 'bot', scopes, required: ['files'], tier: 'tier4', run: complete },
};
