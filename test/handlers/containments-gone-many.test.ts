import { describe, expect, it } from 'vitest';
import { blankContainment } from '../../src/domain/containment-acts.ts';
import { movedTo } from '../../src/domain/containment.ts';
import { endGone } from '../../src/handlers/containments/gone.ts';
import type { Services } from '../../src/handlers/services.ts';
import type { Capability } from '../../src/domain/verification.ts';
import { ENGINES, InventoryWorld, PATIENT } from '../pollers/world.ts';
import { servicesFor } from './containment-world.ts';

/** Calls a second to IAM of one account, at the most, as its budget has it; a burst comes on top. */
const PER_SECOND = 5;
const BURST = 5;

/** So many users, each contained, which nobody looks after any more. */
async function standing(
  many: number,
  { engine = 'sqlite', capabilities = ['contain', 'inventory'] as readonly Capability[] } = {},
) {
  const world = await InventoryWorld.open({ engine: engine as (typeof ENGINES)[number], capabilities });
  await world.connect();
  const { clock, stores } = world;
  // Whoever gives way for a moment truly does.
  const sleep: Services['clock']['sleep'] = async (ms, signal) => {
    if (ms === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    else await clock.sleep(ms, signal);
  };
  const services = servicesFor(world, { clock: { now: () => clock.now(), sleep } });
  for (let at = 0; at < many; at += 1) {
    const user = world.account.addUser(`user-${at}`);
    const { accessKeyId } = user.addKey();
    const holder = {
      id: services.ids.next(),
      incidentId: null,
      accessKeyId,
      kind: 'stolen',
      by: 'U0RESP',
      hostUser: null,
      at: 1,
      reason: 'seen abroad',
      phase: 'held',
      taken: null,
    } as const;
    const blank = blankContainment({
      id: services.ids.next(),
      accountId: world.accountId,
      partition: 'aws',
      accessKeyId,
      holder,
      correlationId: services.ids.next(),
      now: clock.now(),
    });
    const found = {
      ...blank,
      userName: user.name,
      userId: user.userId,
      userArn: user.arn,
      keys: [{ accessKeyId, before: 'Active' }],
      deny: { way: 'attached', attached: true, inline: false },
      nextAt: null,
    } as const;
    const row = movedTo(movedTo(found, 'acting', 1), 'standing', 1);
    await stores.atomically([stores.containments.insert(row)]);
  }
  return { world, services };
}

/** How many users IAM was asked for by name since `from`. */
function asked(world: InventoryWorld, from: number): number {
  return [...world.standIn.requests].slice(from).filter(({ action }) => action === 'GetUser').length;
}

describe('thousands of containments that stand', () => {
  it.each(ENGINES)(
    'are looked for on one list of their account, inside its budget, on %s',
    async (engine) => {
      const { world, services } = await standing(400, { engine });
      await using _ = world;
      const before = world.standIn.requests.length;
      const from = world.clock.now();
      expect(await endGone(services, PATIENT)).toBe(0);
      const calls = world.standIn.requests.length - before;
      expect(asked(world, before)).toBe(0);
      expect(calls).toBeLessThan(20);
      expect(calls).toBeLessThanOrEqual(BURST + ((world.clock.now() - from) / 1_000) * PER_SECOND + 1);
    },
  );

  it('are asked for one by one inside the budget where nobody may list them, and a look that had no time left goes on where it was', async () => {
    const { world, services } = await standing(250, { capabilities: ['contain'] });
    await using _ = world;
    const stop = new AbortController();
    const before = world.standIn.requests.length;
    const from = world.clock.now();
    const { clock } = services;
    const hurried: Services = {
      ...services,
      clock: {
        ...clock,
        now: () => {
          if (asked(world, before) >= 120) stop.abort();
          return clock.now();
        },
      },
    };
    await expect(endGone(hurried, stop.signal)).rejects.toThrow('aborted');
    expect(asked(world, before)).toBeGreaterThanOrEqual(120);
    expect(world.standIn.requests.length - before).toBeLessThanOrEqual(
      BURST + ((world.clock.now() - from) / 1_000) * PER_SECOND + 1,
    );
    const next = world.standIn.requests.length;
    await endGone(services, PATIENT);
    // Only what was not through yet is asked again.
    expect(asked(world, next)).toBe(150);
    // The look after that begins anew.
    const last = world.standIn.requests.length;
    await endGone(services, PATIENT);
    expect(asked(world, last)).toBe(250);
  });

  it('let others have their turn all the while', async () => {
    const { world, services } = await standing(1_500);
    await using _ = world;
    await world.sweep();
    let turns = 0;
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      turns += 1;
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    expect(await endGone(services, PATIENT)).toBe(0);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
    expect(longest).toBeLessThan(200);
  });
});
