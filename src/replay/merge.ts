import type { CloudTrailEvent } from '../detections/event.ts';
import { isRecord, recordsIn, type RecordReader } from '../detections/record.ts';
import { Splitter, type Pieces } from './split.ts';
import { beginningOf, textOf } from './files.ts';

/** How many files are read side by side at most. */
const SIDE_BY_SIDE = 32;
/** A file is opened when the others come this near to its beginning: what it holds began a while before it. */
const AHEAD = 30 * 60_000;

/** What was met while reading. */
export interface Counts {
  records: number;
  unreadable: number;
  readonly brokenFiles: { readonly path: string; readonly error: unknown }[];
}

interface Reading {
  readonly batches: AsyncGenerator<readonly CloudTrailEvent[], void>;
  /** The time of the latest event it gave. */
  latest: number;
}

/**
 * The events of many files, roughly in the order of time: files whose times overlap are read side by side, so that
 * what belongs together comes together whatever the names of the files are.
 */
export async function* eventsOf(
  paths: readonly string[],
  reader: RecordReader,
  counts: Counts,
): AsyncGenerator<readonly CloudTrailEvent[], void> {
  const waiting = await inOrder(paths);
  const open: Reading[] = [];
  for (;;) {
    const now = Math.min(...open.map(({ latest }) => latest));
    while (open.length < SIDE_BY_SIDE && waiting.length > 0 && (waiting[0]?.begins ?? 0) <= now + AHEAD) {
      const next = waiting.shift();
      if (next === undefined) break;
      open.push({ batches: batchesOf(next.path, reader, counts), latest: next.begins });
      if (now === Infinity) break;
    }
    const behind = open.reduce<Reading | null>(
      (least, each) => (least === null || each.latest < least.latest ? each : least),
      null,
    );
    if (behind === null) return;
    const { value, done } = await behind.batches.next();
    if (done === true) {
      open.splice(open.indexOf(behind), 1);
      continue;
    }
    for (const { at } of value) if (at !== null && at > behind.latest) behind.latest = at;
    yield value;
  }
}

async function inOrder(paths: readonly string[]): Promise<{ path: string; begins: number }[]> {
  const known: { path: string; begins: number }[] = [];
  for (const path of paths) known.push({ path, begins: await beginningOf(path).catch(() => 0) });
  return known.sort((a, b) => a.begins - b.begins || (a.path < b.path ? -1 : 1));
}

async function* batchesOf(
  path: string,
  reader: RecordReader,
  counts: Counts,
): AsyncGenerator<readonly CloudTrailEvent[], void> {
  const splitter = new Splitter();
  const texts = textOf(path);
  for (;;) {
    // Only what reading the file throws makes the file broken.
    const next = await texts.next().catch((error: unknown) => void counts.brokenFiles.push({ path, error }));
    if (next === undefined || next.done === true) break;
    const pieces: Pieces = { values: [], broken: [] };
    splitter.push(next.value, pieces);
    yield read(pieces, reader, counts);
  }
  const rest: Pieces = { values: [], broken: [] };
  splitter.end(rest);
  yield read(rest, reader, counts);
}

function read({ values, broken }: Pieces, reader: RecordReader, counts: Counts): readonly CloudTrailEvent[] {
  counts.unreadable += broken.length;
  const events: CloudTrailEvent[] = [];
  const take = (raw: unknown): void => {
    counts.records += 1;
    const event = reader.read(raw);
    if (event === null) counts.unreadable += 1;
    else events.push(event);
  };
  reader.approach(values);
  for (const value of values) {
    // Most values are records themselves.
    if (isRecord(value)) take(value);
    else for (const raw of recordsIn(value)) take(raw);
  }
  return events;
}
