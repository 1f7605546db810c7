import { PAGER_OUTLET, type NewNotice, type Notice } from '../../domain/notice.ts';
import { PAGER_NAMES } from '../../domain/pager.ts';
import { isConflict } from '../../errors.ts';
import { pagerAccess } from '../../handlers/pager.ts';
import { alertChannel } from '../../handlers/settings.ts';
import type { PageResult } from '../../ports/pager.ts';
import type { Write } from '../../ports/stores.ts';
import { section } from '../blocks/elements.ts';
import { words } from '../blocks/mrkdwn.ts';
import { BEGIN_WITHIN_MS, LONGEST_HOLD_MS, waitAfter, type OutboxDeps } from './deps.ts';
import { giveUp } from './elsewhere.ts';
import { take, type Taken } from './take.ts';

/** A page that is a day late wakes nobody for good. */
const GIVE_UP_MS = 86_400_000;
const FEWEST_TRIES = 12;
/** After this many tries without an answer, people are told; a refusal is told at once. */
const SILENT_TRIES = 3;

/** Sends a notice to the paging service. True when it took it. */
export async function page(deps: OutboxDeps, notice: Notice): Promise<boolean> {
  const { stores, clock, log } = deps;
  if (notice.target.kind !== 'pager') return false;
  const access = await pagerAccess(deps).catch((error: unknown) => {
    log.error('the key of the paging service cannot be used', { error });
    return 'sealed' as const;
  });
  if (access === null) {
    log.warn('page dropped, since no paging service is set', { noticeId: notice.id });
    await stores.atomically([stores.notices.settle(notice.id, 'dropped', clock.now())]);
    return false;
  }
  const taken = await take(deps, notice);
  if (taken === null || clock.now() - taken.at > BEGIN_WITHIN_MS) return false;
  if (access === 'sealed') {
    const error = 'the stored key cannot be opened; set it again';
    await settleFailure(deps, taken, { ok: false, why: 'refused', error, retryAfterMs: 0 }, 'the service');
    return false;
  }
  const result = await deps.pager.send(access, {
    id: notice.id,
    action: notice.target.action,
    incidentKey: notice.incidentKey ?? notice.id,
    summary: notice.text,
    severity: notice.severity ?? 'info',
    at: notice.createdAt,
    details: notice.target.details,
  });
  if (!result.ok) {
    await settleFailure(deps, taken, result, PAGER_NAMES[access.kind]);
    return false;
  }
  await delivered(deps, notice);
  log.info('page delivered', { noticeId: notice.id, action: notice.target.action });
  return true;
}

/** Writes down that it was taken; the first after trouble tells that pages get through again. */
async function delivered(deps: OutboxDeps, notice: Notice): Promise<void> {
  const { stores, clock } = deps;
  const now = clock.now();
  const posted = stores.notices.posted(notice.id, now, null);
  const outlet = await stores.outlets.byId(PAGER_OUTLET);
  if (outlet !== null && outlet.trouble !== null) {
    const moved = Math.max(now, outlet.nextAt + 1);
    try {
      // Moved by whoever tells it, so that of several pages that get through at once one is told.
      await stores.atomically([
        stores.outlets.hold(PAGER_OUTLET, outlet.nextAt, moved),
        stores.outlets.worked(PAGER_OUTLET, moved, null),
        posted,
        ...(await told(deps, notice, 'Pages get through again.')),
      ]);
      return;
    } catch (failure) {
      if (!isConflict(failure)) throw failure;
    }
  }
  await stores.atomically([posted, stores.outlets.worked(PAGER_OUTLET, now, null)]);
}

async function settleFailure(
  deps: OutboxDeps,
  { notice }: Taken,
  { why, error, retryAfterMs }: Extract<PageResult, { ok: false }>,
  service: string,
): Promise<void> {
  const { stores, clock } = deps;
  const now = clock.now();
  if (why === 'limited') {
    const until = now + Math.min(Math.max(retryAfterMs, waitAfter(1)), LONGEST_HOLD_MS);
    await stores.atomically([
      stores.notices.failed(notice.id, error, until),
      stores.outlets.limit(PAGER_OUTLET, until),
    ]);
    return;
  }
  const outlet = await stores.outlets.byId(PAGER_OUTLET);
  const late = now - (notice.triedSince ?? now) > GIVE_UP_MS && notice.attempts >= FEWEST_TRIES;
  if (late) await giveUp(deps, notice, error);
  else {
    await stores.atomically([stores.notices.failed(notice.id, error, now + waitAfter(notice.attempts))]);
  }
  if (why !== 'refused' && notice.attempts < SILENT_TRIES) return;
  const trouble = stores.outlets.trouble(PAGER_OUTLET, error, now);
  if (outlet !== null && outlet.trouble !== null) {
    await stores.atomically([trouble]);
    return;
  }
  try {
    // Moved by whoever tells it, so that of several pages that fail at once one is told.
    await stores.atomically([
      stores.outlets.hold(PAGER_OUTLET, outlet?.nextAt ?? null, Math.max(now, (outlet?.nextAt ?? 0) + 1)),
      trouble,
      ...(await told(deps, notice, `Pages to ${service} do not get through: ${error}.`)),
    ]);
  } catch (failure) {
    if (!isConflict(failure)) throw failure;
  }
}

/** The writes that tell the alert channel, or the admins where there is none. */
async function told(deps: OutboxDeps, about: Notice, text: string): Promise<Write[]> {
  const { stores, ids, clock, admins } = deps;
  const { channelId } = await alertChannel(deps);
  const places =
    channelId === null
      ? admins.map((userId) => ({ kind: 'person', userId }) as const)
      : [{ kind: 'channel', channelId } as const];
  return places.map((target) => {
    const notice: NewNotice = {
      id: ids.next(),
      target,
      text,
      blocks: [section(`*${words(text)}* The paging service is set under /aws-settings.`)],
      createdAt: clock.now(),
      correlationId: about.correlationId,
    };
    return stores.notices.add(notice);
  });
}
