import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { NO_METRICS } from '../../src/ports/metrics.ts';
import { change, fill } from './many-users.ts';
import type { Size } from './many-users.ts';
import { ENGINES, HOUR_MS, InventoryWorld } from './world.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapMb(): number {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** The most that began within any ten seconds. */
function busiest(times: readonly number[]): number {
  let most = 0;
  for (let from = 0, to = 0; to < times.length; to += 1) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= 10_000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** A first sweep, and one after some users changed: calls against the formulas, the budget, memory, and the result. */
export function sweepsOf(size: Size, changed: number): void {
  it.each(ENGINES)(
    'is swept with no more calls than the formulas say, inside the budget, in flat memory, on %s',
    async (engine) => {
      const heaps: number[] = [];
      const metrics = { ...NO_METRICS };
      await using world = await InventoryWorld.open({ engine, metrics });
      const { account, standIn, clock } = world;
      await world.connect();
      const users = fill(account, size, clock.now());
      let ended = 0;
      metrics.awsCall = () => {
        ended += 1;
        if (ended % Math.floor(size.users / 5) === 0) heaps.push(heapMb());
      };
      // And the robot with its key.
      const total = { users: size.users + 1, keys: size.keys + 1 };

      const began = clock.now();
      await world.sweep();
      const full = standIn.requests.length;
      const times = [...standIn.requests].map(({ at }) => at);
      expect(await world.inventory.accounts.byId(account.id)).toMatchObject({
        ...total,
        gaps: [],
        trouble: null,
        running: null,
      });
      // One call a thousand users, one a user, one a key.
      expect(full).toBeLessThanOrEqual(Math.ceil(total.users / 1_000) + total.users + total.keys);
      expect(world.calls()['ListAccessKeys']).toBe(total.users);
      expect(world.calls()['GetAccessKeyLastUsed']).toBeLessThan(total.keys / 2);
      // The burst, five a second, and four that may have been on the way.
      expect(busiest(times)).toBeLessThanOrEqual(5 + 10 * 5 + 4);
      // As fast as five a second allow, nearly.
      expect(clock.now() - began).toBeLessThan((full / 5) * 1_000 * 1.15 + 5_000);
      // The first figures hold what is loaded once.
      expect(Math.max(...heaps.slice(1)) - Math.min(...heaps.slice(1))).toBeLessThan(20);

      world.forward(4 * HOUR_MS + 15 * 60_000);
      change(account, users, changed, clock.now());
      standIn.requests.clear();
      await world.sweep('due');
      // Those, and the robot, whose own key was used.
      expect(standIn.requests.length).toBeLessThanOrEqual(4 + 3 * (changed + 1));
      expect(await world.inventory.accounts.byId(account.id)).toMatchObject({
        users: account.users.size,
        keys: [...account.users.values()].reduce((sum, user) => sum + user.keys.existing().length, 0),
        gaps: [],
        running: null,
      });
    },
    240_000,
  );
}
