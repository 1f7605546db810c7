import type { LeakAuthor, SeenMessage } from '../domain/leak.ts';
import { textOfMessage } from './message-text.ts';

/** Who we are in Slack. */
export interface OurselvesInSlack {
  readonly teamId: string;
  readonly appId: string | null;
  readonly botId: string;
  readonly botUserId: string;
}

/** What happened to a message. The texts may hold a secret: they are looked at, and kept nowhere. */
export type Heard =
  | { readonly what: 'said'; readonly message: SeenMessage; readonly text: string }
  /** `before`: what it said until now, where the event tells. */
  | {
      readonly what: 'changed';
      readonly message: SeenMessage;
      readonly text: string;
      readonly before: string | null;
    }
  | { readonly what: 'deleted'; readonly message: SeenMessage; readonly before: string | null };

type Json = Readonly<Record<string, unknown>>;

/** Slack tells of an answer to a message once more as a change of that message. */
const NOTHING_NEW = new Set(['message_replied', 'ekm_access_denied', 'reminder_add']);

/**
 * Reads the body of a `message` event: posts of people and of other apps, replies, edits and deletions. Null for what is
 * not to be looked at: of another workspace or app, our own, direct messages, and shapes that are not known.
 */
export function readMessageEvent(body: unknown, us: OurselvesInSlack): Heard | null {
  const root = object(body);
  const event = object(root['event']);
  if (event['type'] !== 'message' || !isForUs(root, us)) return null;
  const subtype = text(event['subtype']);
  const channelId = text(event['channel']);
  if (!/^[CG][A-Z0-9]+$/.test(channelId) || NOTHING_NEW.has(subtype)) return null;
  const shared = root['is_ext_shared_channel'] === true;
  const place = { channelId, shared, us };
  if (subtype === 'message_deleted') {
    const previous = object(event['previous_message']);
    const message = messageOf({ ...previous, ts: event['deleted_ts'] ?? previous['ts'] }, place);
    return message === null ? null : { what: 'deleted', message, before: textOr(event['previous_message']) };
  }
  if (subtype === 'message_changed') {
    const inner = object(event['message']);
    const message = messageOf(inner, place);
    if (message === null) return null;
    const before = textOr(event['previous_message']);
    // The first message of a thread leaves a stone behind.
    if (inner['subtype'] === 'tombstone') return { what: 'deleted', message, before };
    return { what: 'changed', message, text: textOfMessage(inner), before };
  }
  const message = messageOf(event, place);
  return message === null ? null : { what: 'said', message, text: textOfMessage(wordsOf(event)) };
}

/** An installation of ours is among those the event is for. */
function isForUs(root: Json, us: OurselvesInSlack): boolean {
  if (us.appId !== null && text(root['api_app_id']) !== us.appId) return false;
  const authorizations = Array.isArray(root['authorizations']) ? (root['authorizations'] as unknown[]) : [];
  const teams = [
    root['team_id'],
    root['context_team_id'],
    ...authorizations.map((each) => object(each)['team_id']),
  ];
  return teams.includes(us.teamId);
}

/** Null for our own messages, and without a timestamp, which nothing can be told about. */
function messageOf(
  message: Json,
  { channelId, shared, us }: { channelId: string; shared: boolean; us: OurselvesInSlack },
): SeenMessage | null {
  const ts = text(message['ts']);
  if (!/^\d+\.\d+$/.test(ts) || isOurs(message, us)) return null;
  const threadTs = text(message['thread_ts']);
  return {
    channelId,
    ts,
    threadTs: threadTs === '' ? null : threadTs,
    shared,
    author: authorOf(message, us),
  };
}

function isOurs(message: Json, us: OurselvesInSlack): boolean {
  const apps = [message['app_id'], object(message['bot_profile'])['app_id']];
  return (
    (us.botId !== '' && message['bot_id'] === us.botId) ||
    (us.botUserId !== '' && message['user'] === us.botUserId) ||
    (us.appId !== null && apps.includes(us.appId))
  );
}

function authorOf(message: Json, us: OurselvesInSlack): LeakAuthor {
  const userId = text(message['user']);
  const bot = object(message['bot_profile']);
  const botId = text(message['bot_id']);
  if (botId !== '') {
    const name = text(message['username']) || text(bot['name']) || botId;
    return { kind: 'app', id: botId.slice(0, 80), name: name.slice(0, 80) };
  }
  if (!/^[UW][A-Z0-9]+$/.test(userId) || userId === 'USLACKBOT') return { kind: 'nobody' };
  const teams = ['user_team', 'source_team', 'team'].map((name) => text(message[name]));
  const foreign = teams.some((team) => team !== '' && team !== us.teamId);
  return { kind: 'person', userId, foreign };
}

/** The message itself, without what the event says around it. */
function wordsOf(event: Json): Json {
  const { channel: _, channel_type: __, ...message } = event;
  return message;
}

function textOr(message: unknown): string | null {
  return message === undefined || message === null ? null : textOfMessage(message);
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
