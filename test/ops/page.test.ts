import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openPrometheus } from '../../src/ops/prometheus.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');

/** The first cells of the table that begins with these columns, and the second. */
function table(header: string): [string, string][] {
  const lines = page.split('\n');
  const start = lines.findIndex((line) => line.startsWith(header));
  expect(start).toBeGreaterThan(0);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end).map((line) => {
    const [, first = '', second = ''] = line.split('|').map((cell) => cell.trim());
    return [first, second];
  });
}

describe('the operations page', () => {
  it('names every metric with its labels, and no other', async () => {
    const prometheus = openPrometheus({
      version: '1',
      transport: 'http',
      engine: 'sqlite',
      read: () =>
        Promise.resolve({
          outboxWaiting: 1,
          outboxOldestMs: 1,
          deadLetters: new Map([['outbox', 1]]),
          connections: [{ state: 'connected', check: 'never', count: 1 }],
          paused: true,
          rotations: new Map([['blocked', 2]]),
          rotationsOverdueMs: 1,
          containments: new Map([['holding', 1]]),
          containmentsOverdueMs: 1,
          incidents: new Map([['high', 1]]),
          outletsTroubled: new Map([['paging', 1]]),
          watch: {
            accounts: new Map([['blind', 1]]),
            behind: new Map([['active', { readMs: 1, completeMs: 2 }]]),
            queues: {
              count: new Map([['working', 1]]),
              messages: 1,
              notEmptyMs: 1,
              files: new Map([['waiting', 1]]),
            },
          },
          audit: { unchained: 1, unchainedOldestMs: 1, verified: true },
        }),
    });
    const { metrics } = prometheus;
    metrics.acknowledged('command', 1);
    metrics.jobBegan('outbox', 1);
    metrics.jobEnded('outbox', 'dead', 1);
    metrics.awsCall('sts:GetCallerIdentity', 'throttled', 1, 1);
    metrics.awsWaited('iam', 1);
    metrics.slackCall('chat.postMessage', 'rate_limited', 1);
    metrics.attemptEnded('test', 'tested');
    metrics.rotationMoved('done');
    const text = await prometheus.page();
    const shown = new Map<string, Set<string>>(prometheus.names().map((name) => [name, new Set()]));
    for (const line of text.split('\n').filter((each) => each.startsWith('rekey_'))) {
      const [, name = '', labels = ''] = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})? /.exec(line) ?? [];
      expect([...shown.keys()]).toContain(name);
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g))
        if (label !== 'le') shown.get(name)?.add(label);
    }
    const told = table('| metric | labels |').map(([name, labels]): [string, Set<string>] => [
      name.replaceAll('`', ''),
      new Set(labels === '' ? [] : labels.replaceAll('`', '').split(', ')),
    ]);
    expect(new Map(told)).toEqual(shown);
    expect(told).toHaveLength(shown.size);
  });

  it('says what each scope of the manifest is for', () => {
    const manifest = parse(readFileSync(join(ROOT, 'manifest.yml'), 'utf8')) as {
      oauth_config: { scopes: { bot: string[]; bot_optional: string[] } };
    };
    const { bot, bot_optional: optional } = manifest.oauth_config.scopes;
    expect(table('| scope | without it |').map(([scope]) => scope)).toEqual([
      ...bot.map((scope) => `\`${scope}\``),
      ...optional.map((scope) => `\`${scope}\` (optional)`),
    ]);
  });

  it('points only to files that exist', () => {
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((path) => !existsSync(join(ROOT, 'docs', path)))).toEqual([]);
  });
});
