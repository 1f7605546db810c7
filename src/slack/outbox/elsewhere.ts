import { placeId, type NewNotice, type Notice, type NoticePlace } from '../../domain/notice.ts';
import { auditOutcome } from '../../handlers/audit.ts';
import { alertChannel, channelTrouble } from '../../handlers/settings.ts';
import type { Message } from '../../ports/slack.ts';
import type { Write } from '../../ports/stores.ts';
import { context } from '../blocks/elements.ts';
import { MESSAGE } from '../blocks/limits.ts';
import { channel, person } from '../blocks/mrkdwn.ts';
import type { OutboxDeps } from './deps.ts';

/** Where a notice goes. */
export function placeOf(notice: Pick<Notice, 'target' | 'redirect'>): NoticePlace {
  if (notice.redirect !== null) return notice.redirect;
  // Pages are no messages; they never come here.
  return notice.target.kind === 'pager' ? { kind: 'channel', channelId: '' } : notice.target;
}

/**
 * What becomes of a notice that its place refuses: it goes to the workspace's alert channel, or else to each admin in a
 * direct message, and is given up only when nobody is left. The refusal is kept for Home.
 */
export async function goElsewhere(
  deps: OutboxDeps,
  notice: Notice,
  place: NoticePlace,
  error: string,
): Promise<void> {
  const { stores, clock, log } = deps;
  const now = clock.now();
  const trouble = stores.outlets.trouble(placeId(place), error, now);
  const fallback = place.kind === 'channel' ? (await alertChannel(deps)).channelId : null;
  if (fallback !== null && notice.redirect === null && fallback !== placeId(place)) {
    log.warn('notice goes to the alert channel', { noticeId: notice.id, refusedBy: placeId(place), error });
    const to = { kind: 'channel', channelId: fallback } as const;
    await stores.atomically([trouble, stores.notices.redirect(notice, to, error, now)]);
    return;
  }
  const admins = deps.admins.filter((userId) => userId !== placeId(place));
  if (notice.copyOf !== null || admins.length === 0) {
    await giveUp(deps, notice, error, [trouble]);
    return;
  }
  log.warn('notice goes to the admins', { noticeId: notice.id, refusedBy: placeId(place), error });
  await stores.atomically([trouble]);
  const message = await whereMeant(deps, notice);
  const copies = admins.map((userId) => copyFor(deps, notice, { kind: 'person', userId }, message));
  await stores.atomically([
    stores.notices.settle(notice.id, 'passed_on', now),
    ...copies.map((copy) => stores.notices.add({ ...copy, copyOf: notice.id })),
  ]);
}

/** Sends an edit of, or an answer to, a notice that was passed on after each of its copies. */
export async function followCopies(deps: OutboxDeps, notice: Notice, parent: Notice): Promise<void> {
  const { stores, clock } = deps;
  const copies = (await stores.notices.copiesOf(parent.id)).filter(({ state }) => state !== 'failed');
  const message = await whereMeant(deps, notice);
  await stores.atomically([
    stores.notices.settle(notice.id, 'passed_on', clock.now()),
    ...copies.map((copy) => {
      const to = copyFor(deps, notice, placeOf(copy), message);
      const after = notice.edits === null ? { threadOf: copy.id } : { edits: copy.id };
      return stores.notices.add({ ...to, ...after, copyOf: notice.id });
    }),
  ]);
}

function copyFor(deps: OutboxDeps, notice: Notice, target: NoticePlace, message: Message): NewNotice {
  return {
    id: deps.ids.next(),
    target,
    ...message,
    severity: notice.severity,
    createdAt: deps.clock.now(),
    correlationId: notice.correlationId,
  };
}

/** Gives a notice up, in the log and in the audit; Home shows it. */
export async function giveUp(
  deps: OutboxDeps,
  notice: Notice,
  error: string,
  others: readonly Write[] = [],
): Promise<void> {
  const { stores, clock, log } = deps;
  const { id, target, attempts, correlationId } = notice;
  const to = target.kind === 'pager' ? 'pager' : placeId(target);
  log.error('notice given up', { noticeId: id, to, attempts, error });
  await stores.atomically([
    ...others,
    stores.notices.giveUp(id, error, clock.now()),
    auditOutcome(
      deps,
      {
        doer: { kind: 'rekey' },
        verb: 'notice.give_up',
        entityKind: 'notice',
        entityId: id,
        correlationId,
        detail: { to, error, attempts },
      },
      'failed',
    ),
  ]);
}

/** The message as it goes out where the notice goes now. */
export async function messageOf(deps: OutboxDeps, notice: Notice): Promise<Message> {
  const { target, redirect, text, blocks } = notice;
  const asMeant = target.kind === 'pager' || redirect === null || placeId(redirect) === placeId(target);
  return asMeant ? { text, blocks } : whereMeant(deps, notice);
}

/** The message with a line that says where it was meant to go, and how to mend that. */
async function whereMeant({ stores }: OutboxDeps, { target, text, blocks }: Notice): Promise<Message> {
  if (target.kind === 'pager') return { text, blocks };
  const trouble = (await stores.outlets.byId(placeId(target)))?.trouble ?? '';
  const line = target.kind === 'channel' ? refusedBy(target.channelId, trouble) : notTaken(target.userId);
  const short = target.kind === 'channel' ? channel(target.channelId) : person(target.userId);
  return {
    text: `${text} (meant for ${short})`,
    blocks: blocks.length === 0 ? [] : [context(line), ...blocks.slice(0, MESSAGE.blocks - 1)],
  };
}

function refusedBy(channelId: string, error: string): string {
  // It was mended meanwhile.
  if (error === '') return `Meant for ${channel(channelId)}.`;
  const { message, next } = channelTrouble(error, true);
  return `Meant for ${channel(channelId)}: ${message} ${next ?? ''}`;
}

function notTaken(userId: string): string {
  return `Meant for ${person(userId)}, to whom Rekey cannot write.`;
}
