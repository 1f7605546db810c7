import { describe, expect, it } from 'vitest';
import { watchAccount } from '../../src/pollers/watch.ts';
import type { Services } from '../../src/handlers/services.ts';
import { dying } from './dying.ts';
import { ENGINES, HOUR_MS, type InventoryWorld, PATIENT } from './world.ts';
import { found, happen, region, servicesFor, told, watch, watched, openWatched } from './watch-world.ts';

const MINUTE = 60_000;
const DENIED = { kind: 'error', code: 'AccessDeniedException', status: 400, message: 'no' } as const;
const LOST_TOKEN = { kind: 'error', code: 'InvalidNextTokenException', status: 400, message: 'no' } as const;

/** Lets time pass in steps of a round, watching all the while. */
async function passing(world: InventoryWorld, ms: number, step = 6 * MINUTE): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    world.forward(step);
    await watch(world);
  }
}

const keyOf = (number: number): string => `AKIA${String(number).padStart(16, '0')}`;
const texts = (notices: readonly { readonly text: string }[]): string[] => notices.map(({ text }) => text);

describe('what cannot be seen', () => {
  it('is told when it lasts, by region, and when it is over', async () => {
    const world = await openWatched();
    await watch(world);
    world.standIn.faults.add({ action: 'LookupEvents', effect: DENIED });
    await passing(world, 18 * MINUTE);
    expect((await told(world)).heads).toEqual([]);
    const stuck = await region(world);
    await passing(world, 24 * MINUTE);
    const blind = await told(world);
    expect(blind.heads.length).toBeGreaterThan(0);
    expect(texts(blind.heads).join()).toContain('does not see what happens in main, region us-east-1');
    expect(JSON.stringify(blind.heads[0]?.blocks)).toContain('cloudtrail:LookupEvents');
    expect((await region(world)).completeTo).toBe(stuck.completeTo);

    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 15 });
    world.standIn.faults.clear();
    await passing(world, HOUR_MS + 12 * MINUTE);
    const over = await told(world);
    expect(texts(over.heads).filter((text) => text.includes('sees again'))).toHaveLength(blind.heads.length);
    expect((await region(world)).trouble).toBeNull();
    expect(Object.values(await found(world)).flat()).toContain('trail-stopped');
  });

  it('is told of an account whose credentials AWS refuses', async () => {
    const world = await openWatched();
    await watch(world);
    world.standIn.faults.add({
      action: 'LookupEvents',
      effect: { kind: 'error', code: 'UnrecognizedClientException', status: 400, message: 'no' },
    });
    await passing(world, HOUR_MS);
    expect(texts((await told(world)).heads)).toEqual([
      expect.stringContaining('does not see what happens in main since'),
    ]);
    world.standIn.faults.clear();
    await passing(world, 12 * MINUTE);
    expect(texts((await told(world)).heads)).toEqual([
      expect.stringContaining('sees again what happens in main'),
    ]);
  });

  it('is told when the permission is found gone by a check', async () => {
    const world = await openWatched();
    await watch(world);
    const [connection] = await world.stores.connections.list();
    if (connection?.lastCheck?.status !== 'verified') throw new Error('Not connected');
    const { report } = connection.lastCheck;
    const watchNo = { answer: 'no', missing: ['cloudtrail:LookupEvents'] } as const;
    const capabilities = { ...report.capabilities, watch: watchNo };
    const lastCheck = { ...connection.lastCheck, report: { ...report, capabilities } };
    await world.stores.atomically([
      world.stores.connections.update({ ...connection, lastCheck, version: connection.version + 1 }),
    ]);
    await passing(world, HOUR_MS);
    const [head, ...more] = (await told(world)).heads;
    expect(more).toEqual([]);
    expect(JSON.stringify(head?.blocks)).toContain('lacks');
  });

  it('is told of regions that cannot be listed, and of events that cannot be read', async () => {
    const world = await openWatched();
    world.standIn.faults.add({
      action: 'DescribeRegions',
      effect: { kind: 'error', code: 'UnauthorizedOperation', status: 403, message: 'no' },
    });
    await watch(world);
    expect((await watched(world)).regions.map((each) => each.region)).toEqual(['us-east-1']);
    happen(world, 'iam:CreateUser', { minutesAgo: 1, text: 'nothing' });
    await passing(world, HOUR_MS);
    const said = texts((await told(world)).heads);
    expect(said.filter((text) => text.includes('which regions'))).toHaveLength(1);
    expect(said.filter((text) => text.includes('cannot be read'))).toHaveLength(1);
    world.standIn.faults.clear();
    await passing(world, 25 * HOUR_MS, HOUR_MS);
    const after = texts((await told(world)).heads);
    expect(after.filter((text) => text.includes('knows the regions'))).toHaveLength(1);
    expect(after.filter((text) => text.includes('all events'))).toHaveLength(1);
  }, 120_000);

  it('is told once of what CloudTrail no longer keeps', async () => {
    const world = await openWatched();
    await watch(world);
    world.forward(95 * 24 * HOUR_MS);
    await watch(world);
    const said = texts((await told(world)).heads).filter((text) => text.includes('was never read'));
    expect(said.filter((text) => text.includes('us-east-1'))).toHaveLength(1);
    await passing(world, 12 * MINUTE);
    expect(texts((await told(world)).heads).filter((text) => text.includes('never read'))).toEqual([]);
  });
});

