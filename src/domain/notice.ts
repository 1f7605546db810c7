/** How bad something is; the words of the detection rules. */
export type Severity = 'info' | 'low' | 'medium' | 'high' | 'critical';

/** The mildest first. */
export const SEVERITIES: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];

export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}

/** A place in Slack: a channel, or one person in a direct message. */
export type NoticePlace =
  | { readonly kind: 'channel'; readonly channelId: string }
  | { readonly kind: 'person'; readonly userId: string };

export type PageAction = 'trigger' | 'acknowledge' | 'resolve';

/** The paging service, whichever is set. The notice's incident key ties trigger and resolve together. */
export interface PagerTarget {
  readonly kind: 'pager';
  readonly action: PageAction;
  /** Facts for whoever is woken; ids and names, never a secret. */
  readonly details: Readonly<Record<string, string>>;
}

export type NoticeTarget = NoticePlace | PagerTarget;

/**
 * - `waiting`: to be delivered, or under way
 * - `sent`: delivered, or shown elsewhere before it was
 * - `passed_on`: copies of it go to several people instead
 * - `dropped`: a newer edit took its place, or nobody is to be told any more
 * - `failed`: given up
 */
export type NoticeState = 'waiting' | 'sent' | 'passed_on' | 'dropped' | 'failed';

/** Something somebody must be told; delivered at least once by the outbox. Times are ms since the epoch. */
export interface Notice {
  readonly id: string;
  readonly target: NoticeTarget;
  /** Where it goes instead, since its target refuses it. */
  readonly redirect: NoticePlace | null;
  /** The notification and screen-reader text; the summary of a page. */
  readonly text: string;
  /** Block Kit blocks, already inside Slack's limits. */
  readonly blocks: readonly unknown[];
  readonly severity: Severity | null;
  /** What makes pages one incident. */
  readonly incidentKey: string | null;
  /** The notice whose message this one replaces. It waits for that to be posted. */
  readonly edits: string | null;
  /** The notice in whose thread this one goes. It waits for that to be posted. */
  readonly threadOf: string | null;
  /** The notice that was passed on to several people, of which this is one copy. */
  readonly copyOf: string | null;
  readonly state: NoticeState;
  readonly attempts: number;
  readonly nextAt: number;
  readonly lastError: string | null;
  /** When it was first taken for delivery. */
  readonly triedSince: number | null;
  /** Since when an earlier try may have been delivered without our hearing of it. */
  readonly unsureSince: number | null;
  /** The channel and timestamp of its message, once posted. */
  readonly postedTo: string | null;
  readonly postedTs: string | null;
  readonly createdAt: number;
  /** When it was delivered, dropped or given up. */
  readonly doneAt: number | null;
  readonly correlationId: string;
}

/** A notice to be written: what is left out has not happened yet. */
export type NewNotice = Pick<Notice, 'id' | 'target' | 'text' | 'blocks' | 'createdAt' | 'correlationId'> &
  Partial<Notice>;

/** The notice with everything that was left out. */
export function completed(notice: NewNotice): Notice {
  return {
    redirect: null,
    severity: null,
    incidentKey: null,
    edits: null,
    threadOf: null,
    copyOf: null,
    state: 'waiting',
    attempts: 0,
    nextAt: notice.createdAt,
    lastError: null,
    triedSince: null,
    unsureSince: null,
    postedTo: null,
    postedTs: null,
    doneAt: null,
    ...notice,
  };
}

/** The outlet of all edits: Slack counts them for the whole workspace, not by channel. */
export const EDITS_OUTLET = 'chat.update';
export const PAGER_OUTLET = 'pager';

/** What is delivered in order, one at a time: posts of one place, edits of one message, pages of one incident. */
export function laneOf(notice: Pick<Notice, 'id' | 'target' | 'redirect' | 'edits' | 'incidentKey'>): string {
  const { target, redirect, edits } = notice;
  if (target.kind === 'pager') return `pager:${notice.incidentKey ?? notice.id}`;
  return redirect === null && edits !== null ? `edits:${edits}` : placeId(redirect ?? target);
}

/** What its pace and its troubles are counted for: see {@link Outlet}. */
export function outletOf(notice: Pick<Notice, 'target' | 'redirect' | 'edits'>): string {
  const { target, redirect, edits } = notice;
  if (target.kind === 'pager') return PAGER_OUTLET;
  return redirect === null && edits !== null ? EDITS_OUTLET : placeId(redirect ?? target);
}

/** Slack's id of a place. */
export function placeId(place: NoticePlace): string {
  return place.kind === 'channel' ? place.channelId : place.userId;
}

/** One way out, with its pace and its trouble: a channel or person by id, all edits, or the pager. */
export interface Outlet {
  readonly id: string;
  /** Nothing goes out here before. */
  readonly nextAt: number;
  /** Until when we were asked to slow down. */
  readonly limitedUntil: number;
  /** The channel of a direct message, which only its first message tells. */
  readonly channelId: string | null;
  /** Why nothing gets through, or null when the last one did. Slack's own error name, or words of ours. */
  readonly trouble: string | null;
  readonly troubleSince: number | null;
  readonly troubleAt: number | null;
}
