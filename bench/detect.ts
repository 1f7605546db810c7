import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure, median, type Figure } from './figures.ts';
import { nodeOptionsOf } from './node-options.ts';
import { Worker } from './processes.ts';
import { writeTrail, type Layout } from './trail.ts';
import type { DetectAnswer, DetectQuestion } from './workers/detect.ts';

/** What Node.js is told of its memory where a replay runs; the floor runs without. */
const REPLAY_OPTIONS = nodeOptionsOf('replay');
/** The share of the floor's speed to reach. */
const GOAL_SHARE = 0.6;
/** How much more memory the most records may take than a window full of them, and a record of many keys than of few. */
const FLAT = 1.25;
/** Millions of records take a while. */
const MEMORY_ROUNDS = 1;

export interface DetectPlan {
  readonly rounds: number;
  readonly records: number;
  /** From a window full of records to the most. */
  readonly memory: readonly [few: number, many: number];
  readonly keys: readonly [few: number, many: number];
}

/** What it takes to judge a record, beside what it takes to unpack and parse it; and that neither records nor keys add up. */
export async function benchDetect(plan: DetectPlan): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'rekey-bench-'));
  try {
    return [
      await speed(folder, 'trail', plan),
      await speed(folder, 'lines', plan),
      await memory(folder, plan),
      await keys(folder, plan),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function speed(folder: string, layout: Layout, { rounds, records }: DetectPlan): Promise<Figure> {
  const path = await file(folder, { records, keys: 200, layout });
  const [judged, parsed]: [number[], number[]] = [[], []];
  // Each in its own process, warmed up with one file as a watcher is.
  await using(async (detector) => {
    await using(async (floor) => {
      await detector.ask({ path, what: 'detect' });
      await floor.ask({ path, what: 'floor' });
      for (let round = 0; round < rounds; round += 1) {
        judged.push(rateOf(await detector.ask({ path, what: 'detect' })));
        parsed.push(rateOf(await floor.ask({ path, what: 'floor' })));
      }
    }, []);
  });
  const name = layout === 'trail' ? "a trail's file" : 'JSON lines';
  const floor = { what: 'gunzip and JSON.parse', rounds: parsed };
  const named = what(`records a second, from gzip to signals (${name})`, 'per s');
  return figure(named, judged, floor, {
    words: `${GOAL_SHARE} of the floor's speed`,
    least: median(parsed) * GOAL_SHARE,
  });
}

/** Records a second of processor time. */
function rateOf({ cost }: DetectAnswer): number {
  return 1_000_000 / cost;
}

async function memory(folder: string, { rounds, memory: [few, many] }: DetectPlan): Promise<Figure> {
  const held: [number[], number[]] = [[], []];
  for (const [place, records] of [few, many].entries()) {
    const path = await file(folder, { records, keys: 200, layout: 'trail' });
    for (let round = 0; round < Math.min(rounds, MEMORY_ROUNDS); round += 1) {
      held[place]?.push(await using(async (worker) => (await worker.ask({ path, what: 'detect' })).mostMb));
    }
    rmSync(path);
  }
  const floor = { what: `${few.toLocaleString('en')} records`, rounds: held[0] };
  const most = Math.min(...held[0]) * FLAT;
  return figure(what(`the most memory, ${many.toLocaleString('en')} records`, 'MB'), held[1], floor, {
    words: `${FLAT} times`,
    most,
  });
}

async function keys(folder: string, { rounds, records, keys: [few, many] }: DetectPlan): Promise<Figure> {
  const costs: [number[], number[]] = [[], []];
  for (const [place, count] of [few, many].entries()) {
    const path = await file(folder, { records, keys: count, layout: 'trail' });
    await using(async (worker) => {
      await worker.ask({ path, what: 'detect' });
      for (let round = 0; round < rounds; round += 1)
        costs[place]?.push((await worker.ask({ path, what: 'detect' })).cost);
    });
  }
  const floor = { what: `${few} keys`, rounds: costs[0] };
  const alone = figure(what(`a record, of ${many.toLocaleString('en')} keys`, 'µs'), costs[1], floor);
  return figure(what(alone.what, 'µs'), costs[1], floor, {
    words: `${FLAT} times`,
    most: (alone.floor?.value ?? 0) * FLAT,
  });
}

function what(text: string, unit: string): { bench: string; what: string; unit: string } {
  return { bench: 'detect', what: text, unit };
}

async function file(folder: string, shape: Parameters<typeof writeTrail>[1]): Promise<string> {
  const path = join(folder, `${shape.layout}-${shape.records}-${shape.keys}.gz`);
  await writeTrail(path, shape);
  return path;
}

/** A worker for as long as `use` runs. */
async function using<Result>(
  use: (worker: Worker<DetectQuestion, DetectAnswer>) => Promise<Result>,
  options: readonly string[] = REPLAY_OPTIONS,
): Promise<Result> {
  const worker = Worker.start<DetectQuestion, DetectAnswer>('detect', [], options);
  try {
    return await use(worker);
  } finally {
    await worker.stop();
  }
}
