import type { KnownBlock } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import type { Message, Poster, PostResult } from '../ports/slack.ts';
import type { Log } from '../ports/world.ts';
import { validateMessage } from './blocks/validate.ts';
import { slackFailure } from './failures.ts';

/** Refusals that time alone does not mend. */
const PERMANENT =
  /^(channel_not_found|not_in_channel|is_archived|msg_too_long|no_text|restricted_action.*|user_not_found|user_disabled|cannot_dm_bot|account_inactive|invalid_auth|token_revoked|missing_scope|invalid_blocks|invalid_arguments|msg_blocks_too_long)$/;

/** Posts messages to channels and, by user id, to people. A message outside Slack's limits goes as its text alone. */
export function slackPoster(web: WebClient, log: Log): Poster {
  return {
    async post(to, message): Promise<PostResult> {
      try {
        await web.chat.postMessage({
          channel: to,
          text: message.text,
          ...blocksOf(message, log),
          unfurl_links: false,
          unfurl_media: false,
        });
        return { ok: true };
      } catch (error) {
        const failure = slackFailure(error);
        log.warn('message not posted', { to, failure });
        return failure.kind === 'refused'
          ? { ok: false, permanent: PERMANENT.test(failure.error), error: failure.error }
          : {
              ok: false,
              permanent: false,
              error: failure.kind === 'unknown' ? failure.error : 'rate limited',
            };
      }
    },
  };
}

/** An alert in plain words beats one that Slack refuses. */
export function blocksOf(message: Message, log: Log): { blocks?: KnownBlock[] } {
  const problems = validateMessage({ text: message.text, blocks: [...message.blocks] });
  if (problems.length === 0) return { blocks: [...message.blocks] as KnownBlock[] };
  log.error('message outside Slack’s limits; this is a defect', { problems });
  return {};
}
