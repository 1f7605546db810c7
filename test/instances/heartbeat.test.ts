import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { openStores, type OpenStores } from '../../db/open.ts';
import { RekeyError } from '../../src/errors.ts';
import { aloneInstance } from '../../src/instances/open.ts';
import { Heartbeat } from '../../src/instances/heartbeat.ts';
import type { Clock } from '../../src/ports/world.ts';
import { freshDatabase } from '../support/postgres.ts';
import { recordingLog, systemClock } from '../support/system-world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A clock whose sleepers wake when the test says so; it steps to and fro meanwhile. */
class HandClock implements Clock {
  #now = 1_800_000_000_000;
  #wake: (() => void)[] = [];

  now(): number {
    this.#now += this.#now % 2 === 0 ? 86_400_001 : -86_400_001;
    return this.#now;
  }

  async sleep(_: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      this.#wake.push(resolve);
      signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
  }

  /** Lets everybody who sleeps go on, and waits until they sleep again. */
  async wake(): Promise<void> {
    const sleepers = this.#wake.splice(0);
    for (const wake of sleepers) wake();
    while (this.#wake.length < sleepers.length) await systemClock.sleep(2);
  }
}

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

interface Made {
  readonly heart: Heartbeat;
  readonly clock: HandClock;
  readonly heard: string[];
  readonly log: ReturnType<typeof recordingLog>;
}

async function ids({ heart }: Made): Promise<string[]> {
  return (await heart.signers()).map(({ id }) => id);
}

describe.each(['sqlite', 'postgres'] as const)('instances on %s', (engine) => {
  async function opened(): Promise<OpenStores> {
    const url = engine === 'postgres' ? await freshDatabase() : `file:${join(temporaryFolder(), 'rekey.db')}`;
    const stores = await openStores({ url, exclusive: true, clock: systemClock, log: recordingLog() });
    closing.push(() => stores.close());
    return stores;
  }

  async function started(stores: Pick<OpenStores, 'settings' | 'atomically'>, id: string): Promise<Made> {
    const clock = new HandClock();
    const log = recordingLog();
    const heart = new Heartbeat({ stores, clock, log, instanceId: id });
    const heard: string[] = [];
    heart.onThrottled((budget) => void heard.push(budget));
    await heart.start();
    closing.push(() => heart.stop());
    return { heart, clock, heard, log };
  }

  test('know each other from the first beat on, and at once of one that stops', async () => {
    const stores = await opened();
    const one = await started(stores, 'a');
    expect(await ids(one)).toEqual(['a']);
    expect(one.heart.instances).toBe(1);
    const two = await started(stores, 'b');
    expect(two.heart.instances).toBe(2);
    expect(await ids(two)).toEqual(['a', 'b']);
    expect(await ids(one)).toEqual(['a', 'b']);
    await one.clock.wake();
    expect(one.heart.instances).toBe(2);
    await two.heart.stop();
    expect(await ids(one)).toEqual(['a']);
    await one.clock.wake();
    expect(one.heart.instances).toBe(1);
  });

  test('count one that was killed until three beats were missed, whatever clocks do, and forget it later', async () => {
    const stores = await opened();
    const dead = await started(stores, 'dead');
    const one = await started(stores, 'one');
    for (let beats = 0; beats < 2; beats += 1) await one.clock.wake();
    expect(one.heart.instances).toBe(2);
    expect(await ids(one)).toEqual(['dead', 'one']);
    // It lives after all: it only was slow.
    await dead.clock.wake();
    for (let beats = 0; beats < 3; beats += 1) await one.clock.wake();
    expect(one.heart.instances).toBe(2);
    await one.clock.wake();
    expect(one.heart.instances).toBe(1);
    // It takes no part in the calls; but it might sign yet.
    expect(await ids(one)).toEqual(['dead', 'one']);
    for (let beats = 0; beats < 3; beats += 1) await one.clock.wake();
    expect((await stores.settings.startingWith('instance:')).map(({ key }) => key)).toEqual(['instance:one']);
    expect(await ids(one)).toEqual(['one']);
    // Paused for long, it is one of them again with its next beat.
    await dead.clock.wake();
    await one.clock.wake();
    expect(one.heart.instances).toBe(2);
    expect(dead.log.lines.join()).toContain('the others took it for dead');
    expect(one.log.lines.join()).not.toContain('the others took it for dead');
  });

  test('say with which keys they sign, as of now for the one that is asked, and each beat for others', async () => {
    const stores = await opened();
    const one = await started(stores, 'a');
    const two = await started(stores, 'b');
    let key = 'AKIA1';
    one.heart.signWith(() => Promise.resolve({ c1: key }));
    expect(await one.heart.signers()).toEqual([
      { id: 'a', signsWith: { c1: 'AKIA1' } },
      { id: 'b', signsWith: null },
    ]);
    expect((await two.heart.signers())[0]?.signsWith).toBeNull();
    await one.clock.wake();
    key = 'AKIA2';
    expect((await two.heart.signers())[0]?.signsWith).toEqual({ c1: 'AKIA1' });
    expect((await one.heart.signers())[0]?.signsWith).toEqual({ c1: 'AKIA2' });
    await one.clock.wake();
    expect((await two.heart.signers())[0]?.signsWith).toEqual({ c1: 'AKIA2' });
  });

  test('tell each other once what AWS throttled', async () => {
    const stores = await opened();
    const one = await started(stores, 'a');
    const two = await started(stores, 'b');
    one.heart.throttled('iam 1');
    await one.clock.wake();
    await two.clock.wake();
    await two.clock.wake();
    expect(two.heard).toEqual(['iam 1']);
    expect(one.heard).toEqual([]);
    one.heart.throttled('iam 1');
    one.heart.throttled('iam 2');
    await one.clock.wake();
    await two.clock.wake();
    expect(two.heard).toEqual(['iam 1', 'iam 1', 'iam 2']);
    for (let beats = 0; beats < 7; beats += 1) await one.clock.wake();
    expect(await stores.settings.get('instance:a')).not.toContain('iam');
  });

  test('keep to what they knew while the database does not answer', async () => {
    const stores = await opened();
    let away = false;
    const flaky: Pick<OpenStores, 'settings' | 'atomically'> = {
      settings: stores.settings,
      atomically: (writes) =>
        away ? Promise.reject(new RekeyError('unreachable', 'It is away.')) : stores.atomically(writes),
    };
    const one = await started(flaky, 'a');
    const two = await started(stores, 'b');
    await one.clock.wake();
    away = true;
    await two.heart.stop();
    for (let beats = 0; beats < 10; beats += 1) await one.clock.wake();
    expect(one.heart.instances).toBe(2);
    away = false;
    await one.clock.wake();
    expect(one.heart.instances).toBe(1);
  });

  test('read past what another version wrote', async () => {
    const stores = await opened();
    const one = await started(stores, 'a');
    for (const text of ['?', '{"beat":"x"}', '[]']) {
      await stores.atomically([stores.settings.set('instance:newer', text, 1)]);
      await one.clock.wake();
      expect(one.heart.instances).toBe(2);
    }
  });
});

test('the only instance knows itself', async () => {
  const alone = aloneInstance('me');
  expect(await alone.signers()).toEqual([{ id: 'me', signsWith: null }]);
  alone.signWith(() => Promise.resolve({ c1: 'AKIA1' }));
  expect(await alone.signers()).toEqual([{ id: 'me', signsWith: { c1: 'AKIA1' } }]);
  expect(alone.instances).toBe(1);
});
