import type { Core } from './core.ts';
import type { StateValues } from './form-state.ts';
import type { Json } from './json.ts';
import type { Message } from './messages.ts';
import type { OpenView } from './views.ts';
import type { Channel, Person } from './world.ts';

/**
 * The members every interaction carries. A guest from another organisation acts inside the app's workspace; a person
 * of another workspace acts from there.
 */
export function actor(core: Core, person: Person): Json {
  const teamId = person.isStranger ? core.world.teamId : person.teamId;
  const { domain } = core.world.workspace(teamId);
  return {
    team: { id: teamId, domain },
    user: { id: person.id, username: person.name, name: person.name, team_id: person.teamId },
    api_app_id: core.world.app.appId,
    token: 'unused',
    enterprise: null,
    is_enterprise_install: false,
  };
}

export function channelOf(channel: Channel): Json {
  const name = channel.kind === 'private' ? 'privategroup' : channel.name;
  return { id: channel.id, name };
}

/** The form of a slash command, all strings. */
export function commandPayload(
  core: Core,
  person: Person,
  channel: Channel,
  command: string,
  words: string,
): Json {
  const { id, domain } = core.world.workspace(person.isStranger ? core.world.teamId : person.teamId);
  return {
    token: 'unused',
    team_id: id,
    team_domain: domain,
    channel_id: channel.id,
    channel_name: channelOf(channel)['name'],
    user_id: person.id,
    user_name: person.name,
    command,
    text: words,
    api_app_id: core.world.app.appId,
    is_enterprise_install: 'false',
    response_url: core.responseUrls.issue({ userId: person.id, channelId: channel.id, original: undefined }),
    trigger_id: core.triggers.issue(person.id, id),
  };
}

/** A message as Slack writes it in answers, payloads and histories. */
export function messageObject(core: Core, message: Message): Json {
  const { app, teamId } = core.world;
  const app_ids = message.fromApp ? { bot_id: app.botId, app_id: app.appId } : {};
  return {
    type: 'message',
    user: message.userId,
    ts: message.ts,
    ...app_ids,
    team: teamId,
    text: message.text,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.files.length > 0 ? { files: message.files } : {}),
    ...(message.metadata === undefined ? {} : { metadata: message.metadata }),
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    ...(message.editedTs === undefined ? {} : { edited: { user: app.botUserId, ts: message.editedTs } }),
  };
}

export function messageActionPayload(
  core: Core,
  person: Person,
  channel: Channel,
  message: Message,
  more: { ephemeral: boolean; action: Json; values: StateValues; blocks: readonly Json[] },
): Json {
  const { id: channelId } = channel;
  const original = { ts: message.ts, ephemeral: more.ephemeral };
  return {
    type: 'block_actions',
    ...actor(core, person),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channelId,
      is_ephemeral: more.ephemeral,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    channel: channelOf(channel),
    message: { ...messageObject(core, message), blocks: more.blocks },
    state: { values: more.values },
    response_url: core.responseUrls.issue({ userId: person.id, channelId, original }),
    trigger_id: core.triggers.issue(person.id, person.teamId),
    actions: [more.action],
  };
}

export function viewActionPayload(
  core: Core,
  person: Person,
  view: OpenView,
  action: Json,
  values: StateValues,
): Json {
  return {
    type: 'block_actions',
    ...actor(core, person),
    container: { type: 'view', view_id: view.id },
    view: core.views.object(view, values),
    trigger_id: core.triggers.issue(person.id, person.teamId, view.id),
    actions: [action],
  };
}

export function submissionPayload(
  core: Core,
  person: Person,
  view: OpenView,
  values: StateValues,
  urls: Json[],
): Json {
  return {
    type: 'view_submission',
    ...actor(core, person),
    view: core.views.object(view, values),
    trigger_id: core.triggers.issue(person.id, person.teamId, view.id),
    response_urls: urls,
  };
}

export function closedPayload(core: Core, person: Person, view: OpenView, cleared: boolean): Json {
  return { type: 'view_closed', ...actor(core, person), view: core.views.object(view), is_cleared: cleared };
}
