import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { figure, median, quantile, type Figure } from '../bench/figures.ts';
import { bench } from '../bench/main.ts';
import { BENCH_WINDOW, Load } from '../bench/load.ts';
import { BENCHES, readOptions } from '../bench/options.ts';
import { tableOf } from '../bench/table.ts';
import type { SlackStandIn } from '../sandbox/slack/stand-in.ts';
import { isUsageError } from '../src/cli/usage-error.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

async function run(...only: readonly string[]): Promise<{ out: string; figures: readonly Figure[] }> {
  const json = join(temporaryFolder(), 'figures.json');
  let out = '';
  const terminal = { env: {}, out: (text: string) => void (out += text), err: () => undefined };
  await bench(['--short', '--json', json, ...only.flatMap((name) => ['--only', name])], terminal);
  const { figures } = JSON.parse(readFileSync(json, 'utf8')) as { figures: readonly Figure[] };
  return { out, figures };
}

describe('npm run bench', () => {
  it('prints a table and writes the same figures as JSON', async () => {
    const { out, figures } = await run('seal', 'verify', 'start');
    expect(out).toMatch(/^bench +figure +Rekey/);
    expect(new Set(figures.map((each) => each.bench))).toEqual(new Set(['seal', 'verify', 'start']));
    for (const each of figures) {
      expect(each.value).toBeGreaterThan(0);
      expect(out).toContain(each.what);
    }
    expect(figures.find((each) => each.what.includes('ready'))?.floor?.what).toBe('bare Bolt');
  }, 180_000);

  it('measures acknowledgements of both kinds of process, one and fifty at once', async () => {
    const { figures } = await run('acknowledge-http');
    const p99 = figures.filter((each) => each.what.includes('p99'));
    expect(p99).toHaveLength(6);
    for (const { floor, goal, value } of p99) {
      expect(goal?.most).toBeGreaterThan(floor?.value ?? Infinity);
      expect(goal?.met).toBe(value <= (goal?.most ?? 0));
    }
  }, 180_000);

  it('holds the calls of sweeps to their formulas', async () => {
    const { figures } = await run('inventory');
    const calls = figures.filter((each) => each.unit === 'calls');
    expect(calls).toHaveLength(2);
    for (const { ratio, goal } of calls) {
      expect(goal?.met).toBe(true);
      expect(ratio).toBeLessThanOrEqual(1);
    }
  }, 180_000);

  it('holds the calls of a rotation to the least that does the same', async () => {
    const { figures } = await run('rotation');
    const calls = figures.find((each) => each.unit === 'calls');
    expect(calls?.goal?.met).toBe(true);
    expect(calls?.ratio).toBeGreaterThan(1);
    expect(figures.find((each) => each.unit === 's')?.goal?.met).toBe(true);
  }, 180_000);

  it('times containments beside the calls alone, one and several at once, on both engines', async () => {
    const { figures } = await run('contain');
    expect(new Set(figures.map(({ what }) => what)).size).toBe(16);
    expect(figures).toHaveLength(16);
    for (const engine of ['sqlite', 'postgres']) {
      const sent = figures.filter(({ what, goal }) => what.includes(engine) && goal !== null);
      expect(sent).toHaveLength(2);
      for (const { value, floor, goal } of sent) {
        expect(goal?.most).toBeCloseTo((floor?.value ?? 0) + 150, 3);
        expect(goal?.met).toBe(value <= (goal?.most ?? 0));
      }
    }
  }, 180_000);

  it('judges records beside parsing them', async () => {
    const { figures } = await run('detect');
    expect(figures.map((each) => each.unit)).toEqual(['per s', 'per s', 'MB', 'µs']);
    for (const { what, value, floor, ratio, goal } of figures.slice(0, 2)) {
      expect([what, floor?.what]).toEqual([
        expect.stringContaining('records a second, from gzip to signals'),
        'gunzip and JSON.parse',
      ]);
      expect(ratio).toBeCloseTo(value / (floor?.value ?? 0));
      expect(goal?.least).toBeCloseTo(0.6 * (floor?.value ?? 0));
      expect(goal?.met).toBe(value >= (goal?.least ?? Infinity));
    }
  }, 180_000);

  it('counts empty jobs on a file', async () => {
    const { figures } = await run('jobs-sqlite');
    expect(figures.map((each) => each.unit)).toEqual(['per s', 'per s']);
  }, 180_000);
});

describe('its load', () => {
  /** A Slack to which one delivery of each burst comes too late, so that no work begins. */
  class LateSlack {
    readonly received: { method: string; args: Record<string, unknown> }[] = [];
    readonly sent: unknown[] = [];
    readonly defects: unknown[] = [];
    #deliveries = 0;

    sendRaw(): Promise<{ outcome: 'ack' | 'timeout' }> {
      this.#deliveries += 1;
      if (this.#deliveries % 3 === 0) return Promise.resolve({ outcome: 'timeout' });
      const outcome = { method: 'views.update', args: { view_id: `${BENCH_WINDOW}1`, view: {} } };
      setTimeout(() => this.received.push(outcome, { method: 'views.publish', args: {} }), 5);
      return Promise.resolve({ outcome: 'ack' });
    }
  }

  it('waits for no work of a delivery that Slack gave up waiting for', async () => {
    const load = new Load(new LateSlack() as unknown as SlackStandIn);
    const template = { kind: 'interaction', startsWork: true, body: () => ({}) } as const;
    expect(await load.burst(template, 0, 3)).toHaveLength(3);
    expect(await load.burst(template, 3, 1)).toHaveLength(1);
  }, 20_000);
});

describe('its options', () => {
  it('run every bench unless some are named', () => {
    expect(readOptions([])).toEqual({ short: false, only: BENCHES, json: null, most: null });
    expect(readOptions(['--only', 'seal', '--short']).only).toEqual(['seal']);
  });

  it.each([[['--only', 'speed']], [['--long']], [['seal']], [['--most', '0']], [['--most', 'x']]])(
    'refuse %j',
    (args) => {
      let thrown: unknown = null;
      try {
        readOptions(args);
      } catch (error) {
        thrown = error;
      }
      expect(isUsageError(thrown)).toBe(true);
    },
  );
});

describe('its figures', () => {
  it('take quantiles by the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile([7], 0.5)).toBe(7);
    expect(median([3, 1, 2])).toBe(2);
    expect(() => quantile([], 0.5)).toThrow('nothing');
  });

  it('hold a value against its floor and its goal', () => {
    const what = { bench: 'b', what: 'w', unit: 'ms' };
    const made = figure(
      what,
      [4, 6, 5],
      { what: 'bare', rounds: [2, 2.5, 3] },
      { words: 'little', most: 4.9 },
    );
    expect(made).toMatchObject({ value: 5, spread: [4, 6], ratio: 2, goal: { met: false } });
    expect(tableOf([made])).toContain('5.00 ms  4.00 to 6.00   bare: 2.50 ms');
    expect(tableOf([made])).toContain('2.00x  MISSED: little (4.90 ms)');
    const fast = figure({ ...what, unit: 'per s' }, [4, 6, 5], null, { words: 'much', least: 5 });
    expect(tableOf([fast])).toContain('met: much (5.00 per s)');
    expect(figure(what, [4], null, { words: 'much', least: 5 }).goal?.met).toBe(false);
  });
});
