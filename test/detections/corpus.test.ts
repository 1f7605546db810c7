// Real records of attacks and of ordinary days that lie outside of this repository: REKEY_CORPUS names their folder.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { RecordReader, recordsIn } from '../../src/detections/record.ts';
import type { RawRecord } from '../../src/detections/rule.ts';
import type { Signal } from '../../src/detections/signal.ts';
import { isAtLeast } from '../../src/domain/notice.ts';
import { createLookUp } from '../../src/enrichment/look-up.ts';
import { replay } from '../../src/replay/replay.ts';
import { mutated } from './mutated.ts';
import { seeded } from './month.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const corpus = process.env['REKEY_CORPUS'] ?? '';

interface Described {
  readonly file: string;
  readonly attack_events: Readonly<Record<string, readonly string[]>>;
}

async function signalsOf(
  paths: readonly string[],
  learn: readonly string[] = [],
): Promise<readonly Signal[]> {
  const signals: Signal[] = [];
  const lookUp = createLookUp((error) => {
    throw error;
  });
  await replay({ learn, paths, lookUp, onSignal: (signal) => void signals.push(signal) });
  return signals;
}

const isMedium = ({ severity }: Signal): boolean => isAtLeast(severity, 'medium');
const folder = (name: string): string[] =>
  readdirSync(join(corpus, name)).map((file) => join(corpus, name, file));

describe.runIf(corpus !== '')('on real records', () => {
  it('each single attack is seen, and is medium at least', async () => {
    const missed: string[] = [];
    for (const file of folder('stratus')) {
      const signals = await signalsOf([file]);
      if (!signals.some(isMedium)) missed.push(file);
    }
    expect(folder('stratus')).toHaveLength(23);
    expect(missed).toEqual([]);
  });

  describe('an hour of attacks among other work', () => {
    const attacked = join(corpus, 'invictus/stratus-run-20230710.jsonl');
    const background = join(corpus, 'invictus/background-only.jsonl');

    /** What the infrastructure tool does in the background, as normal. */
    function infrastructure(): string {
      const file = join(temporaryFolder(), 'learn.jsonl');
      const lines = readFileSync(background, 'utf8')
        .split('\n')
        .filter((line) => line.includes('Terraform/'));
      writeFileSync(file, lines.join('\n'));
      return file;
    }

    it.each([false, true])('is seen attack by attack (with the tool learned: %s)', async (learned) => {
      const index = JSON.parse(readFileSync(join(corpus, 'index.json'), 'utf8')) as {
        files: readonly Described[];
      };
      const attacks = Object.entries(
        index.files.find(({ file }) => attacked.endsWith(file))?.attack_events ?? {},
      );
      const signals = await signalsOf([attacked], learned ? [infrastructure()] : []);
      const medium = new Set(signals.filter(isMedium).map(({ eventID }) => eventID));
      const missed = attacks.filter(([, ids]) => !ids.some((id) => medium.has(id))).map(([name]) => name);
      expect(attacks).toHaveLength(26);
      expect(missed).toEqual([]);
    });

    it('leaves the work without attacks quiet', async () => {
      expect((await signalsOf([background], [infrastructure()])).length).toBeLessThanOrEqual(10);
    });
  });

  it('people in the console are quiet', async () => {
    expect((await signalsOf(folder('grycap'))).filter(isMedium)).toEqual([]);
    let signals = 0;
    for (const session of folder('console-sessions'))
      signals += (await signalsOf([session])).filter(isMedium).length;
    expect(signals / folder('console-sessions').length).toBeLessThanOrEqual(0.3);
  });

  it('stop nothing when a value in them is replaced by a hostile one', () => {
    const random = seeded(5);
    const reader = new RecordReader(isWanted);
    const detector = new Detector();
    let judged = 0;
    for (const file of ['invictus', 'grycap', 'traildiscover', 'splunk', 'stratus'].flatMap(folder)) {
      for (const line of readFileSync(file, 'utf8').split('\n').slice(0, 700)) {
        if (line === '') continue;
        for (const raw of recordsIn(mutated(JSON.parse(line) as RawRecord, random))) {
          const event = reader.read(raw);
          if (event === null) continue;
          judged += 1;
          for (const { facts } of detector.judge(event)) {
            for (const fact of Object.values(facts)) expect(fact).not.toMatch(/[\p{Cc}\p{Cf}]/u);
          }
        }
      }
    }
    expect(judged).toBeGreaterThan(1_000);
  });

  it('names of data sets and their tools do not matter', () => {
    const sources = ['', 'rules'].flatMap((place) => {
      const where = new URL(`../../src/detections/${place}`, import.meta.url);
      return readdirSync(where, { withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    });
    for (const name of ['stratus', 'invictus', 'grimoire', 'bert-jan', 'traildiscover', 'malicious-']) {
      expect(sources.filter((source) => source.toLowerCase().includes(name))).toEqual([]);
    }
  });
});
