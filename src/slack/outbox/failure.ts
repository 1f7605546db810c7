import { EDITS_OUTLET, outletOf, type NoticePlace } from '../../domain/notice.ts';
import { isConflict } from '../../errors.ts';
import type { PostResult } from '../../ports/slack.ts';
import type { Write } from '../../ports/stores.ts';
import { isHopeless, LONGEST_HOLD_MS, POST_GAP_MS, waitAfter, type OutboxDeps } from './deps.ts';
import { giveUp, goElsewhere } from './elsewhere.ts';
import type { Taken } from './take.ts';

/** Refusals of Rekey as a whole: every other place would refuse it too, until somebody mends it. */
const OF_REKEY =
  /^(invalid_auth|not_authed|account_inactive|token_(revoked|expired)|missing_scope|no_permission|org_login_required|accesslimited|team_.*)$/;
/** After this many refusals for a reason we do not know, another place is tried. */
const STRANGE_REFUSALS = 4;

/** Records an attempt that failed, and when the next one comes or where it goes. */
export async function settleFailure(
  deps: OutboxDeps,
  taken: Taken,
  place: NoticePlace,
  failure: Extract<PostResult, { ok: false }>,
): Promise<void> {
  try {
    await record(deps, taken, place, failure);
  } catch (error) {
    // It was shown in its window meanwhile; the others in the outbox must not wait for that.
    if (!isConflict(error)) throw error;
    await deps.stores.atomically([freed(deps, taken)].flat());
  }
}

async function record(
  deps: OutboxDeps,
  taken: Taken,
  place: NoticePlace,
  { why, error, retryAfterMs }: Extract<PostResult, { ok: false }>,
): Promise<void> {
  const { stores, clock, log } = deps;
  const { notice, before } = taken;
  const now = clock.now();
  const at = now + waitAfter(notice.attempts);
  if (why === 'limited') {
    const until = now + Math.min(Math.max(retryAfterMs, POST_GAP_MS), LONGEST_HOLD_MS);
    await slowDown(deps, taken, until);
    return;
  }
  const strange = why === 'refused' && !OF_REKEY.test(error) && notice.attempts >= STRANGE_REFUSALS;
  if (why === 'place' || strange) {
    await stores.atomically(freed(deps, taken));
    await goElsewhere(deps, notice, place, error);
    return;
  }
  if (why === 'content' || why === 'gone' || isHopeless(notice, now)) {
    await giveUp(deps, notice, error, freed(deps, taken));
    return;
  }
  if (why === 'refused') log.error('Slack refuses a notice', { noticeId: notice.id, error });
  await stores.atomically([
    why === 'unknown'
      ? stores.notices.failed(notice.id, error, at)
      : stores.notices.refused(before, error, at),
    ...freed(deps, taken),
  ]);
}

/** Waits as Slack asks: this outlet, and all of Slack's when it asks for more than one. */
async function slowDown({ stores, clock }: OutboxDeps, taken: Taken, until: number): Promise<void> {
  const outlet = outletOf(taken.notice);
  const others = (await stores.outlets.limited(clock.now())).filter((id) => id !== outlet);
  await stores.atomically([
    stores.notices.refused(taken.before, 'rate limited', until),
    stores.outlets.limit(outlet, until),
    ...(others.length === 0 ? [] : [stores.outlets.limitSlack(until)]),
  ]);
}

/** The outlet takes others again. All edits share one, whose pace goes on. */
function freed({ stores, clock }: OutboxDeps, { notice }: Taken): Write[] {
  const outlet = outletOf(notice);
  return outlet === EDITS_OUTLET ? [] : [stores.outlets.free(outlet, clock.now() + POST_GAP_MS)];
}
