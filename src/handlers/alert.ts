import {
  isAtLeast,
  type NewNotice,
  type NoticePlace,
  type PageAction,
  type Severity,
} from '../domain/notice.ts';
import type { Message } from '../ports/slack.ts';
import type { Write } from '../ports/stores.ts';
import { pagerSetting } from './pager.ts';
import type { Services } from './services.ts';

/** Something to be told in Slack and, when it is bad enough, to the paging service. */
export interface Alert {
  readonly target: NoticePlace;
  readonly message: Message;
  readonly correlationId: string;
  readonly severity?: Severity;
  /** What makes pages one incident; without one, a page is an incident of its own. */
  readonly incidentKey?: string;
  /** The notice whose message this replaces: always the first one, never an edit. */
  readonly edits?: string;
  /** The notice in whose thread this goes. */
  readonly threadOf?: string;
  /** For the page: ids and names, never a secret. `account` and `link` have places of their own there. */
  readonly details?: Readonly<Record<string, string>>;
  /** Not before; ms. Now when left out. */
  readonly notBefore?: number;
}

/**
 * The writes that tell an alert, for the batch of the change it reports; call {@link wakeOutbox} after the batch. The
 * id names its message for later edits and answers.
 */
export async function alertWrites(
  services: Pick<Services, 'stores' | 'ids' | 'clock'>,
  alert: Alert,
): Promise<{ readonly noticeId: string; readonly writes: Write[] }> {
  const { stores, ids, clock } = services;
  const now = clock.now();
  const noticeId = ids.next();
  const { severity } = alert;
  const notice: NewNotice = {
    id: noticeId,
    target: alert.target,
    ...alert.message,
    severity: severity ?? null,
    incidentKey: alert.incidentKey ?? null,
    edits: alert.edits ?? null,
    threadOf: alert.threadOf ?? null,
    nextAt: alert.notBefore ?? now,
    createdAt: now,
    correlationId: alert.correlationId,
  };
  const pager = severity === undefined ? null : await pagerSetting(services);
  if (severity === undefined || pager === null || !isAtLeast(severity, pager.least)) {
    return { noticeId, writes: [stores.notices.add(notice)] };
  }
  const page = pageOf(services, {
    action: 'trigger',
    incidentKey: alert.incidentKey ?? noticeId,
    summary: alert.message.text,
    severity,
    details: alert.details ?? {},
    correlationId: alert.correlationId,
  });
  return { noticeId, writes: [stores.notices.add(notice), stores.notices.add(page)] };
}

/** The message of a notice, where it stands in Slack or will. */
export interface StandingMessage {
  readonly noticeId: string;
  readonly target: NoticePlace;
  /** The notice whose thread it stands in, or begins. */
  readonly thread: string;
}

/** That of a notice; null when there is none, any more, or it went to the paging service. */
export async function standingMessage(
  { stores }: Pick<Services, 'stores'>,
  noticeId: string | null,
): Promise<StandingMessage | null> {
  const notice = noticeId === null ? null : await stores.notices.byId(noticeId);
  if (notice === null || notice.target.kind === 'pager') return null;
  return { noticeId: notice.id, target: notice.target, thread: notice.threadOf ?? notice.id };
}

/** The first message of what people are told of, by its notice; null: it has none. */
type Told = { readonly noticeId: string | null; readonly correlationId: string };

/** The writes that put a message as it is now in the place of the one that stands; it is drawn only if one does. */
export async function editWrites(
  services: Pick<Services, 'stores' | 'ids' | 'clock'>,
  { noticeId, correlationId }: Told,
  draw: () => Message | Promise<Message>,
): Promise<Write[]> {
  const first = await standingMessage(services, noticeId);
  if (first === null) return [];
  const { target, noticeId: edits } = first;
  return (await alertWrites(services, { target, message: await draw(), correlationId, edits })).writes;
}

/** The writes that say something in the thread a message stands in, or begins. */
export async function threadWrites(
  services: Pick<Services, 'stores' | 'ids' | 'clock'>,
  { noticeId, correlationId }: Told,
  messages: readonly Message[],
): Promise<Write[]> {
  const first = messages.length === 0 ? null : await standingMessage(services, noticeId);
  if (first === null) return [];
  const { target, thread: threadOf } = first;
  const alerts = messages.map((message) =>
    alertWrites(services, { target, message, correlationId, threadOf }),
  );
  return (await Promise.all(alerts)).flatMap(({ writes }) => writes);
}

/** The writes that take up or close an incident at the paging service; none when it was never paged. */
export async function followPage(
  services: Pick<Services, 'stores' | 'ids' | 'clock'>,
  action: 'acknowledge' | 'resolve',
  incidentKey: string,
  { why, correlationId }: { readonly why: string; readonly correlationId: string },
): Promise<Write[]> {
  if (!(await services.stores.notices.wasPaged(incidentKey))) return [];
  const summary = { summary: why, severity: null, details: {}, correlationId };
  return [services.stores.notices.add(pageOf(services, { action, incidentKey, ...summary }))];
}

/** Lets the outbox look at once, after a batch with notices in it. */
export async function wakeOutbox(services: Pick<Services, 'jobs'>): Promise<void> {
  await services.jobs.enqueue('outbox', 'all');
}

function pageOf(
  { ids, clock }: Pick<Services, 'ids' | 'clock'>,
  page: {
    readonly action: PageAction;
    readonly incidentKey: string;
    readonly summary: string;
    readonly severity: Severity | null;
    readonly details: Readonly<Record<string, string>>;
    readonly correlationId: string;
  },
): NewNotice {
  const { action, incidentKey, summary, severity, details, correlationId } = page;
  return {
    id: ids.next(),
    target: { kind: 'pager', action, details },
    text: summary,
    blocks: [],
    severity,
    incidentKey,
    createdAt: clock.now(),
    correlationId,
  };
}
