import type { Notice } from '../../domain/notice.ts';
import type { Posted } from '../../ports/notices.ts';
import type { PostResult } from '../../ports/slack.ts';
import type { Write } from '../../ports/stores.ts';
import { BEGIN_WITHIN_MS, type OutboxDeps } from './deps.ts';
import { followCopies, messageOf, placeOf } from './elsewhere.ts';
import { settleFailure } from './failure.ts';
import { take } from './take.ts';

/**
 * Replaces an earlier notice's message by the newest of the edits that wait for it. When there is no message to edit,
 * the newest is posted anew. True when it stands in Slack now.
 */
export async function edit(deps: OutboxDeps, notice: Notice): Promise<boolean> {
  const { stores, clock, log } = deps;
  const root = await stores.notices.byId(notice.edits ?? '');
  if (root?.state === 'passed_on') {
    await followCopies(deps, notice, root);
    return false;
  }
  const now = clock.now();
  const waiting = await stores.notices.editsOf(notice.edits ?? '', now);
  const newest = waiting.at(-1) ?? notice;
  const older = waiting
    .filter(({ id }) => id !== newest.id)
    .map(({ id }) => stores.notices.settle(id, 'dropped', now));
  const at = messageAt(root);
  if (root === null || at === null) {
    await postAnew(deps, newest, root ?? newest, older);
    return false;
  }
  const taken = await take(deps, newest, older);
  if (taken === null) return false;
  const message = await messageOf(deps, { ...newest, target: root.target, redirect: root.redirect });
  if (clock.now() - taken.at > BEGIN_WITHIN_MS) return false;
  let result: PostResult = await deps.poster.edit(at.channelId, at.ts, message);
  if (!result.ok && result.why === 'content') {
    log.warn('edit goes in plain words', { noticeId: newest.id, error: result.error });
    result = await deps.poster.edit(at.channelId, at.ts, { text: message.text, blocks: [] });
  }
  if (result.ok) {
    const { channelId, ts } = result;
    await stores.atomically([stores.notices.posted(newest.id, clock.now(), { channelId, ts })]);
    log.info('notice edited', { noticeId: newest.id, edits: root.id });
    return true;
  }
  // Somebody deleted the message: what it says now would be seen nowhere.
  if (result.why === 'gone') await postAnew(deps, taken.notice, root);
  else await settleFailure(deps, taken, placeOf(root), result);
  return false;
}

function messageAt(root: Notice | null): Posted | null {
  if (root === null || root.postedTo === null || root.postedTs === null) return null;
  return { channelId: root.postedTo, ts: root.postedTs };
}

/** The edit becomes a message of its own, where the one it edits went. */
async function postAnew(
  { stores, clock }: OutboxDeps,
  notice: Notice,
  like: Notice,
  others: readonly Write[] = [],
): Promise<void> {
  await stores.atomically([
    stores.notices.redirect(notice, placeOf(like), 'nothing to edit', clock.now()),
    ...others,
  ]);
}
