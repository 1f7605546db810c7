import type { HomeView, ModalView } from '@slack/types';
import type { WebClient } from '@slack/web-api';
import { RekeyError } from '../errors.ts';
import type { Desk } from '../ports/slack.ts';
import type { Log } from '../ports/world.ts';
import { validateView } from './blocks/validate.ts';
import { slackFailure, unreachable, type SlackFailure } from './failures.ts';
import { blocksOf } from './poster.ts';

/** Windows whose state is remembered: more than are open at a time. */
const REMEMBERED = 1_000;

/** Opens, fills and publishes views. `post` sends to a response URL (through the proxy, like everything else). */
export function slackDesk(
  web: WebClient,
  post: (url: string, body: unknown) => Promise<{ ok: boolean; status: number }>,
  log: Log,
): Desk {
  /** What Slack calls the state of each of the latest windows. */
  const hashes = new Map<string, string>();
  const remember = (shown: { id?: string; hash?: string } | undefined): string => {
    const { id = '', hash } = shown ?? {};
    hashes.delete(id);
    if (hash !== undefined) hashes.set(id, hash);
    for (const oldest of hashes.keys()) {
      if (hashes.size <= REMEMBERED) break;
      hashes.delete(oldest);
    }
    return id;
  };
  return {
    async open(triggerId, view) {
      check(view, log);
      try {
        return remember((await web.views.open({ trigger_id: triggerId, view })).view);
      } catch (error) {
        throw notOpened(slackFailure(error), log);
      }
    },
    async push(triggerId, view) {
      check(view, log);
      try {
        return remember((await web.views.push({ trigger_id: triggerId, view })).view);
      } catch (error) {
        throw notOpened(slackFailure(error), log);
      }
    },
    async update(viewId, view) {
      check(view, log);
      try {
        remember((await web.views.update({ view_id: viewId, view })).view);
        return 'shown';
      } catch (error) {
        const failure = slackFailure(error);
        if (failure.kind === 'refused' && failure.error === 'not_found') return 'gone';
        log.warn('view not updated', { failure });
        throw unreachable('The window could not be updated', failure);
      }
    },
    async fill(viewId, view) {
      check(view, log);
      const hash = hashes.get(viewId);
      if (hash === undefined) return 'changed';
      try {
        remember((await web.views.update({ view_id: viewId, hash, view })).view);
        return 'shown';
      } catch (error) {
        const failure = slackFailure(error);
        if (failure.kind === 'refused' && failure.error === 'not_found') return 'gone';
        if (failure.kind === 'refused' && failure.error === 'hash_conflict') return 'changed';
        log.warn('view not filled', { failure });
        throw unreachable('The window could not be updated', failure);
      }
    },
    async publishHome(userId, view) {
      check(view, log);
      try {
        await web.views.publish({ user_id: userId, view });
      } catch (error) {
        throw unreachable('The Home page could not be published', slackFailure(error));
      }
    },
    async whisper(channelId, userId, message, threadTs) {
      try {
        await web.chat.postEphemeral({
          channel: channelId,
          user: userId,
          text: message.text,
          ...blocksOf(message, log),
          ...(threadTs === null ? {} : { thread_ts: threadTs }),
        });
        return true;
      } catch (error) {
        log.warn('a private word in a channel was not taken', { channelId, failure: slackFailure(error) });
        return false;
      }
    },
    async reply(responseUrl, message) {
      const body = { response_type: 'ephemeral', text: message.text, ...blocksOf(message, log) };
      const answer = await post(responseUrl, body);
      if (!answer.ok) log.warn('reply not taken', { status: answer.status });
    },
    async replace(responseUrl, message) {
      const body = { replace_original: true, text: message.text, ...blocksOf(message, log) };
      const answer = await post(responseUrl, body);
      if (!answer.ok) log.warn('replacement not taken', { status: answer.status });
    },
  };
}

function check(view: ModalView | HomeView, log: Log): void {
  const problems = validateView(view);
  if (problems.length === 0) return;
  log.error('view outside Slack’s limits; this is a defect', { problems });
  throw new RekeyError('internal', 'This window cannot be shown.');
}

function notOpened(failure: SlackFailure, log: Log): RekeyError {
  log.warn('view not opened', { failure });
  const late =
    failure.kind === 'refused' &&
    (/trigger_(id_)?expired|expired_trigger_id|exchanged_trigger_id|invalid_trigger_id/.test(failure.error) ||
      /trigger_id/.test(failure.details));
  return late
    ? new RekeyError('expired', 'Slack allows three seconds to open a window, and they were over.', {
        next: 'Please try again.',
      })
    : unreachable('The window could not be opened', failure);
}
