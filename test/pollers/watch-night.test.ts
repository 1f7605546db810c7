import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../sandbox/aws/faults.ts';
import { readSlice } from '../../src/pollers/watch/read-slice.ts';
import { prune } from '../../src/pollers/watch-jobs.ts';
import { takeUp } from '../../src/pollers/watch/take-up.ts';
import type { EventHistory } from '../../src/ports/trail.ts';
import {
  found,
  happen,
  KEY,
  openWatched,
  ordinaryDays,
  region,
  servicesFor,
  told,
  watch,
  watched,
} from './watch-world.ts';
import { HOUR_MS, type InventoryWorld, PATIENT } from './world.ts';

// What goes wrong at night, in part and for long: what still can be seen is seen, and what is said of the rest is true.

const MINUTE = 60_000;
const DAY_MS = 24 * HOUR_MS;

async function passing(world: InventoryWorld, ms: number, step = 6 * MINUTE): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    world.forward(step);
    await watch(world, servicesFor(world)).catch(() => undefined);
  }
}

/** A region is enabled, and somebody stops the trail there; then nobody watches for days. */
function enabledMeanwhile(world: InventoryWorld): void {
  world.account.regions.add('eu-west-1');
  happen(world, 'cloudtrail:StopLogging', { minutesAgo: 1, region: 'eu-west-1' });
  world.forward(3 * DAY_MS);
}

async function said(world: InventoryWorld): Promise<string[]> {
  return (await told(world)).heads.map(({ text }) => text);
}

const refused = (code: string): FaultRule['effect'] => ({ kind: 'error', code, status: 400, message: 'no' });

