import type { Notice } from '../domain/records.ts';
import { isConflict } from '../errors.ts';
import type { Poster } from '../ports/slack.ts';
import type { Stores } from '../ports/stores.ts';
import type { Clock, Log } from '../ports/world.ts';

/** A notice being posted is left alone for this long; then whoever took it is taken for dead. */
const TAKEN_MS = 30_000;
/** After this many tries a notice is given up, and logged. */
const TRIES = 12;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 3_600_000;
const BATCH = 20;

/** Posts every notice that is due, each at least once. Returns how many were posted. */
export async function emptyOutbox(
  deps: { stores: Stores; poster: Poster; clock: Clock; log: Log },
  signal: AbortSignal,
): Promise<number> {
  const { stores, clock, log } = deps;
  let posted = 0;
  for (;;) {
    const due = await stores.notices.due(clock.now(), BATCH);
    for (const notice of due) {
      if (signal.aborted) return posted;
      try {
        await stores.atomically([stores.notices.take(notice, clock.now() + TAKEN_MS)]);
      } catch (error) {
        // Another instance took it, or the modal showed it after all.
        if (isConflict(error)) continue;
        throw error;
      }
      const { correlationId } = notice;
      if (await log.within({ correlationId }, () => send(deps, notice))) posted += 1;
    }
    if (due.length < BATCH) return posted;
    log.debug('outbox goes on', { posted });
  }
}

async function send(
  deps: { stores: Stores; poster: Poster; clock: Clock; log: Log },
  notice: Notice,
): Promise<boolean> {
  const { stores, poster, clock, log } = deps;
  const to = notice.target.kind === 'channel' ? notice.target.channelId : notice.target.userId;
  const result = await poster.post(to, { text: notice.text, blocks: notice.blocks });
  if (result.ok) {
    await stores.atomically([stores.notices.sent(notice.id)]);
    log.info('notice posted', { noticeId: notice.id });
    return true;
  }
  const giveUp = result.permanent || notice.attempts + 1 >= TRIES;
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** notice.attempts);
  if (giveUp) log.error('notice given up', { noticeId: notice.id, error: result.error });
  try {
    await stores.atomically([
      stores.notices.failed(notice.id, result.error, giveUp ? null : clock.now() + wait),
    ]);
  } catch (error) {
    // It was shown in its window meanwhile; the others in the outbox must not wait for that.
    if (!isConflict(error)) throw error;
  }
  return false;
}
