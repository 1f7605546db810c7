import { SESSION_MAKERS } from '../../detections/lineage.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { RawEvent } from '../../ports/judges.ts';
import type { EventHistory, HistoryEvent, TrailQuestion } from '../../ports/trail.ts';
import { MOST_PAGES, type Slice } from '../../watch/plan.ts';
import { PAGE } from '../../watch/rhythm.ts';

const HOUR = 3_600_000;
/** A token that AWS takes no more, or an answer that does not come, begins the slice anew so often. */
const RESTARTS = 3;

/** The text that is held of one slice, in characters: events may be a hundred times as long as they mostly are. */
const MOST_TEXT = 64 * 1024 * 1024;

/** How many events there are just now is told by so many pages, if there are so many at least. */
const RECENT_PAGES = 30;
const FEWEST_PAGES = 12;

export type Reading = { readonly calls: number } & (
  | {
      readonly kind: 'read';
      readonly events: readonly RawEvent[];
      /** The time of the newest event; null: there was none. */
      readonly newest: number | null;
      /** The time of the last event of the first page, when that was full and all was asked for. */
      readonly dense: number | null;
      /** Events an hour of the pages after it; null: there are few. */
      readonly density: number | null;
    }
  /** It is too long: what was read reaches back to here. */
  | { readonly kind: 'too_long'; readonly oldest: number }
);

/** How a slice is read. */
export interface Paging {
  readonly signal: AbortSignal;
  readonly onPage: () => Promise<void>;
  /** It ends now: whatever is there already belongs to it, though a clock that is slow would call it future. */
  readonly open: boolean;
}

/**
 * Pages a slice to its end. Events come newest first, so that nothing of it counts before all of it is there. A token
 * that is lost on the way begins it anew.
 * @throws AwsFailure; the signal's reason
 */
export async function readSlice(
  history: EventHistory,
  region: string,
  questions: readonly TrailQuestion[],
  slice: Slice,
  paging: Paging,
): Promise<Reading> {
  const { from, to } = slice;
  const window = { from, to: paging.open ? Number.POSITIVE_INFINITY : to };
  const pages = (question: TrailQuestion) => history.pages(region, question, window, paging.signal);
  let calls = 0;
  const onPage = async (): Promise<void> => {
    calls += 1;
    await paging.onPage();
  };
  for (let tried = 1; ; tried += 1) {
    try {
      return { ...(await readOnce(pages, questions, slice, { ...paging, onPage })), calls };
    } catch (error) {
      if (!isLostToken(error) || tried === RESTARTS) throw error;
      // The call that was refused.
      calls += 1;
    }
  }
}

type Read = Reading extends infer Each ? (Each extends Reading ? Omit<Each, 'calls'> : never) : never;

async function readOnce(
  pagesOf: (question: TrailQuestion) => AsyncIterable<readonly HistoryEvent[]>,
  questions: readonly TrailQuestion[],
  slice: Slice,
  { onPage, open }: Paging,
): Promise<Read> {
  const events: RawEvent[] = [];
  let held = 0;
  const latest = open ? Number.POSITIVE_INFINITY : slice.to;
  let newest: number | null = null;
  let dense: number | null = null;
  let density: number | null = null;
  for (const question of questions) {
    let pages = 0;
    let oldest = slice.to;
    for await (const page of pagesOf(question)) {
      await onPage();
      for (const { at, ...record } of page) {
        const inside = Math.min(latest, Math.max(slice.from, at ?? slice.to));
        oldest = Math.min(oldest, inside);
        if (at !== null) newest = Math.max(newest ?? inside, inside);
        events.push({ at: inside, ...record });
        held += record.text.length + (record.outer?.length ?? 0);
      }
      if (pages === 0 && question === null && page.length >= PAGE) dense = oldest;
      pages += 1;
      if (dense !== null && pages >= FEWEST_PAGES && pages <= RECENT_PAGES)
        density = ((pages - 1) * PAGE * HOUR) / Math.max(1_000, dense - oldest);
      const isMuch = pages > MOST_PAGES || held > MOST_TEXT;
      if (isMuch && slice.to - slice.from > 60_000) return { kind: 'too_long', oldest };
    }
  }
  return { kind: 'read', events, newest, dense, density };
}

/** Events an hour of a region by its newest page of the last hour, and the time of the newest: one call. */
export async function measure(
  history: EventHistory,
  region: string,
  now: number,
  signal: AbortSignal,
): Promise<{ readonly perHour: number; readonly newest: number | null }> {
  for await (const page of history.pages(region, null, { from: now - HOUR, to: now }, signal)) {
    const newest = page[0]?.at ?? null;
    if (page.length < PAGE) return { perHour: page.length, newest };
    // Events appear late: those of the page are as dense as what happened when its newest did.
    const oldest = page.at(-1)?.at ?? now - HOUR;
    return { perHour: (PAGE * HOUR) / Math.max(1_000, (newest ?? now) - oldest), newest };
  }
  return { perHour: 0, newest: null };
}

/** What is asked of a region where each key is asked for: keys, their sessions, and what AWS does to a stolen key. */
export function questionsOf(keys: readonly string[], sessions: readonly string[]): TrailQuestion[] {
  const names = [
    ...SESSION_MAKERS.map((action) => action.slice(action.indexOf(':') + 1)),
    'AttachUserPolicy',
    'PutUserPolicy',
    'StopLogging',
    'DeleteTrail',
  ];
  return [
    ...[...keys, ...sessions].map((value) => ({ by: 'AccessKeyId', value }) as const),
    ...names.map((value) => ({ by: 'EventName', value }) as const),
  ];
}

function isLostToken(error: unknown): boolean {
  return error instanceof AwsFailure && error.awsName === 'InvalidNextTokenException';
}
