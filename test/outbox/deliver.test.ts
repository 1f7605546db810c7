import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Entrance } from '../../commands/command.ts';
import type { JobRun, Jobs } from '../../src/ports/jobs.ts';
import { LEASES } from '../../src/handlers/leases.ts';
import { handleJobs } from '../../src/recurring-jobs.ts';
import { emptyOutbox } from '../../src/slack/outbox.ts';
import { channel, OutboxBench, person } from './bench.ts';

describe.each(['sqlite', 'postgres'] as const)('the outbox on %s', (engine) => {
  it('posts to channels and people, a channel’s in order, one a second', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'a1' }, { id: 'b1', target: channel('C2') }, { id: 'a2' });
    await bench.add({ id: 'p', target: person('U0OWNER') }, { id: 'a3' });
    const began = bench.clock.now();
    expect((await bench.empty()).delivered).toBe(5);
    expect(bench.clock.now() - began).toBeGreaterThan(2_000);
    expect(bench.shown('C1')).toEqual(['a1', 'a2', 'a3']);
    expect(bench.shown('C2')).toEqual(['b1']);
    expect(bench.shown('U0OWNER')).toEqual(['p']);
    expect(bench.slack.received.filter(({ ok }) => !ok)).toEqual([]);
    const { postedTo, postedTs, state } = await bench.notice('a2');
    expect([state, postedTo, postedTs]).toEqual(['sent', 'C1', bench.messages('C1')[1]?.ts]);
  });

  it('looks for nothing as long as it is to give way to others', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'a' });
    let looks = 0;
    const { notices } = bench.stores;
    const ready: typeof notices.ready = (...asked) => {
      looks += 1;
      return notices.ready(...asked);
    };
    const deps = { ...bench.deps, stores: { ...bench.stores, notices: { ...notices, ready } } };
    let others = (): void => undefined;
    const giveWay = (): Promise<void> => new Promise((resolve) => (others = resolve));
    const pass = emptyOutbox(deps, new AbortController().signal, giveWay);
    await turn();
    expect(looks).toBe(0);
    const going = setInterval(() => others(), 1);
    expect((await pass).delivered).toBe(1);
    clearInterval(going);
    expect(bench.shown('C1')).toEqual(['a']);
  });

  it('keeps order and pace, and posts once, with several workers at a time', async () => {
    await using bench = await OutboxBench.open(engine);
    const wanted = Array.from({ length: 6 }, (_, at) => `n${at}`);
    for (const id of wanted) await bench.add({ id }, { id: `${id}b`, target: channel('C2') });
    await Promise.all([bench.empty(), bench.empty(), bench.empty()]);
    // A worker that lost every race may end before the last one is due; the next pass takes what is left.
    await bench.settle();
    expect(bench.calls('chat.postMessage')).toBe(12);
    expect(bench.shown('C1')).toEqual(wanted);
    expect(bench.shown('C2')).toEqual(wanted.map((id) => `${id}b`));
    expect(bench.slack.received.filter(({ ok }) => !ok)).toEqual([]);
  });

  it('merges the edits that wait for one message, and sends only the newest', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'root' });
    await bench.add(...['one', 'two', 'three'].map((id) => ({ id, edits: 'root' })));
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['three']);
    expect(bench.calls('chat.update')).toBe(1);
    expect((await bench.notice('one')).state).toBe('dropped');
    await bench.add({ id: 'four', edits: 'root' });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['four']);
  });

  it('answers in the thread of what it belongs to, also when both were written at once', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.stores.atomically(
      ['b', 'a'].map((id) =>
        bench.stores.notices.add({
          id,
          target: channel('C1'),
          text: id,
          blocks: [],
          createdAt: bench.clock.now(),
          correlationId: 'c',
          threadOf: id === 'b' ? 'a' : null,
        }),
      ),
    );
    await bench.settle();
    const [root, reply] = bench.messages('C1');
    expect([root?.text, reply?.text, reply?.threadTs]).toEqual(['a', 'b', root?.ts]);
  });

  it('posts an edit anew when its message was deleted, and edits that from then on', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'root' });
    await bench.settle();
    bench.slack.faults.add('chat.update', { kind: 'error', error: 'message_not_found' });
    await bench.add({ id: 'news', edits: 'root' });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['root', 'news']);
    await bench.add({ id: 'more', edits: 'root' });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['root', 'more']);
  });

  it('waits as long as Slack asks, in that channel alone', async () => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.faults.add(
      'chat.postMessage',
      { kind: 'http', status: 429, retryAfter: 30 },
      { when: ({ channel: at }) => at === 'C1' },
    );
    await bench.add({ id: 'a1' }, { id: 'a2' }, { id: 'b1', target: channel('C2') });
    const began = bench.clock.now();
    const { nextAt } = await bench.empty();
    expect(bench.shown('C2')).toEqual(['b1']);
    expect(bench.shown('C1')).toEqual([]);
    expect((nextAt ?? 0) - began).toBeGreaterThanOrEqual(30_000);
    expect(bench.calls('chat.postMessage')).toBe(2);
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['a1', 'a2']);
  });

  it('waits everywhere when Slack asks so in a second channel', async () => {
    // Neither a call's time nor what Slack asks for is over before a slow machine comes to the third channel.
    await using bench = await OutboxBench.open(engine, { callMs: 20_000 });
    await bench.add({ id: 'c0', target: channel('C3') });
    await bench.empty();
    bench.slack.faults.add('chat.postMessage', { kind: 'http', status: 429, retryAfter: 600 }, { times: 2 });
    await bench.add({ id: 'a' });
    await bench.empty();
    await bench.add({ id: 'b', target: channel('C2') });
    await bench.empty();
    await bench.add({ id: 'c', target: channel('C3') });
    await bench.empty();
    expect(bench.shown('C3')).toEqual(['c0']);
    await bench.settle();
    expect(bench.shown('C3')).toEqual(['c0', 'c']);
  });

  it('does not let a channel that hangs hold up the others', async () => {
    await using bench = await OutboxBench.open(engine);
    const hang = { when: ({ channel: at }: Readonly<Record<string, unknown>>) => at === 'C1', times: 2 };
    bench.slack.faults.add('chat.postMessage', { kind: 'hang' }, hang);
    await bench.add({ id: 'a' });
    const pass = bench.empty();
    await bench.clock.sleep(500);
    await bench.add({ id: 'b', target: channel('C2') });
    await bench.clock.sleep(1_500);
    expect(bench.shown('C2')).toEqual(['b']);
    await pass;
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['a']);
  });

  it('goes in plain words when Slack finds its blocks wrong', async () => {
    await using bench = await OutboxBench.open(engine);
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'in blocks' } }];
    bench.slack.faults.add('chat.postMessage', { kind: 'error', error: 'invalid_blocks' });
    await bench.add({ id: 'a', blocks });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['a']);
  });

  it('is at it again within a minute when Slack takes messages again, however long it did not', async () => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.faults.add('chat.postMessage', { kind: 'http', status: 500 }, { times: 10 });
    await bench.add({ id: 'a' }, { id: 'b' });
    const waits: number[] = [];
    for (let tries = 0; tries < 10; tries += 1) {
      const { nextAt } = await bench.empty();
      waits.push((nextAt ?? 0) - bench.clock.now());
      bench.clock.forward(Math.max(0, waits.at(-1) ?? 0));
    }
    expect(Math.max(...waits)).toBeGreaterThan(50_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(60_000);
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['a', 'b']);
  });

  it('gives up after days, in the log and in the audit', async () => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.faults.add('chat.postMessage', { kind: 'error', error: 'token_revoked' }, { times: 1_000 });
    await bench.add({ id: 'a' });
    const began = bench.clock.now();
    while ((await bench.notice('a')).state === 'waiting') {
      const { nextAt } = await bench.empty();
      // So that days do not take thousands of rounds.
      bench.clock.forward(Math.max(0, (nextAt ?? 0) - bench.clock.now()) + 600_000);
    }
    expect(bench.clock.now() - began).toBeGreaterThan(3 * 86_400_000);
    expect(await bench.notice('a')).toMatchObject({ state: 'failed', lastError: 'token_revoked' });
    expect(bench.log.lines.filter((line) => line.startsWith('error notice given up'))).toHaveLength(1);
    const [entry] = await bench.stores.audit.newest(1);
    expect(entry).toMatchObject({ verb: 'notice.give_up', outcome: 'failed', entityId: 'a' });
    expect(await bench.stores.notices.lost(0)).toMatchObject({ count: 1, last: { id: 'a' } });
  });

  it('loses nothing when it was away for days, and Slack is in trouble for hours after that', async () => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.faults.add('chat.postMessage', { kind: 'answer_lost', how: 'reset' }, { times: 50 });
    await bench.add({ id: 'a' });
    await bench.empty();
    bench.clock.forward(5 * 86_400_000);
    for (let tries = 0; tries < 60 && (await bench.notice('a')).state === 'waiting'; tries += 1) {
      const { nextAt } = await bench.empty();
      bench.clock.forward(Math.max(0, (nextAt ?? 0) - bench.clock.now()));
    }
    expect(await bench.notice('a')).toMatchObject({ state: 'sent' });
  });

  it('leaves what one instance holds, and goes on when its time is over', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'a' });
    const now = bench.clock.now();
    const read = await bench.notice('a');
    await bench.stores.atomically([
      bench.stores.notices.take(read, now, now + 45_000),
      bench.stores.outlets.hold('C1', null, now + 45_000),
    ]);
    const { nextAt, delivered } = await bench.empty();
    expect([delivered, nextAt]).toEqual([0, now + 45_000]);
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['a']);
  });

  it.each([
    ['posts', 'chat.postMessage', {}],
    ['edits', 'chat.update', { edits: 'root' }],
  ])('one that was frozen for long %s nothing when it wakes', async (_, method, more) => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'root' });
    await bench.settle();
    await bench.add({ id: 'late', ...more });
    const before = bench.calls(method);
    let frozen = false;
    const atomically: typeof bench.stores.atomically = async (writes) => {
      await bench.stores.atomically(writes);
      if (frozen) return;
      frozen = true;
      // Taken, and then asleep for longer than that holds, while another does the work.
      bench.clock.forward(60_000);
      await bench.settle();
    };
    const deps = { ...bench.deps, stores: { ...bench.stores, atomically } };
    await emptyOutbox(deps, new AbortController().signal);
    expect(frozen).toBe(true);
    expect(bench.calls(method) - before).toBe(1);
    expect((await bench.notice('late')).state).toBe('sent');
  });

  it('goes on with the others when one meets an error of ours, and says so', async () => {
    await using bench = await OutboxBench.open(engine);
    const { poster } = bench.deps;
    const post: typeof poster.post = (to, ...rest) =>
      to === 'C1' ? Promise.reject(new Error('a defect')) : poster.post(to, ...rest);
    Object.assign(bench.deps, { poster: { ...poster, post } });
    await bench.add({ id: 'a' }, { id: 'b', target: channel('C2') }, { id: 'c', target: channel('C2') });
    await expect(bench.empty()).rejects.toThrow('a defect');
    expect(bench.shown('C2')).toEqual(['b', 'c']);
    expect((await bench.notice('a')).state).toBe('waiting');
  });

  it('stops between two posts when the process stops', async () => {
    await using bench = await OutboxBench.open(engine);
    const stopping = new AbortController();
    bench.slack.faults.add('chat.postMessage', { kind: 'latency', ms: 50 });
    await bench.add({ id: 'a' }, { id: 'b' });
    const pass = bench.empty(stopping.signal);
    await bench.clock.sleep(200);
    stopping.abort();
    expect((await pass).delivered).toBe(1);
    expect((await bench.notice('b')).attempts).toBe(0);
  });
});

it('is emptied by a job that gives way to what is urgent before each look', async () => {
  await using bench = await OutboxBench.open('sqlite');
  await bench.add({ id: 'a' });
  const runs = new Map<string, (run: JobRun) => Promise<void>>();
  const jobs: Pick<Jobs, 'handle' | 'enqueue'> = {
    handle: (name, _, run) => void runs.set(name, run),
    enqueue: () => Promise.resolve(),
  };
  let gaveWay = 0;
  const background = { giveWay: () => Promise.resolve(void (gaveWay += 1)) };
  handleJobs({ services: { ...bench.deps, jobs, leases: LEASES }, background } as unknown as Entrance);
  const { signal } = new AbortController();
  await runs.get('outbox')?.({ key: 'all', payload: {}, attempt: 1, dueAt: 0, signal });
  expect(bench.shown('C1')).toEqual(['a']);
  expect(gaveWay).toBeGreaterThan(0);
});
