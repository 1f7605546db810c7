import { expect, test } from 'vitest';
import { AwsFailure } from '../../src/ports/aws.ts';
import type { Trail, TrailEvent } from '../../src/ports/trail.ts';
import { lastTrailUse } from '../../src/rotation/trail-use.ts';

const REGIONS = ['us-east-1', 'eu-west-1', 'ap-south-1'];
const NOW = 1_800_000_000_000;

type Pages = (region: string, signal: AbortSignal) => AsyncIterable<readonly TrailEvent[]>;

function trailOf(pages: Pages): Trail {
  return {
    enabledRegions: () => Promise.resolve(REGIONS),
    lookUp: (region, _question, _window, _priority, signal) => pages(region, signal),
  };
}

async function ask(pages: Pages, signal = new AbortController().signal) {
  return lastTrailUse(trailOf(pages), 'AKIA', NOW - 1_000, NOW, signal);
}

function event(eventTime: number): TrailEvent {
  return { eventId: `e-${eventTime}`, eventTime, eventName: 'GetUser', accessKeyId: 'AKIA', record: {} };
}

/** Rejects when the signal is aborted, as a pace does. */
async function untilAborted(signal: AbortSignal): Promise<never> {
  signal.throwIfAborted();
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

test('waits for all regions at the same time, and tells the latest call', async () => {
  const asked: string[] = [];
  const everyRegion = Promise.withResolvers<void>();
  const use = await ask(async function* (region) {
    asked.push(region);
    if (asked.length === REGIONS.length) everyRegion.resolve();
    // Were they asked one after the other, this would never end.
    await everyRegion.promise;
    if (region === 'eu-west-1') yield* [[], [event(NOW - 5), event(NOW - 9)]];
    else yield [event(NOW - 50)];
  });
  expect(use).toMatchObject({ known: true, value: { lastAt: NOW - 5 } });
  expect(asked).toEqual(REGIONS);
}, 5_000);

test('reads one page of a region that has events, and knows when there are none', async () => {
  let pages = 0;
  await ask(async function* () {
    for (;;) {
      pages += 1;
      yield [event(NOW - pages)];
    }
  });
  expect(pages).toBe(REGIONS.length);
  const none = await ask(async function* () {
    yield [];
  });
  expect(none).toMatchObject({ known: true, value: { lastAt: null } });
});

test('is unknown when one region cannot be read, and the others wait no longer', async () => {
  let left = 0;
  const use = await ask(async function* (region, signal) {
    if (region === 'eu-west-1') {
      throw new AwsFailure({ code: 'throttled', action: 'cloudtrail:LookupEvents' });
    }
    try {
      await untilAborted(signal);
    } finally {
      left += 1;
    }
    yield [];
  });
  expect(use).toMatchObject({ known: false, why: 'cloudtrail:LookupEvents: throttled' });
  await new Promise((resolve) => setImmediate(resolve));
  expect(left).toBe(2);
}, 5_000);

test('a turn that is stopped is no answer', async () => {
  const stop = new AbortController();
  const asking = ask(async function* (_, signal) {
    await untilAborted(signal);
    yield [];
  }, stop.signal);
  stop.abort(new Error('the process stops'));
  await expect(asking).rejects.toThrow('the process stops');
});
