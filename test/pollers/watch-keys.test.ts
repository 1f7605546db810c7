import { expect, it, onTestFinished } from 'vitest';
import { watchOfCard } from '../../commands/home-watch.ts';
import { madeSession, roleSession } from '../../src/detections/example.ts';
import { found, happen, KEY, region, watch, watched } from './watch-world.ts';
import { InventoryWorld } from './world.ts';

const MINUTE = 60_000;
const SESSION = 'ASIAMADEBYTHEKEY0001';

/** Makes the region one that is too busy to be read whole. */
async function tooBusy(world: InventoryWorld): Promise<void> {
  const account = await watched(world);
  const { accounts } = world.stores.watch;
  const regions = account.regions.map((each) =>
    each.region === 'us-east-1' ? { ...each, perHour: 400_000, way: 'keys' as const } : each,
  );
  await world.stores.atomically([accounts.update({ ...account, regions, version: account.version + 1 })]);
}

it('asks for each key where that takes fewer calls, finds what it and its sessions did, and says what it does not see', async () => {
  const world = await InventoryWorld.open({ capabilities: ['verify', 'inventory', 'watch'] });
  onTestFinished(() => world[Symbol.asyncDispose]());
  const user = world.account.addUser('worker');
  const key = user.addKey();
  await world.connect();
  await world.sweep();
  await watch(world);
  await tooBusy(world);
  const [connection] = await world.stores.connections.list();
  if (connection === undefined) throw new Error('Not connected');
  const home = watchOfCard(connection, await watched(world), world.clock.now());
  expect(home).toContain('only its access keys and their sessions in `us-east-1`');
  const by = { type: 'IAMUser', arn: user.arn, accountId: world.accountId, accessKeyId: key.accessKeyId };
  happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 2, by });
  happen(world, 'sts:AssumeRole', { minutesAgo: 3, by, answered: madeSession(SESSION) });
  // A trail that is stopped is asked for by name, whoever did it; what else a stranger does is not seen this way.
  happen(world, 'cloudtrail:StopLogging', { minutesAgo: 2 });
  const stranger = roleSession('other', 's', 'ASIANOBODYKNOWSTHIS1');
  happen(world, 'guardduty:DeleteDetector', { minutesAgo: 2, by: stranger });
  world.forward(6 * MINUTE);
  await watch(world);
  // The session is known from now on, and asked for itself.
  await tooBusy(world);
  happen(world, 'guardduty:DeleteDetector', { minutesAgo: 1, by: roleSession('r', 's', SESSION) });
  world.standIn.requests.clear();
  world.forward(6 * MINUTE);
  await watch(world);
  const all = await found(world);
  expect(all[key.accessKeyId]).toContain('mfa-removed');
  expect(all[key.accessKeyId]?.length).toBeGreaterThan(1);
  expect(all[KEY]).toEqual(['trail-stopped']);
  expect(Object.keys(all).some((subject) => subject.includes('role/other'))).toBe(false);
  // Asking for the keys said how busy the region is: not at all, so that all of it is read again.
  const { way, perHour } = await region(world);
  expect(way).toBe('window');
  expect(perHour).toBeLessThan(1_000);
  await watch(world);
  world.forward(6 * MINUTE);
  await watch(world);
  expect(Object.values(await found(world)).flat().length).toBeGreaterThan(Object.values(all).flat().length);
}, 60_000);
