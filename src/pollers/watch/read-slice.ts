import { SESSION_MAKERS } from '../../detections/lineage.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { RawEvent } from '../../ports/judges.ts';
import type { EventHistory, HistoryEvent, TrailQuestion } from '../../ports/trail.ts';
import { MOST_PAGES, PAGE, type Slice } from '../../watch/plan.ts';

const HOUR = 3_600_000;
/** A token that AWS takes no more, or an answer that does not come, begins the slice anew so often. */
const RESTARTS = 3;

export type Reading =
  | { readonly kind: 'read'; readonly events: readonly RawEvent[] }
  /** It is too long: what was read reaches back to here. */
  | { readonly kind: 'too_long'; readonly oldest: number };

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
  { signal, onPage }: { signal: AbortSignal; onPage: () => Promise<void> },
): Promise<Reading> {
  const pages = (question: TrailQuestion) => history.pages(region, question, slice, signal);
  for (let tried = 1; ; tried += 1) {
    try {
      return await readOnce(pages, questions, slice, onPage);
    } catch (error) {
      if (!isLostToken(error) || tried === RESTARTS) throw error;
    }
  }
}

async function readOnce(
  pagesOf: (question: TrailQuestion) => AsyncIterable<readonly HistoryEvent[]>,
  questions: readonly TrailQuestion[],
  slice: Slice,
  onPage: () => Promise<void>,
): Promise<Reading> {
  const events: RawEvent[] = [];
  for (const question of questions) {
    let pages = 0;
    let oldest = slice.to;
    for await (const page of pagesOf(question)) {
      await onPage();
      for (const { at, text } of page) {
        const inside = Math.min(slice.to, Math.max(slice.from, at ?? slice.to));
        oldest = Math.min(oldest, inside);
        events.push({ at: inside, text });
      }
      pages += 1;
      if (pages > MOST_PAGES && slice.to - slice.from > 60_000) return { kind: 'too_long', oldest };
    }
  }
  return { kind: 'read', events };
}

/** Events an hour of a region, by its newest page of the last hour: one call. */
export async function measure(
  history: EventHistory,
  region: string,
  now: number,
  signal: AbortSignal,
): Promise<number> {
  for await (const page of history.pages(region, null, { from: now - HOUR, to: now }, signal)) {
    if (page.length < PAGE) return page.length;
    const oldest = page.at(-1)?.at ?? now - HOUR;
    return (PAGE * HOUR) / Math.max(1_000, now - oldest);
  }
  return 0;
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
