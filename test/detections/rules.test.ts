import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Detector } from '../../src/detections/detector.ts';
import { isWanted } from '../../src/detections/evaluate.ts';
import { ALICE_KEY } from '../../src/detections/example.ts';
import { RecordReader } from '../../src/detections/record.ts';
import { RULES } from '../../src/detections/registry.ts';
import type { Example, RawRecord } from '../../src/detections/rule.ts';
import type { Signal } from '../../src/detections/signal.ts';
import { exampleLookUp } from './look-up.ts';

const reader = new RecordReader(isWanted);

function read(raw: RawRecord) {
  const event = reader.read(raw);
  if (event === null) throw new Error(`Not a record: ${JSON.stringify(raw)}`);
  return event;
}

function signalsOf({ learned = [], records, note }: Example): readonly Signal[] {
  const detector = new Detector({
    lookUp: exampleLookUp,
    noteOf: (keyId) => (keyId === ALICE_KEY ? (note ?? null) : null),
  });
  for (const raw of learned) detector.learn(read(raw));
  detector.profileOf(ALICE_KEY).recent.keepOnly(new Set(['roles', 'secrets', 'parameters', 'found']));
  return records.flatMap((raw) => detector.judge(read(raw)));
}

const cases = (which: 'fires' | 'quiet') =>
  RULES.flatMap((rule) => rule.examples()[which].map((example) => ({ rule: rule.id, ...example })));

describe('every rule', () => {
  it.each(cases('fires'))('$rule fires: $why', ({ rule, ...example }) => {
    expect(signalsOf(example).map((signal) => signal.rule)).toContain(rule);
  });

  it.each(cases('quiet'))('$rule stays quiet: $why', ({ rule, ...example }) => {
    expect(signalsOf(example).map((signal) => signal.rule)).not.toContain(rule);
  });

  it('is named by its file, and registered once', () => {
    const files = readdirSync(new URL('../../src/detections/rules', import.meta.url));
    expect(RULES.map(({ id }) => `${id}.ts`).sort()).toEqual(files.sort());
  });

  it('says what people need', () => {
    for (const rule of RULES) {
      expect(rule.technique).toMatch(/^T\d{4}(?:\.\d{3})?$/);
      for (const text of [rule.title, rule.whatToDo, rule.falseAlarms]) expect(text).toMatch(/^["A-Z].{8,}/);
      expect(rule.whatToDo).toMatch(/\.$/);
      expect(
        rule.actions.length + (rule.triggers?.length ?? 0) + (rule.matches === undefined ? 0 : 1),
      ).toBeGreaterThan(0);
      for (const action of rule.actions) expect(action).toMatch(/^[a-z0-9-]+:[A-Z]\w+$/);
    }
  });

  it('makes each signal once, whoever asks again', () => {
    const ids = cases('fires').map((example) => signalsOf(example).map(({ id }) => id));
    for (const each of ids) expect(new Set(each).size).toBe(each.length);
  });
});
