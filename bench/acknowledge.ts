import { templatesFrom, type Key, type Template, type Templates } from './deliveries.ts';
import { figure, median, quantile, type Figure } from './figures.ts';
import { Load } from './load.ts';
import { Worker, type Measured } from './processes.ts';
import { Site, type TransportName } from './site.ts';
import type { AwsAnswer, AwsQuestion } from './workers/aws.ts';
import type { WritesAnswer, WritesQuestion } from './workers/writes.ts';

/** How much is measured. */
export interface AcknowledgePlan {
  /** Each with new processes and a new database. */
  readonly rounds: number;
  /** In each round, in turns with the floor. */
  readonly slices: number;
  readonly alone: number;
  readonly connectsAlone: number;
  readonly bursts: number;
  readonly warmUp: number;
}

export const BURST = 50;

type Act = 'help' | 'wrongField' | 'connect';
type At = 1 | typeof BURST;

export interface Samples {
  readonly rekey: number[];
  readonly bare: number[];
  readonly write: number[];
}

/** The same act for Rekey and for the floor. */
interface Pair {
  readonly rekey: Template;
  readonly bare: Template;
}

export const WORDS: Readonly<Record<Act, string>> = {
  help: '/aws-help',
  wrongField: 'form, a field wrong',
  connect: 'form, taken',
};

/**
 * Time to acknowledge, beside a bare Bolt app and one durable write, in the same rounds. `newDatabase` answers the URL
 * of one on PostgreSQL, or null for a file.
 */
export async function benchAcknowledge(
  transport: TransportName,
  plan: AcknowledgePlan,
  newDatabase: () => Promise<string | null>,
): Promise<Figure[]> {
  const rounds: Map<string, Samples>[] = [];
  let engine = 'sqlite';
  for (let round = 0; round < plan.rounds; round += 1) {
    const database = await newDatabase();
    if (database !== null) engine = 'postgres';
    rounds.push(await oneRound(transport, plan, database));
  }
  const acts: readonly Act[] = ['help', 'wrongField', 'connect'];
  return acts.flatMap((act) =>
    ([1, BURST] as const).flatMap((at) =>
      [0.5, 0.99].map((share) => figureOf(rounds, act, at, share, `${transport}, ${engine}`)),
    ),
  );
}

function figureOf(
  rounds: readonly Map<string, Samples>[],
  act: Act,
  at: At,
  share: number,
  where: string,
): Figure {
  const of = (who: keyof Samples): number[] =>
    rounds.map((round) => quantile(round.get(`${act} ${at}`)?.[who] ?? [], share));
  const percentile = `p${share * 100}`;
  const floor = { what: 'bare Bolt', rounds: of('bare') };
  const what = {
    bench: 'acknowledge',
    what: `${WORDS[act]}, ${at} at once, ${percentile} (${where})`,
    unit: 'ms',
  };
  if (share < 0.9) return figure(what, of('rekey'), floor);
  const most = median(of('bare')) + median(of('write'));
  return figure(what, of('rekey'), floor, { words: 'bare Bolt + one durable write', most });
}

async function oneRound(
  transport: TransportName,
  plan: AcknowledgePlan,
  database: string | null,
): Promise<Map<string, Samples>> {
  const aws = Worker.start<AwsQuestion, AwsAnswer>('aws');
  const connects = plan.warmUp + plan.slices * plan.connectsAlone + plan.slices * BURST;
  const { url, keys } = await aws.ask({ keys: connects });
  const [site, other] = [await Site.open(transport, url, database), await Site.open(transport, url)];
  const started: Measured[] = [];
  const writes = Worker.start<WritesQuestion, WritesAnswer>('writes', [
    database === null ? `file:${site.folder}/writes.db` : database,
  ]);
  try {
    const rekey = await site.startRekey();
    started.push(rekey, await other.startBareBolt());
    const load = new Load(site.slack, () => rekey.output);
    const round = new Round(load, new Load(other.slack), writes, plan);
    return await round.measure(await templatesFrom(site), keys);
  } finally {
    for (const each of [...started, writes, aws, site, other]) {
      await ('stop' in each ? each.stop() : each.close());
    }
  }
}

/** One pair of processes under the same load, in turns. */
export class Round {
  readonly #rekey: Load;
  readonly #bare: Load;
  readonly #writes: Worker<WritesQuestion, WritesAnswer>;
  readonly #plan: AcknowledgePlan;
  readonly #samples = new Map<string, Samples>();
  #connects = 0;

  constructor(rekey: Load, bare: Load, writes: Worker<WritesQuestion, WritesAnswer>, plan: AcknowledgePlan) {
    this.#rekey = rekey;
    this.#bare = bare;
    this.#writes = writes;
    this.#plan = plan;
  }

  /** `works`: whether what stands beside does the work of a taken form, too. */
  async measure(
    { help, wrongField, connect }: Templates,
    keys: readonly Key[],
    works: boolean = false,
  ): Promise<Map<string, Samples>> {
    const { warmUp, slices, alone, connectsAlone, bursts } = this.#plan;
    const same = (template: Template): Pair => ({ rekey: template, bare: template });
    const acts = { help: same(help), wrongField: same(wrongField) };
    const connecting = { rekey: connect(keys, true), bare: connect(keys, works) };
    const all = { ...acts, connect: connecting };
    for (const act of ['help', 'wrongField'] as const) {
      await this.#run(acts[act], 0, 5 * warmUp, null);
      await this.#run(acts[act], 0, 3, null, BURST);
    }
    await this.#run(connecting, this.#take(warmUp), warmUp, null);
    for (let slice = 0; slice < slices; slice += 1) {
      for (const act of ['help', 'wrongField'] as const) {
        await this.#run(all[act], 0, alone, this.#of(act, 1));
        await this.#run(all[act], 0, bursts, this.#of(act, BURST), BURST);
      }
      await this.#run(connecting, this.#take(connectsAlone), connectsAlone, this.#of('connect', 1));
      await this.#run(connecting, this.#take(BURST), 1, this.#of('connect', BURST), BURST);
    }
    return this.#samples;
  }

  /** The floor, Rekey and the write alone in turns: so often that what slows the machine slows all three. */
  async #run(pair: Pair, from: number, count: number, into: Samples | null, size: number = 1): Promise<void> {
    for (let turn = 0; turn < count; turn += 1) {
      const at = from + turn * size;
      into?.bare.push(...(await this.#bare.burst(pair.bare, at, size)));
      into?.rekey.push(...(await this.#rekey.burst(pair.rekey, at, size)));
      into?.write.push(...(await this.#writes.ask({ concurrent: size })));
    }
  }

  #take(count: number): number {
    const from = this.#connects;
    this.#connects += count;
    return from;
  }

  #of(act: Act, at: At): Samples {
    const name = `${act} ${at}`;
    const samples = this.#samples.get(name) ?? { rekey: [], bare: [], write: [] };
    this.#samples.set(name, samples);
    return samples;
  }
}
