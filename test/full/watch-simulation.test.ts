import { describe, expect, it, onTestFinished } from 'vitest';
import type { HistoryEvent } from '../../sandbox/aws/accounts/history.ts';
import { call } from '../../src/detections/example.ts';
import { CALLS_PER_HOUR, PAGE } from '../../src/watch/rhythm.ts';
import { HOUR_MS, InventoryWorld } from '../pollers/world.ts';
import { StillClock } from '../verification/bench.ts';
import { happen, watch, watched } from '../pollers/watch-world.ts';

const MINUTE = 60_000;
const SECOND = 1_000;
const REGION = 'us-east-1';
const KEYS = 200;
/** Before what is counted, so that the watch finds its rhythm and some of it is settled. */
const WARM_UP = 26 * MINUTE;
/** As much of an hour as is counted. */
const COUNTED = 20 * MINUTE;
/** An event is settled after twenty minutes; a round later all of them are. */
const SETTLED = 32 * MINUTE;

const keyOf = (number: number): string => `AKIA${String(number % KEYS).padStart(16, '0')}`;

/** A number from 0 to 1 that is always the same for the same event. */
function chance(number: number, salt: number): number {
  let mixed = Math.imul(number + 1, 0x9e3779b1) ^ Math.imul(salt, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32;
}

/** How long an event takes to appear: mostly one and a half to four minutes, one of fifty up to eighteen. */
function delayOf(number: number): number {
  const usual = 90_000 + chance(number, 2) * 150_000;
  return chance(number, 1) < 0.02 ? usual + chance(number, 3) * 14 * MINUTE : usual;
}

/** Ordinary reads of the keys; their records are made when they are asked for. */
function busyTraffic(world: InventoryWorld, from: number, until: number, perHour: number): void {
  const { history } = world.account.in(REGION);
  const gap = HOUR_MS / perHour;
  for (let number = 0; from + number * gap < until; number += 1) {
    const at = Math.floor((from + number * gap) / SECOND) * SECOND;
    const accessKeyId = keyOf(number);
    const event: HistoryEvent = {
      eventId: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      at,
      visibleAt: at + delayOf(number),
      name: 'DescribeQueue',
      source: 'sqs.amazonaws.com',
      userName: 'program',
      accessKeyId,
      readOnly: true,
      resources: [],
      get record() {
        const { accountId } = world;
        const by = { type: 'IAMUser', accessKeyId, accountId, arn: `arn:aws:iam::${accountId}:user/program` };
        const eventTime = new Date(at).toISOString().replace('.000Z', 'Z');
        return { ...call('sqs:GetQueueUrl', { by, region: REGION }), eventTime, eventID: this.eventId };
      },
    };
    history.add(event);
  }
}

/** Calls by the purpose of the slices they read, as the log tells. */
function callsByPurpose(lines: readonly string[], of: string): Record<string, number> {
  const calls: Record<string, number> = {};
  for (const line of lines) {
    const told = /^debug events were taken in (.*)$/.exec(line)?.[1];
    if (told === undefined) continue;
    const taken = JSON.parse(told) as { region: string; purpose: string; calls: number };
    if (taken.region === of) calls[taken.purpose] = (calls[taken.purpose] ?? 0) + taken.calls;
  }
  return calls;
}

describe('an hour of 50,000 events of 200 keys in one region', () => {
  it('takes less than half of the calls, and each event is judged within six minutes', async () => {
    const world = await InventoryWorld.open({
      capabilities: ['verify', 'inventory', 'watch'],
      clock: new StillClock(),
    });
    onTestFinished(() => world[Symbol.asyncDispose]());
    for (let user = 0; user < KEYS / 2; user += 1) {
      const made = world.account.addUser(`program-${user}`);
      made.addKey({ createdAt: world.clock.now() - HOUR_MS });
      made.addKey({ createdAt: world.clock.now() - HOUR_MS });
    }
    await world.connect();
    await world.sweep();
    await watch(world);
    // Rekey's own calls take their time to appear, too.
    world.standIn.world.eventDelayMs = 2 * MINUTE;
    const begin = world.clock.now();
    const measuredFrom = begin + WARM_UP;
    const until = measuredFrom + COUNTED;
    busyTraffic(world, begin, until, 50_000);
    // What is to be found: three times a minute, with the delays that events have.
    const planted = new Map<string, { at: number; visibleAt: number }>();
    for (let number = 0; number < 60; number += 1) {
      const at = measuredFrom + (number * MINUTE) / 3;
      const delay = delayOf(number * 7);
      const by = { type: 'IAMUser', accessKeyId: keyOf(number), accountId: world.accountId };
      const minutesAgo = (world.clock.now() - at) / MINUTE;
      const { eventID } = happen(world, 'cloudtrail:StopLogging', {
        minutesAgo,
        delay: delay / MINUTE,
        by,
        region: REGION,
      });
      planted.set(String(eventID), { at: Math.floor(at / SECOND) * SECOND, visibleAt: at + delay });
    }
    const rounds = async (to: number): Promise<void> => {
      while (world.clock.now() < to) {
        await watch(world);
        world.forward(20 * SECOND);
      }
    };
    await rounds(measuredFrom);
    world.standIn.requests.clear();
    world.log.lines.length = 0;
    const startedAt = world.clock.now();
    await rounds(until);
    const hours = (world.clock.now() - startedAt) / HOUR_MS;
    const lookUps = [...world.standIn.requests].filter(
      (request) => request.action === 'LookupEvents' && request.region === REGION,
    );
    const purposes = callsByPurpose(world.log.lines, REGION);
    // Every call has a purpose, and none is throttled.
    expect(Object.values(purposes).reduce((sum, calls) => sum + calls, 0)).toBe(lookUps.length);
    expect(lookUps.filter(({ status }) => status !== 200)).toEqual([]);
    expect(lookUps.length / hours).toBeLessThan(CALLS_PER_HOUR);
    // New once, settled once; the rest goes back for what appears late.
    const once = 50_000 / PAGE;
    expect((purposes['settle'] ?? 0) / hours).toBeGreaterThan(0.75 * once);
    expect((purposes['settle'] ?? 0) / hours).toBeLessThan(1.3 * once);

    await rounds(until + SETTLED);
    const incidents = await world.stores.watch.incidents.page(
      { open: null, least: null, accountId: null, text: null },
      null,
      500,
    );
    const found = new Map<string, number>();
    for (const { id } of incidents) {
      for (const { signal, createdAt } of await world.stores.watch.signals.ofIncident(id, 500)) {
        if (signal.rule === 'trail-stopped') found.set(signal.eventID ?? '', createdAt);
      }
    }
    expect([...found.keys()].sort()).toEqual([...planted.keys()].sort());
    const waits = [...planted].map(([id, { at, visibleAt }]) => {
      const judgedAt = found.get(id) ?? Number.POSITIVE_INFINITY;
      return {
        delay: (visibleAt - at) / MINUTE,
        waited: (judgedAt - visibleAt) / MINUTE,
        age: (judgedAt - at) / MINUTE,
      };
    });
    // What appears as events usually do is judged within six minutes, the rest when it is settled.
    const usual = waits.filter(({ delay }) => delay <= 4);
    expect(usual.length).toBeGreaterThan(50);
    expect(Math.max(...usual.map(({ waited }) => waited))).toBeLessThanOrEqual(6);
    expect(Math.max(...waits.map(({ age }) => age))).toBeLessThanOrEqual(SETTLED / MINUTE);
    expect((await watched(world)).regions.every(({ trouble }) => trouble === null)).toBe(true);
  }, 600_000);
});
