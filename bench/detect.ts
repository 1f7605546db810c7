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
/** So often is a file taken in before it counts: for the first of them, programs are still compiled. */
const WARM_UPS = 3;
/** Millions of records take a while. */
const MEMORY_ROUNDS = 1;

export interface DetectPlan {
  readonly rounds: number;
  readonly records: number;
  /** From a window full of records to the most. */
  readonly memory: readonly [few: number, many: number];
  readonly keys: { readonly few: number; readonly many: number; readonly records: number };
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
  // Each in its own process, warmed up as a watcher is.
  await using(async (detector) => {
    await using(async (floor) => {
      for (let time = 0; time < WARM_UPS; time += 1) {
        await detector.ask({ path, what: 'detect' });
        await floor.ask({ path, what: 'floor' });
      }
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

/**
 * What a record costs when it may be of any of many keys. A file of many keys packs worse and holds more different texts:
 * what it takes to unpack and parse it is measured apart, and what that costs more is no fault of whoever judges.
 *
 * Each round has processes of its own: of two that do the same, one may be slower from its beginning to its end.
 */
async function keys(folder: string, { rounds, records, keys: plan }: DetectPlan): Promise<Figure> {
  const [few, many] = [await costsOf(plan.few), await costsOf(plan.many)];
  for (let round = 0; round < rounds; round += 1) for (const each of [few, many]) await each.take();
  const more = Math.max(0, median(many.parsed) - median(few.parsed));
  const floor = { what: `${plan.few} keys`, rounds: few.judged };
  return figure(what(`a record, of ${plan.many.toLocaleString('en')} keys`, 'µs'), many.judged, floor, {
    words: `${FLAT} times, and the ${more.toFixed(1)} µs that unpacking and parsing alone takes more`,
    most: median(few.judged) * FLAT + more,
  });

  /** What a record costs where there are so many keys, by processes that one file has warmed up. */
  async function costsOf(count: number): Promise<Costs> {
    const path = await file(folder, { records: plan.records, keys: count, layout: 'trail' });
    const warmUp = await file(folder, { records, keys: count, layout: 'trail' });
    const costs: Costs = {
      judged: [],
      parsed: [],
      async take() {
        costs.judged.push(await costOf({ path, what: 'detect' }, warmUp, REPLAY_OPTIONS));
        costs.parsed.push(await costOf({ path: warmUp, what: 'floor' }, warmUp, []));
      },
    };
    return costs;
  }
}

/** Microseconds of processor time for each record, in a process of its own. */
async function costOf(question: DetectQuestion, warmUp: string, options: readonly string[]): Promise<number> {
  return using(async (worker) => {
    await worker.ask({ ...question, path: warmUp });
    return (await worker.ask(question)).cost;
  }, options);
}

/** Microseconds of processor time for each record, round by round. */
interface Costs {
  readonly judged: number[];
  readonly parsed: number[];
  take(): Promise<void>;
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
