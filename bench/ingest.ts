import { setTimeout as sleep } from 'node:timers/promises';
import { BURST, Round, WORDS, type AcknowledgePlan, type Samples } from './acknowledge.ts';
import { templatesFrom } from './deliveries.ts';
import { figure, median, quantile, type Figure } from './figures.ts';
import { Load } from './load.ts';
import { Worker, type Measured } from './processes.ts';
import { Site } from './site.ts';
import type { AwsAnswer, AwsQuestion } from './workers/aws.ts';
import type { WritesAnswer, WritesQuestion } from './workers/writes.ts';

/** Events of one look-up. */
const PAGE = 50;

/** How much is taken in meanwhile, and how much is measured. */
export interface IngestPlan extends AcknowledgePlan {
  /** Each is read at the pace AWS allows: 50 events a second in each of six regions. */
  readonly accounts: number;
  readonly events: number;
}

/**
 * Time to acknowledge while the history of accounts is taken in, beside a Rekey that watches nothing, in turns; each
 * with a database of its own.
 */
export async function benchIngest(plan: IngestPlan): Promise<Figure[]> {
  const rounds: Map<string, Samples>[] = [];
  const perSecond: number[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    const { samples, events } = await oneRound(plan);
    rounds.push(samples);
    perSecond.push(events);
  }
  const acts = ['help', 'connect'] as const;
  return [
    figure({ bench: 'ingest', what: 'events taken in meanwhile', unit: 'per s' }, perSecond, null),
    ...acts.flatMap((act) => ([1, BURST] as const).map((at) => figureOf(rounds, act, at))),
  ];
}

function figureOf(rounds: readonly Map<string, Samples>[], act: 'help' | 'connect', at: number): Figure {
  const of = (who: keyof Samples): number[] =>
    rounds.map((round) => quantile(round.get(`${act} ${at}`)?.[who] ?? [], 0.99));
  return figure(
    { bench: 'ingest', what: `${WORDS[act]}, ${at} at once, p99 during ingest (http, sqlite)`, unit: 'ms' },
    of('rekey'),
    { what: 'without ingest', rounds: of('bare') },
    { words: 'without ingest + one durable write', most: median(of('bare')) + median(of('write')) },
  );
}

async function oneRound(plan: IngestPlan): Promise<{ samples: Map<string, Samples>; events: number }> {
  const aws = Worker.start<AwsQuestion, AwsAnswer>('aws');
  const connects = plan.warmUp + plan.slices * plan.connectsAlone + plan.slices * BURST;
  const { accounts, events } = plan;
  const { url, keys, watchers } = await aws.ask({ keys: connects, busy: { accounts, events } });
  const [site, other] = [await Site.open('http', url), await Site.open('http', url)];
  const started: Measured[] = [];
  const writes = Worker.start<WritesQuestion, WritesAnswer>('writes', [`file:${site.folder}/writes.db`]);
  try {
    const [busy, idle] = [await site.startRekey(), await other.startRekey()];
    started.push(busy, idle);
    const load = new Load(site.slack, () => busy.output);
    const without = new Load(other.slack, () => idle.output);
    const templates = await templatesFrom(site);
    await load.burst(templates.connect(watchers, true), 0, watchers.length);
    // Until every region is being read.
    await sleep(3_000);
    await aws.ask({ keys: 0, forget: true });
    const from = performance.now();
    const round = new Round(load, without, writes, plan);
    const samples = await round.measure(templates, keys, true);
    const { lookUps } = await aws.ask({ keys: 0 });
    return { samples, events: (lookUps * PAGE * 1_000) / (performance.now() - from) };
  } finally {
    for (const each of [...started, writes, aws, site, other]) {
      await ('stop' in each ? each.stop() : each.close());
    }
  }
}
