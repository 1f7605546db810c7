import type { NewNotice, Notice, NoticePlace, Outlet } from '../domain/notice.ts';
import type { Write } from './stores.ts';

/** Where a message of ours stands. */
export interface Posted {
  readonly channelId: string;
  readonly ts: string;
}

export interface NoticeStore {
  byId(id: string): Promise<Notice | null>;
  add(notice: NewNotice): Write;
  /**
   * What can be delivered now: the first of each lane whose time and whose outlet's time have come, oldest first. A
   * notice that was tried holds its lane until it is delivered; one whose time has not come yet, and one that waits
   * for the notice it edits or answers, lets others pass; so do lines of a thread without a severity, so that no story,
   * however long somebody makes it, keeps an alert from its channel.
   */
  ready(now: number, limit: number): Promise<Notice[]>;
  /** When the next notice or outlet comes due, after `now`; null when nothing waits for a time. */
  nextAt(now: number): Promise<number | null>;
  /** How many wait, due or not, and when the oldest of them was written; null when none does. */
  waiting(): Promise<{ readonly count: number; readonly oldestAt: number | null }>;
  /** The edits of one message that are due, oldest first. */
  editsOf(id: string, now: number): Promise<Notice[]>;
  /** The copies of a notice that was passed on. */
  copiesOf(id: string): Promise<Notice[]>;
  /** Whether an incident was ever paged. */
  wasPaged(incidentKey: string): Promise<boolean>;
  /** What was given up since, and the last of them. */
  lost(since: number): Promise<{ readonly count: number; readonly last: Notice | null }>;

  /** Takes one for delivery at `now`: counts the attempt and moves `nextAt`, if still as read; else a `conflict`. */
  take(notice: Notice, now: number, nextAt: number): Write;
  /** It needs no delivery any more: it was seen elsewhere. */
  sent(id: string): Write;
  /** It was delivered; a page has no message. Whatever its state: what was seen wins over an earlier verdict. */
  posted(id: string, at: number, message: Posted | null): Write;
  /** Its message stands elsewhere from now on. Any number of rows. */
  moved(id: string, message: Posted): Write;
  /** Waits on until `nextAt`; `conflict` when it does not wait. */
  failed(id: string, error: string, nextAt: number): Write;
  /** For good; `conflict` when it does not wait. */
  giveUp(id: string, error: string, at: number): Write;
  /** As `failed`, for an attempt that surely was not delivered: `unsureSince` is what it was before. */
  refused(notice: Notice, error: string, nextAt: number): Write;
  /** Goes to another place from now on; `conflict` when it does not wait. */
  redirect(notice: Notice, place: NoticePlace, error: string, nextAt: number): Write;
  /** Done without a delivery of its own; `conflict` when it does not wait. */
  settle(id: string, state: 'passed_on' | 'dropped', at: number): Write;
  /** Waiting notices of an outlet are due at once, such as pages after the key was mended. Any number of rows. */
  hurry(outlet: string, at: number): Write;
  /** Any number of rows: those that were done before. */
  removeDone(before: number): Write;
}

export interface OutletStore {
  byId(id: string): Promise<Outlet | null>;
  /** Those through which nothing gets, longest first. */
  troubled(): Promise<Outlet[]>;
  /** Those that were asked to slow down, and still must. */
  limited(now: number): Promise<string[]>;
  /** Moves its time from what was read (null: there was no row); else a `conflict`. */
  hold(id: string, from: number | null, to: number): Write;
  /** One got through: the next may go at `nextAt` (later, when asked to slow down), and all trouble is over. */
  worked(id: string, nextAt: number, channelId: string | null): Write;
  /** Free again at `nextAt` (later, when asked to slow down). Any number of rows. */
  free(id: string, nextAt: number): Write;
  /** Asked to slow down: nothing goes out before `until`. */
  limit(id: string, until: number): Write;
  /** The same for all of Slack's. Any number of rows. */
  limitSlack(until: number): Write;
  /** Nothing gets through. */
  trouble(id: string, error: string, at: number): Write;
  /** Any number of rows. */
  mended(id: string): Write;
}
