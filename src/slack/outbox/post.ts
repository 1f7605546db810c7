import { outletOf, placeId, type Notice } from '../../domain/notice.ts';
import type { Message, PostResult } from '../../ports/slack.ts';
import type { Posted } from '../../ports/notices.ts';
import { BEGIN_WITHIN_MS, POST_GAP_MS, waitAfter, type OutboxDeps } from './deps.ts';
import { followCopies, messageOf, placeOf } from './elsewhere.ts';
import { settleFailure } from './failure.ts';
import { take, type Taken } from './take.ts';

/** Posts a notice as a message of its own. True when it stands in Slack now. */
export async function post(deps: OutboxDeps, notice: Notice): Promise<boolean> {
  const { stores, clock } = deps;
  const root = await threadOf(deps, notice);
  if (root?.state === 'passed_on') {
    await followCopies(deps, notice, root);
    return false;
  }
  if (root !== null && root.redirect !== null && placeId(placeOf(root)) !== placeId(placeOf(notice))) {
    // The thread stands elsewhere, since its channel refused the first message.
    await stores.atomically([
      stores.notices.redirect(notice, root.redirect, root.lastError ?? '', clock.now()),
    ]);
    return false;
  }
  const taken = await take(deps, notice);
  if (taken === null) return false;
  const threadTs =
    root !== null && placeId(placeOf(root)) === placeId(placeOf(notice)) ? root.postedTs : null;
  const earlier = await findEarlier(deps, taken, threadTs);
  if (earlier === 'later') return false;
  if (earlier !== null) return posted(deps, taken, earlier);
  // Whoever was asleep for long must not post what another may have posted meanwhile.
  if (clock.now() - taken.at > BEGIN_WITHIN_MS) return false;
  const result = await send(deps, taken, threadTs);
  if (result.ok) return posted(deps, taken, result);
  await settleFailure(deps, taken, placeOf(notice), result);
  return false;
}

/** The first message of the thread it goes in: an answer to an answer goes in the same thread. */
async function threadOf({ stores }: OutboxDeps, notice: Notice): Promise<Notice | null> {
  let root = notice.threadOf === null ? null : await stores.notices.byId(notice.threadOf);
  while (root !== null && root.threadOf !== null && root.state === 'sent') {
    const above = await stores.notices.byId(root.threadOf);
    if (above === null) break;
    root = above;
  }
  return root;
}

/** The message, in a thread if there is one; in plain words if Slack finds its blocks wrong. */
async function send(deps: OutboxDeps, { notice }: Taken, threadTs: string | null): Promise<PostResult> {
  const { poster, log } = deps;
  const to = placeId(placeOf(notice));
  const mark = { id: notice.id, attempt: notice.attempts };
  const message = await messageOf(deps, notice);
  const result = await poster.post(to, message, { mark, ...(threadTs === null ? {} : { threadTs }) });
  if (result.ok || (result.why !== 'gone' && result.why !== 'content')) return result;
  log.warn('notice goes in plain words, outside of its thread', { noticeId: notice.id, error: result.error });
  const plain: Message = result.why === 'content' ? { text: message.text, blocks: [] } : message;
  return poster.post(to, plain, { mark });
}

/**
 * Looks for the message of an earlier attempt whose outcome is unknown. Null: there is none, or nobody can tell; then
 * it is posted again, since twice is better than never. `later`: Slack must be asked again first.
 */
async function findEarlier(
  { stores, poster, clock }: OutboxDeps,
  { notice, before }: Taken,
  threadTs: string | null,
): Promise<Posted | 'later' | null> {
  if (before.unsureSince === null) return null;
  const place = placeOf(notice);
  // The channel of a direct message is known once one of them got through.
  const known = place.kind === 'person' ? (await stores.outlets.byId(place.userId))?.channelId : null;
  const sighting = await poster.find(known ?? placeId(place), notice.id, before.unsureSince, threadTs);
  switch (sighting.seen) {
    case 'yes':
      return sighting;
    case 'unknown': {
      const at = clock.now() + Math.max(sighting.retryAfterMs, waitAfter(notice.attempts));
      await stores.atomically([
        stores.notices.failed(notice.id, sighting.error, at),
        stores.outlets.free(outletOf(notice), clock.now() + POST_GAP_MS),
      ]);
      return 'later';
    }
    case 'no':
    case 'unreadable':
      return null;
  }
}

async function posted(deps: OutboxDeps, { notice }: Taken, at: Posted): Promise<boolean> {
  const { stores, clock, log } = deps;
  const now = clock.now();
  const place = placeOf(notice);
  const message = { channelId: at.channelId, ts: at.ts };
  await stores.atomically([
    stores.notices.posted(notice.id, now, message),
    // An edit that had to be posted anew: later edits go there.
    ...(notice.edits === null ? [] : [stores.notices.moved(notice.edits, message)]),
    stores.outlets.worked(outletOf(notice), now + POST_GAP_MS, place.kind === 'person' ? at.channelId : null),
  ]);
  log.info('notice posted', { noticeId: notice.id });
  return true;
}
