// From packed records to signals, and what that cannot do without: to unpack and to parse them.
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createLookUp } from '../../src/enrichment/look-up.ts';
import { replay } from '../../src/replay/replay.ts';
import { answering } from './answering.ts';

export interface DetectQuestion {
  readonly path: string;
  readonly what: 'detect' | 'floor';
}

/** Processor time counts, on whatever cores: a busy machine makes everything take longer. */
export interface DetectAnswer {
  readonly records: number;
  /** Microseconds of processor time for each record. */
  readonly cost: number;
  /** The most this process ever held; MB. */
  readonly mostMb: number;
}

const lookUp = createLookUp((error) => {
  throw error;
});

/** Unpacks and parses in the plainest way: a trail at once, JSON lines line by line. */
function unpackAndParse(path: string): number {
  const text = gunzipSync(readFileSync(path)).toString();
  if (text.startsWith('{"Records":')) return (JSON.parse(text) as { Records: unknown[] }).Records.length;
  const lines = text.split('\n').filter((line) => line !== '');
  let records = 0;
  for (const line of lines) if (typeof JSON.parse(line) === 'object') records += 1;
  return records;
}

async function detect(path: string): Promise<number> {
  const { judged } = await replay({ learn: [], paths: [path], lookUp, onSignal: () => undefined });
  return judged.records;
}

answering(async ({ path, what }: DetectQuestion): Promise<DetectAnswer> => {
  const before = process.cpuUsage();
  const records = what === 'floor' ? unpackAndParse(path) : await detect(path);
  const { user, system } = process.cpuUsage(before);
  return { records, cost: (user + system) / records, mostMb: process.resourceUsage().maxRSS / 1_024 };
});
