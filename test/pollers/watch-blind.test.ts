import { describe, expect, it, onTestFinished } from 'vitest';
import type { FaultRule } from '../../sandbox/aws/faults.ts';
import type { AccountWatch } from '../../src/domain/watch.ts';
import { RekeyError } from '../../src/errors.ts';
import type { Services } from '../../src/handlers/services.ts';
import { blindness } from '../../src/pollers/watch/blindness.ts';
import { newRegion } from '../../src/watch/plan.ts';
import { SETTLE } from '../../src/watch/rhythm.ts';
import { watchOfCard } from '../../commands/home-watch.ts';
import { found, happen, KEY, region, servicesFor, told, watch, watched } from './watch-world.ts';
import { HOUR_MS, InventoryWorld } from './world.ts';

// What a hostile operator would try: in each case it is said after a stated time, said when it is over, Home shows how
// far everything is known, and nothing that happened meanwhile is lost.

const MINUTE = 60_000;
const ALL: FaultRule['effect'] = {
  kind: 'error',
  code: 'AccessDeniedException',
  status: 400,
  message: 'no',
};

async function open(): Promise<InventoryWorld> {
  const world = await InventoryWorld.open({ capabilities: ['verify', 'inventory', 'watch'] });
  onTestFinished(() => world[Symbol.asyncDispose]());
  await world.connect();
  await watch(world);
  return world;
}

async function passing(
  world: InventoryWorld,
  ms: number,
  { step = 6 * MINUTE, services = servicesFor(world) } = {},
): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    world.forward(step);
    await watch(world, services).catch(() => undefined);
  }
}

async function said(world: InventoryWorld): Promise<string[]> {
  return (await told(world)).heads.map(({ text }) => text);
}

/** What the card of the account says on Home. */
async function home(world: InventoryWorld): Promise<string> {
  const [connection] = await world.stores.connections.list();
  if (connection === undefined) throw new Error('Not connected');
  return watchOfCard(connection, await watched(world), world.clock.now());
}

const blind = (texts: readonly string[]): string[] => texts.filter((text) => text.includes('does not see'));
const again = (texts: readonly string[]): string[] => texts.filter((text) => text.includes('sees again'));

/** A theft in the middle of it, found once the trouble is over. */
function theft(world: InventoryWorld, where = 'us-east-1'): void {
  happen(world, 'cloudtrail:StopLogging', { minutesAgo: 1, region: where });
}

