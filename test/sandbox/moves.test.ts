import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { MovableClock } from '../../sandbox/clock.ts';
import { lengthOf, moveCalmly, partsOf } from '../../sandbox/moves.ts';
import { Traffic } from '../../sandbox/traffic.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

test.each([
  ['hour', HOUR],
  ['day', DAY],
  ['week', 7 * DAY],
] as const)('a step of one %s is as long as it says', (step, ms) => {
  expect(lengthOf(step, Date.UTC(2026, 10, 28))).toBe(ms);
});

describe('the next working morning is at nine, UTC', () => {
  test.each([
    ['on the same day, before nine', '2026-11-30T08:59:59.999Z', '2026-11-30T09:00:00.000Z'],
    ['on the next day, from nine on', '2026-11-30T09:00:00.000Z', '2026-12-01T09:00:00.000Z'],
    ['on Monday, after Friday nine', '2026-11-27T09:00:01.000Z', '2026-11-30T09:00:00.000Z'],
    ['on Monday, on a Saturday before nine', '2026-11-28T08:00:00.000Z', '2026-11-30T09:00:00.000Z'],
    ['on Monday, on a Sunday', '2026-11-29T23:30:00.000Z', '2026-11-30T09:00:00.000Z'],
    ['in the next year', '2026-12-31T10:00:00.000Z', '2027-01-01T09:00:00.000Z'],
  ])('%s', (_when, now, morning) => {
    const at = Date.parse(now);
    expect(new Date(at + lengthOf('morning', at)).toISOString()).toBe(morning);
  });
});

describe('a move stops at six in the morning, UTC, before its end', () => {
  test.each([
    ['of a day', 'day', '2026-11-30T13:30:00Z', ['2026-12-01T06:00:00Z', '2026-12-01T13:30:00Z']],
    ['of a week', 'week', '2026-11-30T13:30:00Z', ['2026-12-07T06:00:00Z', '2026-12-07T13:30:00Z']],
    ['to a morning', 'morning', '2026-11-28T13:30:00Z', ['2026-11-30T06:00:00Z', '2026-11-30T09:00:00Z']],
    ['but not by night', 'day', '2026-11-30T05:00:00Z', ['2026-12-01T05:00:00Z']],
    ['nor within a day', 'hour', '2026-11-30T06:30:00Z', ['2026-11-30T07:30:00Z']],
    ['nor where it begins', 'morning', '2026-11-30T06:00:00Z', ['2026-11-30T09:00:00Z']],
  ] as const)('%s', (_what, step, from, stops) => {
    let at = Date.parse(from);
    const passed = partsOf(step, at).map((length) => (at += length));
    expect(passed).toEqual(stops.map((stop) => Date.parse(stop)));
  });
});

test('a move waits for what is under way, and not for whoever never falls silent', async () => {
  let answer = (): void => undefined;
  const server = createServer((_request, response) => {
    answer = () => response.end('done');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const traffic = new Traffic();
  traffic.watch(server);
  const asked = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await expect.poll(() => traffic.quietMs).toBe(0);

  const clock = new MovableClock();
  const moved = moveCalmly(clock, 'day', [traffic], 5_000);
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(clock.ahead).toBe(0);
  answer();
  await (await asked).text();
  await moved;
  expect(clock.ahead).toBe(DAY);
  expect(traffic.quietMs).toBeGreaterThan(100);

  const never = fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await expect.poll(() => traffic.quietMs).toBe(0);
  await moveCalmly(clock, 'hour', [traffic], 500);
  expect(clock.ahead).toBe(DAY + HOUR);
  answer();
  await (await never).text();
  await new Promise((resolve) => server.close(resolve));
});
