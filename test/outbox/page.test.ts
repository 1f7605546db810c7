import { randomBytes } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import type { Severity } from '../../src/domain/notice.ts';
import { Secret } from '../../src/domain/secret.ts';
import { sealedIdentity } from '../../src/domain/records.ts';
import { alertWrites, followPage } from '../../src/handlers/alert.ts';
import { channel, OutboxBench } from './bench.ts';

/** Sets PagerDuty as the settings do. */
async function withPager(bench: OutboxBench, least: Severity = 'high', key = bench.pagers.routingKey) {
  const { stores, sealer, ids, clock } = bench.deps;
  const set = { kind: 'pagerduty', region: 'us', host: null, least, setBy: 'U0ADMIN', setAt: 1 };
  const row = { id: ids.next(), holderKind: 'pager', holderId: 'pager', version: 1, createdAt: 1 } as const;
  const box = sealer.seal(new Secret(JSON.stringify({ key, url: null })), sealedIdentity(row));
  await stores.atomically([
    stores.settings.set('pager', JSON.stringify(set), clock.now()),
    stores.secrets.erase('pager', 'pager'),
    stores.secrets.insert({ ...row, box }),
  ]);
}

async function alert(bench: OutboxBench, severity: Severity, incidentKey: string, text = incidentKey) {
  const target = { kind: 'channel', channelId: 'C1' } as const;
  const told = { target, message: { text, blocks: [] }, correlationId: 'c', severity, incidentKey };
  const { writes, noticeId } = await alertWrites(bench.deps, told);
  await bench.stores.atomically(writes);
  return noticeId;
}

async function follow(bench: OutboxBench, action: 'acknowledge' | 'resolve', key: string) {
  await bench.stores.atomically(
    await followPage(bench.deps, action, key, { why: 'closed', correlationId: 'c' }),
  );
}

