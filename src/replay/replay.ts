import { setImmediate as nextTurn } from 'node:timers/promises';
import { Detector } from '../detections/detector.ts';
import type { CloudTrailEvent } from '../detections/event.ts';
import { isWanted } from '../detections/evaluate.ts';
import type { LookUp } from '../detections/place.ts';
import { RecordReader } from '../detections/record.ts';
import type { Signal } from '../detections/signal.ts';
import { filesOf } from './files.ts';
import { eventsOf, type Counts } from './merge.ts';
import { SortedWindow } from './window.ts';

/** How many lots of events are judged in one turn of the event loop. */
const AT_ONCE = 8;

export interface ReplayOptions {
  /** Files or folders with what is normal: learned, not judged. */
  readonly learn: readonly string[];
  /** Files or folders to judge. */
  readonly paths: readonly string[];
  readonly lookUp: LookUp;
  readonly onSignal: (signal: Signal) => void;
}

/** What a replay met. */
export interface Replayed {
  readonly learned: Readonly<Counts>;
  readonly judged: Readonly<Counts>;
  readonly duplicates: number;
  /** Different keys and principals, in what was learned and judged. */
  readonly keys: number;
}

/** Learns, then judges. What comes out does not depend on the order of the records inside the window, nor on duplicates. */
export async function replay({ learn, paths, lookUp, onSignal }: ReplayOptions): Promise<Replayed> {
  const [normal, judged] = [await filesOf(learn), await filesOf(paths)];
  const reader = new RecordReader(isWanted);
  const detector = new Detector({ lookUp });
  const learnedCounts = newCounts();
  const judgedCounts = newCounts();
  await inOrder(normal, reader, detector, learnedCounts, (event) => detector.learn(event));
  if (normal.length > 0) detector.accept();
  const duplicates = await inOrder(judged, reader, detector, judgedCounts, (event) => {
    for (const signal of detector.judge(event)) onSignal(signal);
  });
  return { learned: learnedCounts, judged: judgedCounts, duplicates, keys: detector.size };
}

async function inOrder(
  files: readonly string[],
  reader: RecordReader,
  detector: Detector,
  counts: Counts,
  take: (event: CloudTrailEvent) => void,
): Promise<number> {
  const window = new SortedWindow();
  for await (const events of eventsOf(files, reader, counts)) {
    for (const event of events) {
      // A session counts for its key even when its first call comes before the call that made it.
      detector.lineage.learn(event);
      window.add(event);
    }
    let taken = 0;
    for (const lot of window.ready()) {
      detector.approach(lot);
      for (const event of lot) take(event);
      taken += 1;
      // A collection of garbage that is under way ends between two turns of the event loop, and lets lie all that is
      // made until then.
      if (taken % AT_ONCE === 0) await nextTurn();
    }
  }
  for (const lot of window.rest()) for (const event of lot) take(event);
  return window.duplicates;
}

function newCounts(): Counts {
  return { records: 0, unreadable: 0, brokenFiles: [] };
}
