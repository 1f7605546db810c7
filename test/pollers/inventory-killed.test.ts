import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openStores } from '../../db/open.ts';
import { sweepAccount } from '../../src/pollers/inventory.ts';
import { recordingLog } from '../support/system-world.ts';
import { fill } from './many-users.ts';
import { NotedJobs, inventoryServices } from './services.ts';
import { ENGINES, InventoryWorld, PATIENT } from './world.ts';

const SCRIPT = fileURLToPath(new URL('../support/hold-sweep.ts', import.meta.url));

/** Every key of the account is known as it is, once, and told of once. */
async function complete(world: InventoryWorld): Promise<void> {
  const { account, inventory, accountId } = world;
  const truth = [...account.users.values()].flatMap((user) =>
    user.keys.existing().map((key) => `${key.accessKeyId} ${user.userId} ${key.currentStatus}`),
  );
  const kept = await inventory.keys.page(accountId, null, 10_000);
  expect(kept.map((key) => `${key.accessKeyId} ${key.userId} ${key.status}`).sort()).toEqual(truth.sort());
  for (const { accessKeyId } of kept) {
    const told = await inventory.keyHistory.ofKey(accessKeyId, 10);
    expect(told.map(({ what }) => what)).toEqual(['first_seen']);
  }
  const users = await inventory.users.page(accountId, null, 10_000);
  expect(users).toHaveLength(account.users.size);
  expect(users.filter(({ keysReadAt }) => keysReadAt === null)).toEqual([]);
  expect(await inventory.accounts.byId(accountId)).toMatchObject({ running: null, gaps: [], trouble: null });
}

describe('a sweep that is killed at any instant', () => {
  it.each(ENGINES)(
    'goes on where it was, and skips nobody, on %s',
    async (engine) => {
      const world = await InventoryWorld.open({ engine });
      await world.connect();
      fill(world.account, { users: 140, keys: 160 }, world.clock.now());
      // The file is the child's while it sweeps.
      if (engine === 'sqlite') await world.stores.close();
      let kills = 0;
      let done = false;
      for (let n = 0; !done && n < 30; n += 1) {
        const child = spawn(
          process.execPath,
          [
            SCRIPT,
            world.url,
            world.standIn.url,
            world.masterKey,
            world.accountId,
            `i${engine === 'sqlite' ? n : 0}`,
          ],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        );
        let said = '';
        child.stdout.on('data', (data: Buffer) => void (said += data.toString()));
        const ended = once(child, 'close');
        // In the first lives early on, while it lists; later ones live a little longer each.
        const before = world.standIn.requests.length;
        const enough = 1 + n * 25;
        while (child.exitCode === null && world.standIn.requests.length - before < enough) await sleep(2);
        await sleep(n % 3);
        if (n < 3 && child.exitCode === null) {
          child.kill('SIGKILL');
          kills += 1;
        }
        await ended;
        done = said.includes('done');
      }
      expect(done).toBe(true);
      expect(kills).toBeGreaterThan(1);
      if (engine === 'sqlite') {
        const stores = await openStores({
          url: world.url,
          exclusive: true,
          clock: world.clock,
          log: recordingLog(),
        });
        Object.assign(world, { stores });
      }
      const asked = world.calls()['ListAccessKeys'] ?? 0;
      await complete(world);
      // What a kill costs is a batch.
      expect(asked).toBeLessThanOrEqual(141 + kills * 20);
      await world[Symbol.asyncDispose]();
    },
    240_000,
  );
});

describe('two instances on PostgreSQL', () => {
  async function twoOf(world: InventoryWorld) {
    const stores = await openStores({
      url: world.url,
      exclusive: true,
      clock: world.clock,
      log: recordingLog(),
    });
    const other = inventoryServices({
      stores,
      awsUrl: world.standIn.url,
      masterKey: world.masterKey,
      clock: world.clock,
      log: world.log,
      jobs: new NotedJobs(),
      instanceId: 'other',
    });
    return {
      other,
      [Symbol.asyncDispose]: async () => {
        other.close();
        await stores.close();
      },
    };
  }

  it('never sweep one account at once', async () => {
    await using world = await InventoryWorld.open({ engine: 'postgres' });
    await using two = await twoOf(world);
    await world.connect();
    fill(world.account, { users: 100, keys: 110 }, world.clock.now());
    const both = [world.services, two.other];
    for (let round = 0; round < 3; round += 1) {
      await Promise.all(both.map((services) => sweepAccount(services, world.accountId, 'due', PATIENT)));
    }
    await complete(world);
    expect(world.calls()).toMatchObject({ ListAccessKeys: 101, GetAccountAuthorizationDetails: 1 });
  }, 60_000);

  it('take over from one that stands still, whose late answer then changes nothing', async () => {
    await using world = await InventoryWorld.open({ engine: 'postgres' });
    await using two = await twoOf(world);
    await world.connect();
    fill(world.account, { users: 100, keys: 110 }, world.clock.now());
    const stuck = world.standIn.faults.add({
      action: 'ListAccessKeys',
      skip: 45,
      times: 1,
      effect: { kind: 'latency', ms: 2_500 },
    });
    const first = sweepAccount(world.services, world.accountId, 'full', PATIENT);
    while (stuck.fired === 0) await sleep(5);
    await sleep(200);
    await sweepAccount(two.other, world.accountId, 'due', PATIENT);
    expect((await world.inventory.accounts.byId(world.accountId))?.running?.heldBy).toBe('this');
    world.forward(6 * 60_000);
    await sweepAccount(two.other, world.accountId, 'due', PATIENT);
    await complete(world);
    const version = (await world.inventory.accounts.byId(world.accountId))?.version;
    await first;
    await complete(world);
    expect((await world.inventory.accounts.byId(world.accountId))?.version).toBe(version);
  }, 60_000);
});