describe('in part', () => {
  it('says that nobody watched though a region has been denied all along', async () => {
    const world = await openWatched();
    await watch(world);
    world.standIn.faults.add({
      action: 'LookupEvents',
      region: 'eu-west-1',
      effect: refused('AccessDeniedException'),
    });
    await passing(world, 2 * HOUR_MS, 10 * MINUTE);
    expect((await said(world)).join()).toContain('region eu-west-1');
    world.forward(5 * HOUR_MS);
    await watch(world);
    const texts = await said(world);
    expect(texts.filter((text) => text.includes('Nobody watched main from'))).toHaveLength(1);
    await passing(world, HOUR_MS, 10 * MINUTE);
    expect(await said(world)).toEqual([]);
  });

  it.each(['OptInRequired', 'PermanentRedirect'])(
    'says of a region that fails alone with %s nothing of the others',
    async (code) => {
      const world = await openWatched();
      await watch(world);
      world.standIn.faults.add({ action: 'LookupEvents', region: 'eu-west-1', effect: refused(code) });
      await passing(world, 2 * HOUR_MS, 10 * MINUTE);
      const texts = (await said(world)).filter((text) => text.includes('does not see'));
      expect(texts).toEqual([expect.stringContaining('region eu-west-1')]);
      expect((await watched(world)).trouble).toBeNull();
    },
  );

  it('judges what was done while regions could not be listed', async () => {
    const world = await openWatched();
    world.standIn.faults.add({ action: 'DescribeRegions', effect: refused('UnauthorizedOperation') });
    await watch(world);
    await passing(world, 6 * HOUR_MS, HOUR_MS);
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 1, region: 'eu-west-1' });
    await passing(world, 3 * DAY_MS, 6 * HOUR_MS);
    expect(await found(world)).toEqual({});
    world.standIn.faults.clear();
    await passing(world, HOUR_MS, 20 * MINUTE);
    expect((await watched(world)).regions.length).toBeGreaterThan(2);
    expect((await found(world))[KEY] ?? []).toContain('trail-stopped');
  });

  it('judges what was done in a region that was enabled while nobody watched', async () => {
    const world = await openWatched();
    world.account.regions.delete('eu-west-1');
    await watch(world);
    await passing(world, HOUR_MS, 20 * MINUTE);
    enabledMeanwhile(world);
    await watch(world);
    await passing(world, 30 * MINUTE, 10 * MINUTE);
    expect((await found(world))[KEY] ?? []).toContain('trail-stopped');
  });

  it('judges it also where another region failed when somebody last watched', async () => {
    const world = await openWatched();
    world.account.regions.delete('eu-west-1');
    await watch(world);
    const other = (await watched(world)).regions.find((each) => each.region !== 'us-east-1');
    world.standIn.faults.add({
      action: 'LookupEvents',
      region: other?.region ?? '',
      effect: refused('OptInRequired'),
    });
    await passing(world, HOUR_MS, 20 * MINUTE);
    enabledMeanwhile(world);
    await watch(world);
    await passing(world, 30 * MINUTE, 10 * MINUTE);
    expect((await found(world))[KEY] ?? []).toContain('trail-stopped');
  });

  it('judges it also where the list of regions fails at first', async () => {
    const world = await openWatched();
    world.account.regions.delete('eu-west-1');
    await watch(world);
    await passing(world, HOUR_MS, 20 * MINUTE);
    enabledMeanwhile(world);
    world.standIn.faults.add({ action: 'DescribeRegions', effect: refused('UnauthorizedOperation') });
    await watch(world);
    await passing(world, HOUR_MS, 20 * MINUTE);
    world.standIn.faults.clear();
    await passing(world, HOUR_MS, 20 * MINUTE);
    expect((await found(world))[KEY] ?? []).toContain('trail-stopped');
  });

  it('goes on reading where somebody else takes half of the calls for hours', async () => {
    const world = await openWatched();
    await watch(world);
    world.standIn.faults.add({
      action: 'LookupEvents',
      region: 'us-east-1',
      probability: 0.5,
      effect: { kind: 'throttle' },
    });
    for (let step = 0; step < 12; step += 1) {
      for (let each = 0; each < 500; each += 1) {
        happen(world, 's3:ListBuckets', { minutesAgo: (each / 500) * 5 });
      }
      world.forward(5 * MINUTE);
      await watch(world);
    }
    expect(world.clock.now() - (await region(world)).readTo).toBeLessThan(15 * MINUTE);
    expect(await said(world)).toEqual([]);
  }, 60_000);

  it('reads less at a time where events are large, whatever their number', async () => {
    const large = 'x'.repeat(200_000);
    const now = 1_800_000_000_000;
    let read = 0;
    const history: EventHistory = {
      async *pages() {
        for (let page = 0; page < 300; page += 1) {
          read += 1;
          yield Array.from({ length: 50 }, () => ({ at: now - page * 10_000, text: large }));
        }
      },
    };
    const paging = { signal: PATIENT, onPage: () => Promise.resolve(), open: false };
    const slice = { from: now - HOUR_MS, to: now, purpose: 'judge' } as const;
    const reading = await readSlice(history, 'us-east-1', [null], slice, paging);
    expect(reading.kind).toBe('too_long');
    expect(read).toBeLessThan(20);
    // A minute cannot be cut any more.
    const minute = { ...slice, from: now - MINUTE };
    expect(await readSlice(history, 'us-east-1', [null], minute, paging)).toMatchObject({ kind: 'read' });
  });

  it('forgets nothing for good because the clock was months ahead for a day', async () => {
    const world = await openWatched();
    ordinaryDays(world, 30);
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 5 });
    await watch(world);
    const { stores, clock } = world;
    await prune(world);
    const before = await stores.watch.profiles.ofSubjects(world.accountId, [KEY]);
    expect(before).toHaveLength(1);
    world.forward(500 * DAY_MS);
    await prune(world);
    const marks = await stores.watch.seen.read(world.accountId, 'us-east-1', 0, clock.now());
    expect(marks.length).toBeGreaterThan(0);
    world.forward(DAY_MS);
    await prune(world);
    world.forward(-500 * DAY_MS);
    await prune(world);
    expect(await stores.watch.profiles.ofSubjects(world.accountId, [KEY])).toEqual(before);
    expect((await found(world))[KEY]).toContain('trail-stopped');

    // Once it is months later indeed, what nobody used since goes, a day at a time.
    for (let day = 0; day < 130; day += 1) {
      world.forward(DAY_MS);
      await prune(world);
    }
    expect(await stores.watch.profiles.ofSubjects(world.accountId, [KEY])).toEqual([]);
  });

  it('lets nobody who stood still write over an account that was connected anew meanwhile', async () => {
    const world = await openWatched();
    const [one, two] = ['one', 'two'].map((instanceId) =>
      servicesFor(world, { instanceId, onlyInstance: false }),
    );
    if (one === undefined || two === undefined) throw new Error('Two instances');
    const stale = await takeUp(one, world.accountId, PATIENT);
    await world.stores.atomically(world.stores.watch.accounts.forget(world.accountId));
    world.forward(5 * MINUTE);
    expect(await takeUp(two, world.accountId, PATIENT)).not.toBeNull();
    await expect(stale?.stillHere()).rejects.toMatchObject({ code: 'conflict' });
    expect((await watched(world)).heldBy).toBe('two');
  });
});
