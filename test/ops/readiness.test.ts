import { describe, expect, it } from 'vitest';
import { Readiness } from '../../src/ops/readiness.ts';
import { systemClock } from '../support/system-world.ts';

const NOW = Date.UTC(2031, 4, 5);

function readiness(
  parts: { ping?: () => Promise<void>; lastLook?: number | null; slack?: string | null } = {},
): Readiness {
  // A sleep that is over at once: whatever hangs is too late.
  const made = new Readiness({ now: () => NOW, sleep: (_, signal) => systemClock.sleep(20, signal) });
  made.started({
    stores: { ping: parts.ping ?? (() => Promise.resolve()) },
    jobs: { lastLook: () => (parts.lastLook === undefined ? NOW - 1_000 : parts.lastLook) },
    slackTrouble: () => parts.slack ?? null,
  });
  return made;
}

describe('readiness', () => {
  it('comes with the start and goes with the stop', async () => {
    expect(await new Readiness(systemClock).troubles()).toEqual(['starting']);
    const one = readiness();
    expect(await one.troubles()).toEqual([]);
    one.stopping();
    expect(await one.troubles()).toEqual(['stopping']);
  });

  it.each([
    [
      'a database that fails',
      { ping: () => Promise.reject(new Error('no')) },
      ['database: it does not answer'],
    ],
    [
      'a database that hangs',
      { ping: () => Promise.withResolvers<void>().promise },
      ['database: it does not answer'],
    ],
    ['a socket that is gone', { slack: 'no socket is open' }, ['slack: no socket is open']],
    ['jobs that have not begun', { lastLook: null }, ['jobs: the queue has not been looked at yet']],
    ['jobs that stopped', { lastLook: NOW - 61_000 }, ['jobs: the queue was last looked at 61 s ago']],
    ['a clock set back', { lastLook: NOW + 3_600_000 }, []],
    ['a job queue seen a minute ago', { lastLook: NOW - 60_000 }, []],
  ])('knows %s', async (_, parts, troubles) => {
    expect(await readiness(parts).troubles()).toEqual(troubles);
  });

  it('names everything at once', async () => {
    const all = readiness({ ping: () => Promise.reject(new Error('no')), slack: 'gone', lastLook: null });
    expect(await all.troubles()).toHaveLength(3);
  });
});
