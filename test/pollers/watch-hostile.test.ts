import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen, MINUTE, openQueueWorld, recordOf, setQueue } from './trail-queue-world.ts';
import { found, happen, KEY, region, watch, openWatched } from './watch-world.ts';
import { ENGINES, type InventoryWorld } from './world.ts';

const OTHER = 'AKIAI44QH8DHBEXAMPLE';

async function open(engine: 'sqlite' | 'postgres'): Promise<InventoryWorld> {
  const world = await openWatched(engine);
  await watch(world);
  return world;
}

/** A record as somebody bends it, two minutes ago. */
function bent(world: InventoryWorld, action: string, changes: Readonly<Record<string, unknown>>): void {
  const record = happen(world, action, { minutesAgo: 2 });
  Object.assign(record, changes);
}

function ofKey(accessKeyId: string): Record<string, unknown> {
  return { userIdentity: { type: 'IAMUser', accessKeyId } };
}

/** Letters of three bytes that hardly repeat, so that no database makes them shorter. */
function long(count: number): string {
  let number = 7;
  const letters = Array.from({ length: count }, () => {
    number = (Math.imul(number, 1_103_515_245) + 12_345) >>> 1;
    return String.fromCodePoint(0x4e00 + (number % 20_000));
  });
  return letters.join('');
}

const USER = 'arn:aws:iam::111122223333:user/';
const ROLE = 'arn:aws:iam::111122223333:role/';

/** Calls with what nobody's record says, and who is judged for them. */
const BENT: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
  [
    'an ARN of many bytes',
    'cloudtrail:StopLogging',
    { userIdentity: { type: 'IAMUser', arn: USER + long(1_000) } },
  ],
  [
    'a role of many bytes',
    'cloudtrail:StopLogging',
    { userIdentity: { type: 'AssumedRole', sessionContext: { sessionIssuer: { arn: ROLE + long(1_000) } } } },
  ],
  [
    'a new key with an id of many bytes',
    'iam:CreateAccessKey',
    { responseElements: { accessKey: { accessKeyId: long(5_000), userName: long(5_000) } } },
  ],
  [
    'a session with an id of many bytes',
    'sts:AssumeRole',
    { responseElements: { credentials: { accessKeyId: `ASIA${long(120)}` } } },
  ],
  [
    'texts that no database takes',
    'cloudtrail:StopLogging',
    {
      userIdentity: { type: '\0', arn: `${USER}\0\ud800`, userName: '\0\ud800', accessKeyId: 'ASIA\0' },
      userAgent: '\0',
      errorCode: '\0\udc00',
      eventID: 'aaaaaaaa-0000-4000-8000-00000000\0\ud800aa',
      requestParameters: { name: '\0' },
    },
  ],
  [
    'names that objects have by themselves',
    'cloudtrail:StopLogging',
    { userIdentity: { type: 'constructor', arn: `${USER}__proto__`, userName: '__proto__' } },
  ],
];

describe.each(ENGINES)('a watcher that meets a hostile record, on %s', (engine) => {
  it.each(BENT)('goes on after %s', async (_, action, changes) => {
    const world = await open(engine);
    bent(world, action, changes);
    happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 1 });
    world.forward(6 * MINUTE);
    await watch(world);
    expect((await found(world))[KEY]).toContain('mfa-removed');
    expect((await region(world)).trouble).toBeNull();
  });

  it('judges what is said beside a record that is cut off, and tells that it cannot be read', async () => {
    const world = await open(engine);
    happen(world, 'cloudtrail:StopLogging', {
      minutesAgo: 1,
      text: '{"eventVersion":"1.11","userIdentity":{"ty',
    });
    for (let round = 0; round < 3; round += 1) {
      world.forward(6 * MINUTE);
      await watch(world);
    }
    expect(await found(world)).toEqual({ [KEY]: ['trail-stopped'] });
    expect((await region(world)).unreadable).toBe(1);
  });

  it('keeps one of two findings whose ids become one in a database', async () => {
    const world = await open(engine);
    bent(world, 'cloudtrail:StopLogging', { eventID: 'aaaaaaa\u0001-0000-4000-8000-00000000000a' });
    const eventID = 'aaaaaaa\u0002-0000-4000-8000-00000000000a';
    bent(world, 'cloudtrail:StopLogging', { eventID, ...ofKey(OTHER) });
    happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 1 });
    world.forward(6 * MINUTE);
    await watch(world);
    expect(
      Object.values(await found(world))
        .flat()
        .sort(),
    ).toEqual(['mfa-removed', 'trail-stopped']);
  });

  it('takes an id once that a file has at two times', async () => {
    const set = await openQueueWorld({ engine });
    const { world, trail } = set;
    onTestFinished(() => world[Symbol.asyncDispose]());
    await listen(world);
    const queue = await setQueue(set);
    const first = recordOf(set, 'cloudtrail:StopLogging', { minutesAgo: 35 });
    const { eventID } = first;
    const again = { ...recordOf(set, 'cloudtrail:StopLogging'), ...ofKey(OTHER), eventID };
    const next = recordOf(set, 'iam:DeactivateMFADevice');
    trail.write(world.accountId, 'us-east-1', [first, again, next], world.clock.now());
    await listen(world);
    expect((await found(world))[KEY]).toEqual(['mfa-removed', 'trail-stopped']);
    expect(await world.stores.watch.files.left(queue.id, world.clock.now())).toMatchObject({
      waiting: 0,
      aside: 0,
    });
  });

  it('counts what is nested too deep to be written out as unreadable, and reads the rest of its file', async () => {
    const set = await openQueueWorld({ engine });
    const { world, trail, bucket } = set;
    onTestFinished(() => world[Symbol.asyncDispose]());
    await listen(world);
    const queue = await setQueue(set);
    const good = JSON.stringify(recordOf(set, 'cloudtrail:StopLogging'));
    const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`;
    const key = trail.write(world.accountId, 'us-east-1', [], world.clock.now());
    bucket.put(key, gzipSync(`{"Records":[{"eventName":"x","b":${deep}},${good}]}`));
    await listen(world);
    expect((await found(world))[KEY]).toEqual(['trail-stopped']);
    expect((await region(world)).unreadable).toBe(1);
    expect(await world.stores.watch.files.left(queue.id, world.clock.now())).toMatchObject({
      waiting: 0,
      aside: 0,
    });
  });
});
