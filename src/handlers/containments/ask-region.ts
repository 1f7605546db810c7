import { AwsFailure } from '../../ports/aws.ts';
import type { Trail, TrailEvent, TrailQuestion } from '../../ports/trail.ts';
import type { Containing } from './containing.ts';
import { whyUnread } from './prove.ts';

const NO_TIME = 'there was no time for all of it';

/** Times, ms; both inclusive. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** One look at an account's event history. */
export interface Reading {
  readonly clock: Containing['clock'];
  readonly window: Window;
  readonly gaps: string[];
  /** What is not read by then is a gap; ms. */
  readonly until: number;
  /** Everything that was seen, also by whoever is broken off. */
  readonly into: Map<string, TrailEvent>;
  readonly signal: AbortSignal;
}

export function isOutOfTime({ clock, until, signal }: Reading): boolean {
  return signal.aborted || clock.now() >= until;
}

interface Asking {
  readonly region: string;
  readonly questions: readonly TrailQuestion[];
  readonly priority: 'people' | 'watch';
  readonly pages: number;
  /** A thief may call a hundred thousand times: only what is needed is kept. */
  readonly keeps: (event: TrailEvent) => boolean;
}

/** Asks one region one question after the other; what is not read is a gap. */
export async function askRegion(
  trail: Trail,
  { region, questions, priority, pages, keeps }: Asking,
  reading: Reading,
): Promise<void> {
  const { window, gaps, into, signal } = reading;
  try {
    for (const question of questions) {
      let count = 0;
      if (isOutOfTime(reading)) {
        gaps.push(`${region}: ${NO_TIME}`);
        return;
      }
      for await (const page of trail.lookUp(region, question, window, priority, signal)) {
        if (count === pages) {
          gaps.push(`${region} has more events than were read`);
          break;
        }
        count += 1;
        for (const event of page) if (keeps(event)) into.set(event.eventId, event);
        if (isOutOfTime(reading)) {
          gaps.push(`${region}: ${NO_TIME}`);
          return;
        }
      }
    }
  } catch (error) {
    // What was seen before the time was over counts.
    if (!(error instanceof AwsFailure) && !signal.aborted) throw error;
    gaps.push(`${region}: ${error instanceof AwsFailure && !signal.aborted ? whyUnread(error) : NO_TIME}`);
  }
}
