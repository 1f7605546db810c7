import { parseArgs } from 'node:util';
import { UsageError } from '../src/cli/usage-error.ts';

/** The benches, in the order they run. */
export const BENCHES = [
  'acknowledge-socket',
  'acknowledge-http',
  'acknowledge-postgres',
  'start',
  'memory',
  'jobs-sqlite',
  'jobs-postgres',
  'seal',
  'verify',
  'inventory',
  'detect',
] as const;

export type BenchName = (typeof BENCHES)[number];

export interface BenchOptions {
  /** Few samples: shows that everything runs; its figures say little. */
  readonly short: boolean;
  readonly only: readonly BenchName[];
  /** Where the figures are written as JSON; null: bench/results.json beside the code. */
  readonly json: string | null;
}

/** Reads the command line. Throws a usage error. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
    },
  });
  const only = values.only.map((name) => {
    const known = BENCHES.find((each) => each === name);
    if (known === undefined) {
      throw new UsageError(`there is no bench ${JSON.stringify(name)}; one of: ${BENCHES.join(', ')}`);
    }
    return known;
  });
  return { short: values.short, only: only.length === 0 ? BENCHES : only, json: values.json ?? null };
}