describe('never blind', () => {
  it('when most of many regions deny: one message names them, the others are read on', async () => {
    const world = await open();
    const names = (await watched(world)).regions.map((each) => each.region).sort();
    const denied = names.filter((name) => name !== 'us-east-1').slice(0, 10);
    for (const name of denied)
      world.standIn.faults.add({ action: 'LookupEvents', region: name, effect: ALL });
    for (const name of denied) happen(world, 's3:ListBuckets', { minutesAgo: 1, region: name });
    await passing(world, 2 * HOUR_MS, { step: 10 * MINUTE });
    const [one, ...more] = blind(await said(world));
    expect(more).toEqual([]);
    expect(one).toContain(`${denied.length} regions (`);
    expect(await home(world)).toContain('more regions behind');
    expect(world.clock.now() - (await region(world)).completeTo).toBeLessThan(SETTLE + 12 * MINUTE);
    theft(world, denied[3]);
    world.standIn.faults.clear();
    await passing(world, 70 * MINUTE, { step: 10 * MINUTE });
    expect(again(await said(world)).join()).toContain('regions');
    expect((await found(world))[KEY]).toContain('trail-stopped');
    expect(await home(world)).not.toContain('behind');
  });

  it('when the history of a region stands still for hours though it answers', async () => {
    const world = await open();
    await passing(world, 30 * MINUTE);
    expect(await said(world)).toEqual([]);
    // Events take five hours to appear, Rekey's own as well.
    world.standIn.world.eventDelayMs = 5 * HOUR_MS;
    const since = world.clock.now();
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: -20, delay: 4 * 60 });
    await passing(world, 100 * MINUTE, { step: 10 * MINUTE });
    const texts = blind(await said(world));
    expect(texts.join()).toContain('us-east-1');
    expect((await region(world)).completeTo).toBeLessThanOrEqual(since + 5_000);
    expect(await home(world)).toContain('shows nothing that happened since');
    world.standIn.world.eventDelayMs = 0;
    await passing(world, 4 * HOUR_MS, { step: 20 * MINUTE });
    expect(again(await said(world))).not.toEqual([]);
    expect((await found(world))[KEY]).toEqual(['trail-stopped']);
    // What Rekey did meanwhile still comes in late, and Home says so; the rest is settled.
    const { settledTo, completeTo } = await region(world);
    expect(settledTo).toBeGreaterThan(world.clock.now() - 2 * SETTLE - 20 * MINUTE);
    expect(completeTo).toBeLessThan(settledTo);
  });

  it('when the clock is set forward and back by hours', async () => {
    const world = await open();
    await passing(world, 12 * MINUTE);
    world.forward(3 * HOUR_MS);
    await passing(world, 18 * MINUTE);
    // Its own calls are at the stand-in's time, which was wrong with it.
    world.forward(-3 * HOUR_MS);
    theft(world);
    await watch(world);
    const after = await region(world);
    expect(after.readTo).toBeLessThanOrEqual(world.clock.now());
    await passing(world, 12 * MINUTE);
    expect((await found(world))[KEY]).toEqual(['trail-stopped']);
    const alarms = (await told(world)).heads.filter(({ blocks }) =>
      JSON.stringify(blocks).includes('stopped or deleted'),
    );
    expect(alarms).toHaveLength(1);
    const { completeTo } = await region(world);
    expect(completeTo).toBeLessThanOrEqual(world.clock.now() - SETTLE);
    expect(completeTo).toBeGreaterThan(world.clock.now() - SETTLE - 12 * MINUTE);
  });

  it('when the clock is slow: what AWS calls later is read all the same, and the clock is named', async () => {
    const world = await open();
    const at = world.clock.now() + 2 * HOUR_MS;
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: -120, delay: -120 });
    await passing(world, HOUR_MS);
    expect((await found(world))[KEY]).toEqual(['trail-stopped']);
    expect((await region(world)).newestAt).toBeGreaterThan(at - 60_000);
    const { heads } = await told(world);
    expect(JSON.stringify(heads)).toContain('must be slow');
  });

  it('when AWS loses its place in the pages again and again', async () => {
    const world = await open();
    for (let each = 0; each < 120; each += 1) happen(world, 's3:ListBuckets', { minutesAgo: 1 });
    theft(world);
    const lost = { kind: 'error', code: 'InvalidNextTokenException', status: 400, message: 'no' } as const;
    world.standIn.faults.add({ action: 'LookupEvents', region: 'us-east-1', effect: lost });
    await passing(world, 48 * MINUTE);
    expect(blind(await said(world)).join()).toContain('region us-east-1');
    world.standIn.faults.clear();
    await passing(world, 18 * MINUTE);
    expect(again(await said(world))).toHaveLength(1);
    expect((await found(world))[KEY]).toEqual(['trail-stopped']);
  });

  it('when the judging breaks down again and again', async () => {
    const world = await open();
    theft(world);
    const broken: Services['judges'] = {
      judge: () => Promise.reject(new Error('the judging thread ended')),
      open: () => {
        throw new Error('the judging thread ended');
      },
      close: () => Promise.resolve(),
    };
    await passing(world, 48 * MINUTE, { services: servicesFor(world, { judges: broken }) });
    const texts = blind(await said(world));
    expect(texts.length).toBeGreaterThan(0);
    expect(await home(world)).toContain('an error of its own');
    await passing(world, 70 * MINUTE);
    expect(again(await said(world)).length).toBeGreaterThan(0);
    expect((await found(world))[KEY]).toEqual(['trail-stopped']);
  });

  it('when the database takes nothing for hours: said as soon as it does, and nothing is lost', async () => {
    const world = await open();
    const full = Object.create(world.stores) as Services['stores'];
    Object.defineProperty(full, 'atomically', {
      value: () => Promise.reject(new RekeyError('unreachable', 'The database is full.')),
    });
    await passing(world, 12 * MINUTE);
    theft(world);
    await passing(world, 3 * HOUR_MS, {
      step: 30 * MINUTE,
      services: servicesFor(world, { stores: full }),
    });
    await passing(world, 12 * MINUTE);
    const texts = await said(world);
    expect(texts.filter((text) => text.includes('Nobody watched main from'))).toHaveLength(1);
    expect((await found(world))[KEY]).toEqual(['trail-stopped']);
  });

  it('when a region is disabled: the others are read on, and people hear what became of it', async () => {
    const world = await open();
    const gone = 'eu-west-1';
    const refused = {
      kind: 'error',
      code: 'UnrecognizedClientException',
      status: 400,
      message: 'no',
    } as const;
    world.standIn.faults.add({ action: 'LookupEvents', region: gone, effect: refused });
    happen(world, 's3:ListBuckets', { minutesAgo: 1, region: gone });
    await passing(world, 2 * HOUR_MS, { step: 10 * MINUTE });
    const texts = await said(world);
    expect(blind(texts)).toEqual([expect.stringContaining(`region ${gone}`)]);
    expect((await watched(world)).trouble).toBeNull();
    expect(world.clock.now() - (await region(world)).completeTo).toBeLessThan(SETTLE + 12 * MINUTE);
  });

  it('when a region hangs: the others are read on', async () => {
    const world = await open();
    world.services.close();
    const { inventoryServices } = await import('./services.ts');
    world.services = inventoryServices({
      stores: world.stores,
      awsUrl: world.standIn.url,
      masterKey: world.masterKey,
      clock: world.clock,
      log: world.log,
      jobs: world.jobs,
      requestMs: 1_500,
    });
    happen(world, 's3:ListBuckets', { minutesAgo: 1, region: 'eu-west-1' });
    await passing(world, 65 * MINUTE, { step: 65 * MINUTE });
    world.standIn.faults.add({ action: 'LookupEvents', region: 'eu-west-1', effect: { kind: 'hang' } });
    await passing(world, 75 * MINUTE, { step: 25 * MINUTE });
    expect(blind(await said(world))).toEqual([expect.stringContaining('region eu-west-1')]);
    expect(world.clock.now() - (await region(world)).completeTo).toBeLessThan(SETTLE + 27 * MINUTE);
    world.standIn.faults.clear();
    await passing(world, 20 * MINUTE, { step: 10 * MINUTE });
    expect(again(await said(world))).toEqual([expect.stringContaining('region eu-west-1')]);
  });

  it('in thirty regions of which twenty deny at slightly different times: one message', () => {
    const now = 1_800_000_000_000;
    const regions = Array.from({ length: 30 }, (_, place) => ({
      ...newRegion(`region-${place}`, now - 10 * 24 * HOUR_MS),
      trouble:
        place < 20 ? { why: 'It is denied.', since: now - (31 - place / 2) * MINUTE, toldAt: null } : null,
    }));
    const account = { regions, trouble: null, listTrouble: null } as unknown as AccountWatch;
    const { what, account: after } = blindness(account, 'main', now);
    expect(what.map(({ text }) => text)).toEqual([expect.stringContaining('20 regions (region-0, ')]);
    expect(blindness(after, 'main', now + HOUR_MS).what).toEqual([]);
  });
});