describe('reading', () => {
  it('begins a window anew when AWS loses its place, and gets all of it', async () => {
    const world = await openWatched();
    await watch(world);
    for (let each = 0; each < 130; each += 1) {
      happen(world, 's3:ListBuckets', { minutesAgo: 1 + each / 60 });
    }
    const before = (await region(world)).events;
    world.standIn.faults.add({ action: 'LookupEvents', skip: 2, times: 1, effect: LOST_TOKEN });
    await passing(world, 6 * MINUTE);
    expect((await region(world)).trouble).toBeNull();
    expect((await region(world)).events).toBeGreaterThanOrEqual(before + 130);
  });

  it('bears with throttling', async () => {
    const world = await openWatched();
    await watch(world);
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 1 });
    world.standIn.faults.add({ action: 'LookupEvents', times: 12, effect: { kind: 'throttle' } });
    await passing(world, 30 * MINUTE);
    expect(Object.values(await found(world))).toEqual([['trail-stopped']]);
    expect((await told(world)).heads).toHaveLength(1);
  });

  it('stays inside its half of the calls', async () => {
    const world = await openWatched();
    await watch(world);
    for (let each = 0; each < 1_000; each += 1)
      happen(world, 's3:ListBuckets', { minutesAgo: 1 + each / 600 });
    world.standIn.requests.clear();
    const from = world.clock.now();
    world.forward(6 * MINUTE);
    const begun = world.clock.now();
    await watch(world);
    const calls = [...world.standIn.requests].filter(({ action }) => action === 'LookupEvents').length;
    expect(calls).toBeGreaterThan(20);
    expect(begun - from).toBeGreaterThanOrEqual(6 * MINUTE);
    // One a second and region; the regions are read side by side.
    expect(calls).toBeLessThanOrEqual(((world.clock.now() - begun) / 1_000) * 20 + 40);
  });
});

/** A process that dies at its nth answer of CloudTrail: nothing of it writes any more. */
function dyingAtCall(services: Services, nth: number): Services {
  let count = 0;
  const aws = Object.create(services.aws) as Services['aws'];
  const eventHistory: Services['aws']['eventHistory'] = (...made) => {
    const history = services.aws.eventHistory(...made);
    return {
      async *pages(...asked) {
        for await (const page of history.pages(...asked)) {
          count += 1;
          if (count >= nth) throw new Error('killed');
          yield page;
        }
      },
    };
  };
  Object.defineProperty(aws, 'eventHistory', { value: eventHistory });
  const stores = Object.create(services.stores) as Services['stores'];
  const atomically: Services['stores']['atomically'] = (writes) =>
    count >= nth ? Promise.reject(new Error('killed')) : services.stores.atomically(writes);
  Object.defineProperty(stores, 'atomically', { value: atomically });
  return { ...services, aws, stores };
}

describe.each(ENGINES)('a process that dies while it watches, on %s', (engine) => {
  it.each(['before a batch', 'after a batch', 'at a call'] as const)(
    '%s, whichever it is, skips nothing and tells nothing twice',
    async (when) => {
      const world = await openWatched(engine);
      await watch(world);
      let number = 0;
      for (let nth = 1; nth <= 8; nth += 1) {
        for (const place of ['us-east-1', 'eu-west-1']) {
          number += 1;
          const by = { type: 'IAMUser', accessKeyId: keyOf(number), accountId: world.accountId };
          happen(world, 'cloudtrail:StopLogging', { minutesAgo: 1, by, region: place });
        }
        world.forward(HOUR_MS);
        const life = servicesFor(world, { instanceId: `life-${nth}`, onlyInstance: engine === 'sqlite' });
        const dies =
          when === 'at a call'
            ? dyingAtCall(life, nth)
            : dying(life, nth, when === 'before a batch' ? 'before' : 'after');
        await watchAccount(dies, world.accountId, PATIENT).catch(() => undefined);
        // On PostgreSQL, whoever comes next waits until the hold is over.
        world.forward(10 * MINUTE);
        const next = servicesFor(world, { instanceId: `after-${nth}`, onlyInstance: engine === 'sqlite' });
        await watchAccount(next, world.accountId, PATIENT);
      }
      await passing(world, 12 * MINUTE);
      const all = await found(world);
      expect(Object.keys(all).sort()).toEqual(Array.from({ length: number }, (_, place) => keyOf(place + 1)));
      expect(Object.values(all)).toEqual(Array.from({ length: number }, () => ['trail-stopped']));
      const heads = texts((await told(world)).heads);
      expect(heads.filter((text) => text.includes('does not see') || text.includes('sees again'))).toEqual(
        [],
      );
      expect(heads).toHaveLength(number);
    },
    120_000,
  );
});