describe.each(['sqlite', 'postgres'] as const)('pages on %s', (engine) => {
  it('go out beside the message from the chosen severity on, and end with the incident', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench);
    await alert(bench, 'medium', 'mild');
    await alert(bench, 'high', 'bad');
    await alert(bench, 'critical', 'worse');
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['mild', 'bad', 'worse']);
    expect(bench.pagers.incidents.map(({ key }) => key).toSorted()).toEqual(['bad', 'worse']);
    await follow(bench, 'acknowledge', 'worse');
    await follow(bench, 'resolve', 'bad');
    // What was never paged is not closed there.
    const closing = { why: 'closed', correlationId: 'c' };
    expect(await followPage(bench.deps, 'resolve', 'mild', closing)).toEqual([]);
    await bench.settle();
    const states = bench.pagers.incidents.map(({ key, state }) => `${key} ${state}`);
    expect(states.toSorted()).toEqual(['bad resolved', 'worse acknowledged']);
    expect(bench.pagers.refused).toEqual([]);
  });

  it('are one incident however often they are told, sent or lost', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench);
    bench.pagers.faults.push({ kind: 'answer_lost' }, { kind: 'hang' }, { kind: 'http', status: 502 });
    await alert(bench, 'high', 'one');
    await alert(bench, 'high', 'one');
    await follow(bench, 'resolve', 'one');
    await bench.settle();
    expect(bench.pagers.incidents).toMatchObject([{ key: 'one', state: 'resolved' }]);
  });

  it('that a silent service does not take are told after the third try, and not before', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench);
    const silent = { kind: 'http', status: 503 } as const;
    bench.pagers.faults.push(silent, silent, silent);
    await alert(bench, 'high', 'one');
    const told = (): string[] =>
      bench.shown('C0ALERTS').filter((text) => text.includes('do not get through'));
    while (bench.pagers.faults.length > 0) {
      expect(told()).toEqual([]);
      const { nextAt } = await bench.empty();
      bench.clock.forward(Math.max(0, (nextAt ?? 0) - bench.clock.now()));
    }
    await bench.settle();
    expect(told()).toHaveLength(1);
    expect(bench.pagers.incidents).toMatchObject([{ key: 'one', state: 'triggered' }]);
  });

  it('wait as long as they are asked to', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench);
    bench.pagers.faults.push({ kind: 'http', status: 429, retryAfter: 40 });
    await alert(bench, 'high', 'one');
    const began = bench.clock.now();
    const { nextAt } = await bench.empty();
    expect((nextAt ?? 0) - began).toBeGreaterThanOrEqual(40_000);
    await bench.settle();
    expect(bench.pagers.incidents).toHaveLength(1);
    expect(await bench.stores.outlets.troubled()).toEqual([]);
  });

  it('that are refused are told in the alert channel once, and again when they get through', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench, 'high', 'f'.repeat(32));
    for (const key of ['one', 'two', 'three']) await alert(bench, 'high', key);
    await bench.empty();
    await bench.empty();
    const [told, ...more] = bench.shown('C0ALERTS');
    expect(told).toBe(
      'Pages to PagerDuty do not get through: PagerDuty answered 400 (a wrong key, or it finds the page itself wrong).',
    );
    expect(more).toEqual([]);
    expect(await bench.stores.outlets.troubled()).toMatchObject([{ id: 'pager' }]);
    await withPager(bench);
    await bench.settle();
    expect(bench.shown('C0ALERTS').slice(1)).toEqual(['Pages get through again.']);
    expect(bench.pagers.incidents).toHaveLength(3);
    expect(await bench.stores.outlets.troubled()).toEqual([]);
    expect(JSON.stringify([bench.slack.received, bench.log.lines])).not.toContain(bench.pagers.routingKey);
  });

  it('that get through at the same moment tell so once', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench, 'high', 'f'.repeat(32));
    for (const key of ['one', 'two', 'three']) await alert(bench, 'high', key);
    await bench.empty();
    await bench.empty();
    await withPager(bench);
    // Each has read that pages were in trouble before any of them writes that they are not.
    const { outlets } = bench.stores;
    const read = outlets.byId.bind(outlets);
    const all = Promise.withResolvers<void>();
    let reads = 0;
    vi.spyOn(outlets, 'byId').mockImplementation(async (id) => {
      const found = await read(id);
      if (found === null || found.trouble === null) return found;
      reads += 1;
      if (reads === 3) all.resolve();
      await Promise.race([all.promise, new Promise((resolve) => setTimeout(resolve, 500))]);
      return found;
    });
    await bench.settle();
    expect(bench.shown('C0ALERTS').slice(1)).toEqual(['Pages get through again.']);
    expect(bench.pagers.incidents).toHaveLength(3);
  });

  it('are given up after a day, as everybody can see', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench, 'high', 'f'.repeat(32));
    await alert(bench, 'high', 'one');
    for (let round = 0; round < 40; round += 1) {
      const { nextAt } = await bench.empty();
      bench.clock.forward(Math.max(0, (nextAt ?? 0) - bench.clock.now()) + 3_600_000);
    }
    expect(await bench.stores.notices.lost(0)).toMatchObject({ count: 1, last: { incidentKey: 'one' } });
    expect((await bench.stores.notices.waiting()).count).toBe(0);
  });

  it('go nowhere once paging was removed', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench);
    await alert(bench, 'high', 'one');
    await bench.stores.atomically([bench.stores.settings.remove('pager')]);
    await bench.settle();
    expect(bench.pagers.incidents).toEqual([]);
    expect(bench.shown('C1')).toEqual(['one']);
    await alert(bench, 'high', 'two');
    expect((await bench.stores.notices.waiting()).count).toBe(1);
  });

  it('whose key cannot be opened any more are told, and hold nothing else up', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench);
    const sealer = createSealer(parseMasterKeys(randomBytes(32).toString('base64')));
    Object.assign(bench.deps, { sealer });
    await alert(bench, 'high', 'one');
    await bench.empty();
    await bench.empty();
    expect(bench.shown('C1')).toEqual(['one']);
    expect(bench.shown('C0ALERTS')[0]).toContain('the stored key cannot be opened; set it again');
    await withPager(bench);
    await bench.settle();
    expect(bench.pagers.incidents).toHaveLength(1);
  });

  it('do not wait for Slack, nor Slack for them', async () => {
    await using bench = await OutboxBench.open(engine);
    await withPager(bench);
    bench.slack.faults.add('chat.postMessage', { kind: 'http', status: 500 }, { times: 2 });
    bench.pagers.faults.push({ kind: 'hang' });
    await alert(bench, 'high', 'one');
    await bench.add({ id: 'x', target: channel('C2') });
    await bench.settle();
    expect([bench.shown('C1'), bench.shown('C2')]).toEqual([['one'], ['x']]);
    expect(bench.pagers.incidents).toHaveLength(1);
  });
});
