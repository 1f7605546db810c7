import { expect, it, onTestFinished } from 'vitest';
import { CALLS_PER_HOUR } from '../../src/watch/plan.ts';
import { InventoryWorld } from '../pollers/world.ts';
import { happen, region, watch, servicesFor } from '../pollers/watch-world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const KEYS = 200;
const PER_HOUR = 50_000;
/** Watched for so long, after as much time to get used to the traffic. */
const WATCHED = 25 * MINUTE;

it('sees what 200 keys do in 50,000 events an hour within six minutes, by half of the calls', async () => {
  const world = await InventoryWorld.open({ capabilities: ['verify', 'inventory', 'watch'] });
  onTestFinished(() => world[Symbol.asyncDispose]());
  await world.connect();
  const services = servicesFor(world);
  await watch(world, services);
  const agent = 'Boto3/1.38.0 md/Botocore#1.38.0 ua/2.1 os/linux';
  const keyOf = (number: number): string => `AKIA${String(number % KEYS).padStart(16, '0')}`;
  const by = (number: number) => ({
    type: 'IAMUser',
    accessKeyId: keyOf(number),
    accountId: world.accountId,
    userName: `user-${number % KEYS}`,
  });
  /** When each theft could be looked up first, by key. */
  const visible = new Map<string, number>();
  let made = 0;
  let livedTo = world.clock.now();
  const live = (): void => {
    const now = world.clock.now();
    const due = Math.floor(((now - livedTo) / (60 * MINUTE)) * PER_HOUR);
    for (let each = 0; each < due; each += 1) {
      const minutesAgo = ((now - livedTo) / MINUTE) * (1 - each / due);
      made += 1;
      happen(world, 's3:ListBuckets', { by: by(made), agent, minutesAgo, delay: (made % 5) + 0.5 });
    }
    if (due > 0) livedTo = now;
  };
  const begins = world.clock.now() + WATCHED;
  let thefts = 0;
  world.standIn.requests.clear();
  let counted = 0;
  while (world.clock.now() < begins + WATCHED) {
    live();
    if (world.clock.now() > begins && world.clock.now() < begins + WATCHED - 12 * MINUTE && thefts < 6) {
      const delay = 1 + (thefts % 5);
      happen(world, 'cloudtrail:StopLogging', { by: by(thefts), minutesAgo: 0, delay });
      visible.set(keyOf(thefts), Math.floor(world.clock.now() / SECOND) * SECOND + delay * MINUTE);
      thefts += 1;
    }
    if (counted === 0 && world.clock.now() >= begins) counted = lookUps(world);
    await watch(world, services);
    world.forward(20 * SECOND);
  }
  const calls = lookUps(world) - counted;
  expect(calls).toBeLessThan((CALLS_PER_HOUR * (world.clock.now() - begins)) / (60 * MINUTE));
  expect(thefts).toBe(6);
  const incidents = await world.stores.watch.incidents.page(
    { open: true, least: 'medium', accountId: null, text: null },
    null,
    50,
  );
  for (const [key, at] of visible) {
    const found = incidents.find(({ subject }) => subject === key);
    expect({ key, within: (found?.createdAt ?? Infinity) - at <= 6 * MINUTE }).toEqual({ key, within: true });
  }
  expect((await region(world)).trouble).toBeNull();
}, 900_000);

/** Of the busy region. */
function lookUps({ standIn }: InventoryWorld): number {
  return [...standIn.requests].filter(
    ({ action, region: where }) => action === 'LookupEvents' && where === 'us-east-1',
  ).length;
}
