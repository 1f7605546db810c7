import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../../sandbox/slack/faults.ts';
import { emptyOutbox } from '../../src/slack/outbox.ts';
import { channel, OutboxBench } from './bench.ts';

const CHANNELS = ['C1', 'C2', 'C3'] as const;

const act = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('post' as const), at: fc.constantFrom(...CHANNELS) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('edit' as const), of: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reply' as const), of: fc.nat(20) }) },
  // What a process leaves that is killed between taking a notice and hearing of it.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('die' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('deliver' as const), workers: fc.integer({ min: 1, max: 3 }) }),
  },
);

const fault: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { kind: 'http', status: 500 },
  { kind: 'http', status: 429, retryAfter: 2 },
  { kind: 'error', error: 'internal_error' },
  { kind: 'error', error: 'fatal_error' },
  { kind: 'answer_lost', how: 'reset' },
  { kind: 'answer_lost', how: 'reset' },
  { kind: 'latency', ms: 30 },
);
const METHODS = [
  'chat.postMessage',
  'chat.update',
  'conversations.history',
  'conversations.replies',
] as const;
const faults = fc.array(fc.tuple(fc.constantFrom(...METHODS), fault), { maxLength: 12 });

interface Expected {
  readonly id: string;
  readonly at: string;
  /** It goes on in a thread, where alerts may pass it. */
  readonly isLine: boolean;
  text: string;
}

/** Does all of it; answers what should stand in each channel at the end: messages, and lines of threads, each in order. */
async function play(
  bench: OutboxBench,
  acts: readonly (typeof act extends fc.Arbitrary<infer A> ? A : never)[],
) {
  const posts: Expected[] = [];
  for (const [index, each] of acts.entries()) {
    const id = `n${index}`;
    if (each.do === 'post') {
      await bench.add({ id, target: channel(each.at) });
      posts.push({ id, at: each.at, isLine: false, text: id });
    } else if (each.do === 'deliver') {
      const never = new AbortController().signal;
      await Promise.all(Array.from({ length: each.workers }, () => emptyOutbox(bench.deps, never)));
    } else if (each.do === 'die') {
      await die(bench);
    } else {
      const root = posts[each.of % Math.max(1, posts.length)];
      if (root === undefined) continue;
      const target = channel(root.at);
      if (each.do === 'edit') {
        await bench.add({ id, target, edits: root.id });
        root.text = id;
      } else {
        await bench.add({ id, target, threadOf: root.id });
        posts.push({ id, at: root.at, isLine: true, text: id });
      }
    }
  }
  await bench.settle(200);
  const texts = (at: string, isLine: boolean): string[] =>
    posts.filter((post) => post.at === at && post.isLine === isLine).map(({ text }) => text);
  return new Map(CHANNELS.map((at) => [at, [texts(at, false), texts(at, true)] as const]));
}

async function die({ stores, clock }: OutboxBench): Promise<void> {
  const now = clock.now();
  const [first] = await stores.notices.ready(now, 1);
  if (first === undefined) return;
  await stores.atomically([stores.notices.take(first, now, now + 45_000)]);
}

function isPartInOrder(part: readonly string[], whole: readonly string[]): boolean {
  let at = 0;
  for (const each of whole) if (each === part[at]) at += 1;
  return at === part.length;
}

describe.each([
  ['sqlite', 12],
  ['postgres', 5],
] as const)('whatever is written and whatever fails, on %s', (engine, numRuns) => {
  it('stands once, newest state, in order, when history may be read', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 14 }), faults, async (acts, planned) => {
        await using bench = await OutboxBench.open(engine);
        for (const [method, wrong] of planned) bench.slack.faults.add(method, wrong);
        for (const [at, kinds] of await play(bench, acts)) {
          const shown = bench.shown(at);
          for (const texts of kinds) expect(shown.filter((text) => texts.includes(text))).toEqual(texts);
          expect(shown).toHaveLength(kinds.flat().length);
        }
        expect(bench.slack.defects).toEqual([]);
      }),
      { numRuns },
    );
  });

  it('stands at least once, newest state, in order, when it may not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 3, maxLength: 14 }), faults, async (acts, planned) => {
        await using bench = await OutboxBench.open(engine, { history: false });
        for (const [method, wrong] of planned) bench.slack.faults.add(method, wrong);
        for (const [at, kinds] of await play(bench, acts)) {
          for (const texts of kinds) {
            expect([texts, bench.shown(at)]).toSatisfy(([part, whole]) => isPartInOrder(part, whole));
          }
        }
      }),
      { numRuns },
    );
  });
});
