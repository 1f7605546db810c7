import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStores } from '../db/open.ts';
import { systemClock } from '../src/clock.ts';
import { createIds } from '../src/crypto/ids.ts';
import { parseMasterKeys } from '../src/crypto/master-key.ts';
import { createSealer } from '../src/crypto/sealer.ts';
import { createLog } from '../src/log.ts';
import { templatesFrom } from './deliveries.ts';
import { figure, median, type Figure } from './figures.ts';
import { connectionFor, fillInventory } from './inventory-rows.ts';
import { Load } from './load.ts';
import { Worker, type Measured } from './processes.ts';
import { entries, Site } from './site.ts';
import type { AwsAnswer, AwsQuestion } from './workers/aws.ts';

const START_GOAL_MS = 2_000;
const START_GOAL_TIMES = 3;
const MEMORY_GOAL_MB = 250;

/** From the start of a process to ready, on a database that is there, beside a bare Bolt app. */
export async function benchStart({ rounds }: { readonly rounds: number }): Promise<Figure[]> {
  const aws = Worker.start<AwsQuestion, AwsAnswer>('aws');
  const { url } = await aws.ask({ keys: 0 });
  const site = await Site.open('socket', url);
  const took = new Map<string, number[]>();
  const once = async (name: string, start: () => Promise<Measured>): Promise<void> => {
    const started = await start();
    await started.stop();
    took.set(name, [...(took.get(name) ?? []), started.readyMs]);
  };
  try {
    const first = await site.startRekey();
    await first.stop();
    for (let round = 0; round < rounds; round += 1) {
      await once('bare', () => site.startBareBolt());
      for (const { name, args } of entries()) await once(name, () => site.startRekey(args));
    }
  } finally {
    await site.close();
    await aws.stop();
  }
  const bare = took.get('bare') ?? [];
  const floor = { what: 'bare Bolt', rounds: bare };
  const most = Math.min(START_GOAL_MS, START_GOAL_TIMES * median(bare));
  return entries().map(({ name }) =>
    figure(
      { bench: 'start', what: `process start to ready (${name})`, unit: 'ms' },
      took.get(name) ?? [],
      floor,
      {
        words: '2 s, and 3 times bare Bolt',
        most,
      },
    ),
  );
}

/** How long a process rests before its memory is read, how much it is used, and how often. */
export interface MemoryPlan {
  readonly rounds: number;
  readonly restMs: number;
  readonly commands: number;
  readonly connects: number;
  /** How many keys the database of a large inventory holds. */
  readonly keys: number;
}

/** Resident memory of a production start, idle and after use, beside a bare Bolt app. */
export async function benchMemory(plan: MemoryPlan): Promise<Figure[]> {
  const rounds: Map<string, number>[] = [];
  for (let round = 0; round < plan.rounds; round += 1) rounds.push(await memoryOnce(plan));
  const of = (name: string): number[] => rounds.map((each) => each.get(name) ?? 0);
  const used = `after ${plan.commands.toLocaleString('en')} commands and ${plan.connects} connects`;
  const production = entries().at(-1)?.name;
  return entries().flatMap(({ name }) => {
    const goal = name === production ? { words: 'under 250 MB', most: MEMORY_GOAL_MB } : null;
    return [
      figure(
        { bench: 'memory', what: `resident, idle (${name})`, unit: 'MB' },
        of(`${name} idle`),
        { what: 'bare Bolt', rounds: of('bare idle') },
        goal,
      ),
      figure(
        { bench: 'memory', what: `resident, ${used} (${name})`, unit: 'MB' },
        of(`${name} used`),
        { what: 'bare Bolt', rounds: of('bare used') },
        goal,
      ),
      figure(
        { bench: 'memory', what: `resident, ${plan.keys.toLocaleString('en')} keys (${name})`, unit: 'MB' },
        of(`${name} keys`),
        { what: 'bare Bolt', rounds: of('bare idle') },
        goal,
      ),
    ];
  });
}

async function memoryOnce(plan: MemoryPlan): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const aws = Worker.start<AwsQuestion, AwsAnswer>('aws');
  const measure = async (name: string, start: (site: Site) => Promise<Measured>): Promise<void> => {
    const { url, keys } = await aws.ask({ keys: plan.connects });
    const [site, model] = [await Site.open('socket', url), await Site.open('socket', url)];
    const started = await start(site);
    try {
      await sleep(plan.restMs);
      found.set(`${name} idle`, residentMb(started.pid));
      const rekey = name === 'bare' ? await model.startRekey() : null;
      const templates = await templatesFrom(rekey === null ? site : model);
      await rekey?.stop();
      const load = new Load(site.slack);
      for (let done = 0; done < plan.commands; done += 50) await load.burst(templates.help, 0, 50);
      for (let at = 0; at < plan.connects; at += 1) {
        await load.burst(templates.connect(keys, name !== 'bare'), at, 1);
      }
      await sleep(plan.restMs);
      found.set(`${name} used`, residentMb(started.pid));
    } finally {
      await started.stop();
      await site.close();
      await model.close();
    }
  };
  try {
    await measure('bare', (site) => site.startBareBolt());
    for (const { name, args } of entries()) await measure(name, (site) => site.startRekey(args));
    const { url } = await aws.ask({ keys: 0 });
    for (const { name, args } of entries()) found.set(`${name} keys`, await withKeys(plan, url, args));
  } finally {
    await aws.stop();
  }
  return found;
}

/** The same at rest, with a large inventory in its database. */
async function withKeys(plan: MemoryPlan, awsUrl: string, args: readonly string[]): Promise<number> {
  const site = await Site.open('socket', awsUrl);
  try {
    const log = createLog({ level: 'silent' });
    const stores = await openStores({ url: site.database, exclusive: true, clock: systemClock, log });
    const from = { accountId: '111122223333', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x' };
    const sealer = createSealer(parseMasterKeys(site.masterKey));
    const ids = createIds(systemClock);
    await stores.atomically(connectionFor({ stores, ids, clock: systemClock, sealer }, from));
    await fillInventory(stores, from.accountId, plan.keys, Date.now());
    await stores.close();
    const started = await site.startRekey(args);
    try {
      await sleep(plan.restMs);
      return residentMb(started.pid);
    } finally {
      await started.stop();
    }
  } finally {
    await site.close();
  }
}

function residentMb(pid: number): number {
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes.trim()) / 1_024;
}
