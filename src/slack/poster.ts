import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Message, Poster, PostResult, PostTrouble, Sighting } from '../ports/slack.ts';
import type { Log } from '../ports/world.ts';
import { validateMessage } from './blocks/validate.ts';
import { slackFailure, type SlackFailure } from './failures.ts';

/** The event type of the metadata that marks our messages. */
const MARK = 'rekey_notice';

/** Refusals of a place. */
const PLACE =
  /^(channel_not_found|not_in_channel|is_archived|restricted_action.*|channel_is_limited_access|ekm_access_denied|user_not_found|user_disabled|cannot_dm_bot|messages_tab_disabled)$/;
/** Refusals of what the message is made of. */
const CONTENT =
  /^(msg_too_long|no_text|invalid_blocks.*|msg_blocks_too_long|invalid_arguments|invalid_arg_name|invalid_metadata.*|metadata_.*|too_many_.*)$/;
/** Refusals of an edit or answer whose message is no longer there, or cannot be edited any more. */
const GONE =
  /^(message_not_found|cant_update_message|edit_window_closed|thread_not_found|cannot_reply_to_message)$/;

/** The clocks of Slack and of this machine differ. */
const CLOCK_MARGIN_MS = 10 * 60_000;
/** So many messages are looked through at most: those since the post, in one channel. */
const HISTORY_PAGES = 5;
const HISTORY_PAGE = 200;

/** Posts, edits and finds messages. A message outside Slack's limits goes as its text alone. */
export function slackPoster(web: WebClient, log: Log): Poster {
  return {
    async post(to, message, { threadTs, mark } = {}) {
      try {
        const posted = await web.chat.postMessage({
          channel: to,
          text: message.text,
          ...blocksOf(message, log),
          ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
          ...(mark === undefined
            ? {}
            : { metadata: { event_type: MARK, event_payload: { id: mark.id, attempt: mark.attempt } } }),
          unfurl_links: false,
          unfurl_media: false,
        });
        return { ok: true, channelId: posted.channel ?? to, ts: posted.ts ?? '' };
      } catch (error) {
        return troubleOf(slackFailure(error), { to }, log);
      }
    },
    async edit(channelId, ts, message) {
      try {
        // Without blocks, those of the message before would go too: Slack drops what a text alone replaces.
        await web.chat.update({ channel: channelId, ts, text: message.text, ...blocksOf(message, log) });
        return { ok: true, channelId, ts };
      } catch (error) {
        return troubleOf(slackFailure(error), { channelId, ts }, log);
      }
    },
    find: (to, markId, since, threadTs) => find(web, { to, markId, since, threadTs }, log),
  };
}

function troubleOf(failure: SlackFailure, where: Record<string, string>, log: Log): PostResult {
  log.warn('message not posted', { ...where, failure });
  if (failure.kind === 'rate_limited') {
    const { retryAfterMs } = failure;
    return { ok: false, why: 'limited', permanent: false, error: 'rate limited', retryAfterMs };
  }
  const why = failure.kind === 'refused' ? kindOf(failure.error) : failure.sent ? 'unknown' : 'unsent';
  const permanent = why === 'place' || why === 'content' || why === 'gone';
  return { ok: false, why, permanent, error: failure.error, retryAfterMs: 0 };
}

function kindOf(error: string): PostTrouble {
  if (PLACE.test(error)) return 'place';
  if (CONTENT.test(error)) return 'content';
  return GONE.test(error) ? 'gone' : 'refused';
}

async function find(
  web: WebClient,
  sought: { to: string; markId: string; since: number; threadTs: string | null },
  log: Log,
): Promise<Sighting> {
  const { to, markId, threadTs } = sought;
  const oldest = String(Math.max(0, Math.floor((sought.since - CLOCK_MARGIN_MS) / 1_000)));
  let cursor: string | undefined;
  try {
    const channel = await channelOf(web, to);
    const asked = { channel, oldest, limit: HISTORY_PAGE, include_all_metadata: true };
    for (let page = 0; page < HISTORY_PAGES; page += 1) {
      const at = { ...asked, ...(cursor === undefined ? {} : { cursor }) };
      const answer =
        threadTs === null
          ? await web.conversations.history(at)
          : await web.conversations.replies({ ...at, ts: threadTs });
      const found = (answer.messages ?? []).find((message) => isMarked(message, markId));
      if (found?.ts !== undefined) return { seen: 'yes', channelId: channel, ts: found.ts };
      cursor = answer.response_metadata?.next_cursor;
      if (cursor === undefined || cursor === '') break;
    }
    return { seen: 'no' };
  } catch (error) {
    const failure = slackFailure(error);
    log.info('a message of unknown outcome could not be looked for', { to, failure });
    switch (failure.kind) {
      case 'refused':
        return { seen: 'unreadable' };
      case 'rate_limited':
        return { seen: 'unknown', error: 'rate limited', retryAfterMs: failure.retryAfterMs };
      case 'unknown':
        return { seen: 'unknown', error: failure.error, retryAfterMs: 0 };
    }
  }
}

/** A direct message has a channel of its own, which is asked for by its person: history takes nothing else. */
async function channelOf(web: WebClient, to: string): Promise<string> {
  if (!/^[UW]/.test(to)) return to;
  const { channel } = await web.conversations.open({ users: to });
  return channel?.id ?? to;
}

function isMarked(message: { metadata?: unknown }, markId: string): boolean {
  const metadata = message.metadata;
  if (typeof metadata !== 'object' || metadata === null) return false;
  const payload: unknown = Reflect.get(metadata, 'event_payload');
  return (
    Reflect.get(metadata, 'event_type') === MARK &&
    typeof payload === 'object' &&
    payload !== null &&
    Reflect.get(payload, 'id') === markId
  );
}

/** An alert in plain words beats one that Slack refuses. */
export function blocksOf(message: Message, log: Log): { blocks?: KnownBlock[] } {
  if (message.blocks.length === 0) return {};
  const problems = validateMessage({ text: message.text, blocks: [...message.blocks] });
  if (problems.length === 0) return { blocks: [...message.blocks] as KnownBlock[] };
  log.error('message outside Slack’s limits; this is a defect', { problems });
  return {};
}
