import { parseArgs } from 'node:util';
import { UsageError } from '../src/cli/usage-error.ts';

/** The benches, in the order they run. */
export const BENCHES = [
  'acknowledge-socket',
  'acknowledge-http',
  'acknowledge-postgres',
  'ingest',
  'start',
  'memory',
  'jobs-sqlite',
  'jobs-postgres',
  'seal',
  'verify',
  'inventory',
  'rotation',
  'contain',
  'detect',
] as const;

export type BenchName = (typeof BENCHES)[number];

export interface BenchOptions {
  /** Few samples: shows that everything runs; its figures say little. */
  readonly short: boolean;
  readonly only: readonly BenchName[];
  /** Where the figures are written as JSON; null: bench/results.json beside the code. */
  readonly json: string | null;
  /** How many records the memory of detection is measured with; null: what the plan says. */
  readonly most: number | null;
}

/** Reads the command line. Throws a usage error. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      most: { type: 'string' },
    },
  });
  const only = values.only.map((name) => {
    const known = BENCHES.find((each) => each === name);
    if (known === undefined) {
      throw new UsageError(`there is no bench ${JSON.stringify(name)}; one of: ${BENCHES.join(', ')}`);
    }
    return known;
  });
  const most = values.most === undefined ? null : Number(values.most);
  if (most !== null && !(Number.isInteger(most) && most > 0 && most <= 100_000_000)) {
    throw new UsageError('--most takes a number of records', 'such as --only detect --most 10000000');
  }
  return { most, short: values.short, only: only.length === 0 ? BENCHES : only, json: values.json ?? null };
}
