import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Terminal } from '../src/cli.ts';
import { benchAcknowledge } from './acknowledge.ts';
import { benchContain } from './contain.ts';
import { benchDetect } from './detect.ts';
import type { Figure } from './figures.ts';
import { benchIngest } from './ingest.ts';
import { benchInventory } from './inventory.ts';
import { readOptions, type BenchName } from './options.ts';
import { FULL, SHORT, type Plan } from './plan.ts';
import { Postgres } from './postgres.ts';
import { benchRotation } from './rotation.ts';
import { entries } from './site.ts';
import { benchMemory, benchStart } from './start.ts';
import { tableOf } from './table.ts';
import { benchJobs, benchSeal, benchVerify, withFile } from './throughput.ts';

const RESULTS = fileURLToPath(new URL('./results.json', import.meta.url));

/** Where benches that need PostgreSQL find one; it is started when the first asks. */
type NewDatabase = () => Promise<string>;

const RUN: Readonly<Record<BenchName, (plan: Plan, postgres: NewDatabase) => Promise<Figure[]>>> = {
  'acknowledge-socket': ({ acknowledge }) => benchAcknowledge('socket', acknowledge, onFile),
  'acknowledge-http': ({ acknowledge }) => benchAcknowledge('http', acknowledge, onFile),
  'acknowledge-postgres': ({ acknowledge }, database) => benchAcknowledge('http', acknowledge, database),
  ingest: ({ ingest }) => benchIngest(ingest),
  start: ({ start }) => benchStart(start),
  memory: ({ memory }) => benchMemory(memory),
  'jobs-sqlite': ({ jobs }) => withFile((place) => benchJobs(place, jobs.sqlite)),
  'jobs-postgres': async ({ jobs }, database) =>
    benchJobs({ engine: 'postgres', url: await database() }, jobs.postgres),
  seal: async ({ seal }) => [await benchSeal(seal)],
  verify: ({ verify }) => benchVerify(verify),
  inventory: ({ inventory }) => benchInventory(inventory),
  rotation: ({ rotation }) => benchRotation(rotation),
  contain: async ({ contain }, database) => [
    ...(await benchContain(contain, onFile)),
    ...(await benchContain(contain, database)),
  ],
  detect: ({ detect }) => benchDetect(detect),
};

function onFile(): Promise<null> {
  return Promise.resolve(null);
}

function withMost(plan: Plan, most: number | null): Plan {
  if (most === null) return plan;
  const [few] = plan.detect.memory;
  return { ...plan, detect: { ...plan.detect, memory: [few, most] } };
}

/** `npm run bench`: prints the figures as a table and writes them as JSON. */
export async function bench(args: readonly string[], terminal: Terminal): Promise<void> {
  const { only, short, json, most } = readOptions(args);
  const plan = withMost(short ? SHORT : FULL, most);
  const figures: Figure[] = [];
  let server: Promise<Postgres> | null = null;
  const postgres: NewDatabase = async () => {
    server ??= Postgres.start();
    return (await server).database();
  };
  try {
    for (const name of only) {
      terminal.err(`bench: ${name}\n`);
      figures.push(...(await RUN[name](plan, postgres)));
    }
  } finally {
    const started = server as Promise<Postgres> | null;
    await (await started)?.stop();
  }
  const bundle = entries().some(({ name }) => name === 'bundle');
  terminal.out(`${tableOf(figures)}\n`);
  if (!bundle) terminal.out('The bundle is not built: run npm run build to have its figures too.\n');
  const about = {
    at: new Date().toISOString(),
    short,
    bundle,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
  };
  writeFileSync(json ?? RESULTS, `${JSON.stringify({ ...about, figures }, null, 2)}\n`);
}
