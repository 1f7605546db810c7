import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStores, type OpenStores } from '../../db/open.ts';
import type { PostResult } from '../../src/ports/slack.ts';
import type { Clock } from '../../src/ports/world.ts';
import { emptyOutbox } from '../../src/slack/outbox.ts';
import { notice } from '../db/samples.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog } from '../support/system-world.ts';

const DONE = new AbortController().signal;

describe.each(['sqlite', 'postgres'] as const)('the outbox on %s', (engine) => {
  let folder: string;
  let stores: OpenStores;
  let now = 1_000_000;
  const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
  let log = recordingLog();
  let posts: { to: string; text: string }[] = [];
  let answers: PostResult[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rekey-outbox-'));
    const url = engine === 'sqlite' ? `file:${join(folder, 'rekey.db')}` : await freshDatabase();
    log = recordingLog();
    stores = await openStores({ url, exclusive: false, clock, log });
    [now, posts, answers] = [1_000_000, [], []];
  });

  afterEach(async () => {
    await stores.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const poster = {
    async post(to: string, message: { text: string }): Promise<PostResult> {
      posts.push({ to, text: message.text });
      // Time for another worker to come by.
      await new Promise((resolve) => setTimeout(resolve, 5));
      return answers.shift() ?? { ok: true };
    },
  };
  const empty = (): Promise<number> => emptyOutbox({ stores, poster, clock, log }, DONE);
  const later: PostResult = { ok: false, permanent: false, error: 'no answer' };

  async function add(...ids: readonly string[]): Promise<void> {
    const due = { state: 'waiting', attempts: 0, nextAt: now } as const;
    await stores.atomically(
      ids.map((id) => stores.notices.add(notice({ id, ...due, text: id, createdAt: now }))),
    );
  }

  it('posts what is due, oldest first, to channels and to people', async () => {
    await add('a');
    now += 1;
    await add('b');
    const person = { kind: 'person', userId: 'U1' } as const;
    await stores.atomically([
      stores.notices.add(
        notice({ id: 'c', target: person, text: 'c', createdAt: now, nextAt: now + 50, state: 'waiting' }),
      ),
    ]);
    expect(await empty()).toBe(2);
    expect(posts).toEqual([
      { to: 'C1', text: 'a' },
      { to: 'C1', text: 'b' },
    ]);
    now += 50;
    expect(await empty()).toBe(1);
    expect(posts.at(-1)).toEqual({ to: 'U1', text: 'c' });
    expect(await empty()).toBe(0);
  });

  it('tries again after growing waits, and gives up after twelve with a line in the log', async () => {
    await add('a');
    const waits: number[] = [];
    for (let tries = 1; tries <= 12; tries += 1) {
      answers = [later];
      await empty();
      const kept = await stores.notices.byId('a');
      expect(kept?.attempts).toBe(tries);
      if (kept?.state === 'waiting') waits.push(kept.nextAt - now);
      now = (kept?.nextAt ?? 0) - 1;
      expect(await empty()).toBe(0);
      now += 1;
    }
    expect(posts).toHaveLength(12);
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600].map((s) => s * 1_000));
    expect(await stores.notices.byId('a')).toMatchObject({ state: 'failed', lastError: 'no answer' });
    expect(log.lines.filter((line) => line.startsWith('error notice given up'))).toHaveLength(1);
    now += 86_400_000;
    expect(await empty()).toBe(0);
    expect(posts).toHaveLength(12);
  });

  it('gives up at once what time does not mend, and goes on with the rest', async () => {
    await add('a', 'b');
    answers = [{ ok: false, permanent: true, error: 'is_archived' }];
    expect(await empty()).toBe(1);
    expect(await stores.notices.byId('a')).toMatchObject({ state: 'failed', lastError: 'is_archived' });
    expect(await stores.notices.byId('b')).toMatchObject({ state: 'sent' });
    expect(log.lines.join()).toContain('notice given up');
  });

  it('posts once when two workers empty it at once', async () => {
    await add(...Array.from({ length: 30 }, (_, at) => `n${String(at).padStart(2, '0')}`));
    const counts = await Promise.all([empty(), empty(), empty()]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
    expect(new Set(posts.map(({ text }) => text)).size).toBe(30);
    expect(posts).toHaveLength(30);
  });

  it('posts again what a dead worker had taken, once its time is over', async () => {
    await add('a');
    const [taken] = await stores.notices.due(now, 1);
    if (taken === undefined) throw new Error('It is due.');
    await stores.atomically([stores.notices.take(taken, now + 30_000)]);
    expect(await empty()).toBe(0);
    now += 30_000;
    expect(await empty()).toBe(1);
    expect(await stores.notices.byId('a')).toMatchObject({ state: 'sent', attempts: 2 });
  });

  it('lets one that was shown elsewhere meanwhile not hold up the others', async () => {
    await add('a', 'b');
    const meanwhile = {
      async post(to: string, message: { text: string }): Promise<PostResult> {
        posts.push({ to, text: message.text });
        if (message.text !== 'a') return { ok: true };
        await stores.atomically([stores.notices.sent('a')]);
        return later;
      },
    };
    expect(await emptyOutbox({ stores, poster: meanwhile, clock, log }, DONE)).toBe(1);
    expect(await stores.notices.byId('a')).toMatchObject({ state: 'sent' });
    expect(await stores.notices.byId('b')).toMatchObject({ state: 'sent' });
  });

  it('stops between two posts when the process stops', async () => {
    await add('a', 'b');
    const stopping = new AbortController();
    const last = {
      async post(to: string, message: { text: string }): Promise<PostResult> {
        stopping.abort();
        return poster.post(to, message);
      },
    };
    expect(await emptyOutbox({ stores, poster: last, clock, log }, stopping.signal)).toBe(1);
    expect(await stores.notices.byId('b')).toMatchObject({ state: 'waiting', attempts: 0 });
  });
});
