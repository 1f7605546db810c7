import { describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/slack/faults.ts';
import { channel, OutboxBench, person } from './bench.ts';

const POST = 'chat.postMessage';

/** What leaves us in the dark, and whether the message was posted all the same. */
const DARK: readonly (readonly [string, Fault, posted: boolean])[] = [
  ['the answer never comes', { kind: 'answer_lost', how: 'hang' }, true],
  ['the connection breaks before the answer', { kind: 'answer_lost', how: 'reset' }, true],
  ['nothing was done and nothing comes', { kind: 'hang' }, false],
  ['Slack fails', { kind: 'http', status: 500 }, false],
  ['Slack says it failed', { kind: 'error', error: 'internal_error' }, false],
];

describe.each(['sqlite', 'postgres'] as const)('a post of unknown outcome on %s', (engine) => {
  it.each(DARK)('stands once when history may be read: %s', async (_, fault) => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.faults.add(POST, fault);
    await bench.add({ id: 'a' }, { id: 'b' });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['a', 'b']);
    expect((await bench.notice('a')).postedTs).toBe(bench.messages('C1')[0]?.ts);
    await bench.add({ id: 'c', edits: 'a' });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['c', 'b']);
  });

  it.each(DARK)('is posted again when history may not be read: %s', async (_, fault, posted) => {
    await using bench = await OutboxBench.open(engine, { history: false });
    bench.slack.faults.add(POST, fault);
    await bench.add({ id: 'a' }, { id: 'b' });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(posted ? ['a', 'a', 'b'] : ['a', 'b']);
  });

  it('stands once in direct messages too, once one of them told their channel', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'first', target: person('U0OWNER') });
    await bench.settle();
    bench.slack.faults.add(POST, { kind: 'answer_lost', how: 'reset' });
    await bench.add({ id: 'second', target: person('U0OWNER') });
    await bench.settle();
    expect(bench.shown('U0OWNER')).toEqual(['first', 'second']);
  });

  it.each(DARK)(
    'stands once as the very first direct message where im:write is there: %s',
    async (_, fault) => {
      await using bench = await OutboxBench.open(engine, { directMessages: true });
      bench.slack.faults.add(POST, fault);
      bench.slack.faults.add('conversations.open', { kind: 'http', status: 503 });
      await bench.add({ id: 'first', target: person('U0OWNER') });
      await bench.settle();
      expect(bench.shown('U0OWNER')).toEqual(['first']);
      expect((await bench.notice('first')).postedTs).toBe(bench.messages('U0OWNER')[0]?.ts);
      // Asked twice, since Slack failed once; never where the channel is known.
      await bench.add({ id: 'second', target: person('U0OWNER') });
      await bench.settle();
      expect(bench.calls('conversations.open')).toBe(2);
    },
  );

  it.each(DARK)(
    'is posted again as the very first direct message without im:write: %s',
    async (_, fault, posted) => {
      await using bench = await OutboxBench.open(engine);
      bench.slack.faults.add(POST, fault);
      await bench.add({ id: 'first', target: person('U0OWNER') });
      await bench.settle();
      expect(bench.shown('U0OWNER')).toEqual(posted ? ['first', 'first'] : ['first']);
    },
  );

  it('stands once in a thread', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'root' });
    await bench.settle();
    bench.slack.faults.add(POST, { kind: 'answer_lost', how: 'reset' });
    await bench.add({ id: 'reply', threadOf: 'root' });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['root', 'reply']);
  });

  it('is not posted again before Slack could say whether it stands', async () => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.faults.add(POST, { kind: 'answer_lost', how: 'reset' });
    bench.slack.faults.add('conversations.history', { kind: 'http', status: 503 }, { times: 2 });
    bench.slack.faults.add('conversations.history', { kind: 'http', status: 429, retryAfter: 20 });
    await bench.add({ id: 'a' });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['a']);
    expect([bench.calls(POST), bench.calls('conversations.history')]).toEqual([1, 4]);
  });

  it('is found behind hundreds of other messages', async () => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.faults.add(POST, { kind: 'answer_lost', how: 'reset' });
    await bench.add({ id: 'a' });
    await bench.empty();
    for (let n = 0; n < 450; n += 1) bench.slack.say('U0OWNER', 'C1', `chatter ${n}`);
    await bench.settle();
    expect(bench.shown('C1').filter((text) => text === 'a')).toHaveLength(1);
  });

  it('is not looked for when Slack was surely not reached', async () => {
    await using bench = await OutboxBench.open(engine);
    const { stores, deps } = bench;
    const { poster } = deps;
    const unsent = {
      ok: false,
      why: 'unsent',
      permanent: false,
      error: 'no answer',
      retryAfterMs: 0,
    } as const;
    let tries = 0;
    const flaky = {
      ...poster,
      post: (...args: Parameters<typeof poster.post>) =>
        (tries += 1) === 1 ? Promise.resolve(unsent) : poster.post(...args),
    };
    Object.assign(deps, { poster: flaky });
    await bench.add({ id: 'a' });
    await bench.empty();
    expect((await stores.notices.byId('a'))?.unsureSince).toBeNull();
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['a']);
    expect(bench.calls('conversations.history')).toBe(0);
  });

  it('an edit of unknown outcome is sent again, which changes nothing', async () => {
    await using bench = await OutboxBench.open(engine);
    await bench.add({ id: 'root' });
    await bench.settle();
    bench.slack.faults.add('chat.update', { kind: 'answer_lost', how: 'reset' });
    await bench.add({ id: 'e1', edits: 'root' });
    await bench.empty();
    await bench.add({ id: 'e2', edits: 'root' });
    await bench.settle();
    expect(bench.shown('C1')).toEqual(['e2']);
  });

  it('one that was shown elsewhere meanwhile does not hold up the others', async () => {
    await using bench = await OutboxBench.open(engine);
    bench.slack.faults.add(POST, { kind: 'http', status: 500 });
    bench.slack.faults.add(POST, { kind: 'latency', ms: 100 });
    await bench.add({ id: 'a' }, { id: 'b', target: channel('C1') });
    const pass = bench.empty();
    await bench.clock.sleep(100);
    await bench.stores.atomically([bench.stores.notices.sent('a')]);
    await pass;
    await bench.settle();
    expect((await bench.notice('a')).state).toBe('sent');
    expect(bench.shown('C1').at(-1)).toBe('b');
  });
});
