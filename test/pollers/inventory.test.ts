import { describe, expect, it } from 'vitest';
import type { IamUser, InventoryKey } from '../../src/domain/inventory.ts';
import { TRACKING_BEGAN } from '../../src/domain/last-use.ts';
import { DAY_MS, ENGINES, HOUR_MS, InventoryWorld } from './world.ts';

const CYCLE_MS = 4 * HOUR_MS + 15 * 60_000;

async function usersOf({ inventory, accountId }: InventoryWorld): Promise<Map<string, IamUser>> {
  return new Map((await inventory.users.page(accountId, null, 10_000)).map((user) => [user.userName, user]));
}

async function keysOf({ inventory, accountId }: InventoryWorld): Promise<Map<string, InventoryKey>> {
  return new Map((await inventory.keys.page(accountId, null, 10_000)).map((key) => [key.accessKeyId, key]));
}

async function eventsOf({ inventory }: InventoryWorld, accessKeyId: string): Promise<string[]> {
  return (await inventory.keyHistory.ofKey(accessKeyId, 100)).map(({ what }) => what).toReversed();
}

function secondOf(at: number): number {
  return Math.floor(at / 1_000) * 1_000;
}

describe.each(ENGINES)('a first sweep on %s', (engine) => {
  it('knows every user and key, whatever the size of a page', async () => {
    await using world = await InventoryWorld.open({ engine, pageSize: 2 });
    const { account, clock } = world;
    await world.connect();
    const from = clock.now();
    account.addRootKey();
    const ann = account.addUser('ann', {
      path: '/team/',
      tags: { owner: 'ann@example.com' },
      consolePassword: true,
      createdAt: from - 400 * DAY_MS,
      attached: ['AWSCompromisedKeyQuarantineV3'],
    });
    const old = ann.addKey({ createdAt: from - 300 * DAY_MS });
    ann.tags.set(old.accessKeyId, 'the nightly job');
    const used = { at: secondOf(from - 3 * DAY_MS), service: 's3', region: 'N/A' };
    const other = ann.addKey({ createdAt: from - 10 * DAY_MS, status: 'Inactive', lastUsed: used });
    const many = account.addUser('many', { createdAt: from - 400 * DAY_MS });
    for (let n = 0; n < 5; n += 1) many.addKey({ createdAt: from - n * DAY_MS });
    account.addUser('nobody', { createdAt: from - 50 * DAY_MS });
    await world.sweep();

    const users = await usersOf(world);
    expect([...users.keys()].sort()).toEqual(['ann', 'many', 'nobody', 'rekey']);
    expect(users.get('ann')).toMatchObject({
      userId: ann.userId,
      arn: ann.arn,
      createdAt: secondOf(ann.createdAt),
      tags: { known: true, value: { owner: 'ann@example.com', [old.accessKeyId]: 'the nightly job' } },
      console: { known: true, value: true },
      quarantine: { known: true, value: ['AWSCompromisedKeyQuarantineV3'] },
      goneAt: null,
    });
    expect(users.get('nobody')).toMatchObject({ console: { known: true, value: false } });
    const keys = await keysOf(world);
    expect(keys.size).toBe(8);
    expect(keys.get(old.accessKeyId)).toMatchObject({
      userId: ann.userId,
      userName: 'ann',
      status: 'Active',
      createdAt: secondOf(from - 300 * DAY_MS),
      description: 'the nightly job',
      lastUse: { kind: 'not_seen' },
      statusSeen: false,
      goneAt: null,
    });
    expect(keys.get(other.accessKeyId)).toMatchObject({
      status: 'Inactive',
      description: null,
      lastUse: { kind: 'used', at: used.at, service: 's3', region: null },
    });
    expect([...keys.values()].filter(({ userName }) => userName === 'many')).toHaveLength(5);
    expect(await eventsOf(world, other.accessKeyId)).toEqual(['first_seen']);
    // Where they stand is worked out at the end.
    expect(await world.inventory.standings.byKey(old.accessKeyId)).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ code: 'quarantined' })]) as unknown,
    });
    const kept = await world.inventory.accounts.byId(account.id);
    expect(kept).toMatchObject({
      rootKeys: { known: true, value: 1 },
      users: 4,
      keys: 8,
      gaps: [],
      running: null,
      trouble: null,
    });
    expect(kept?.fullAt).toBe(kept?.sweptAt);
    expect(kept?.fullAt).toBeGreaterThanOrEqual(from);
    expect(TRACKING_BEGAN).toBeLessThan(from);
  });

  it('asks tags and policies user by user where the one call for all is not allowed', async () => {
    await using world = await InventoryWorld.open({ engine, pageSize: 2 });
    const { account, standIn } = world;
    await world.connect();
    for (const name of ['ann', 'bob', 'carol', 'dave']) account.addUser(name, { tags: { owner: name } });
    const key = account.user('ann').addKey();
    account.user('bob').addKey();
    standIn.faults.add({
      action: 'GetAccountAuthorizationDetails',
      effect: { kind: 'error', code: 'AccessDenied', status: 403, message: 'not authorized' },
    });
    standIn.requests.clear();
    await world.sweep();
    const calls = world.calls();
    expect(calls).toMatchObject({
      ListUsers: 3,
      ListAccessKeys: 5,
      ListUserTags: 3,
      ListAttachedUserPolicies: 3,
    });
    const users = await usersOf(world);
    expect(users.get('ann')).toMatchObject({ tags: { known: true, value: { owner: 'ann' } } });
    expect(users.get('ann')?.quarantine).toMatchObject({ known: true, value: [] });
    expect(users.get('dave')?.tags).toMatchObject({ known: false });
    expect(await world.inventory.accounts.byId(account.id)).toMatchObject({ gaps: [], users: 5, keys: 3 });
    expect((await keysOf(world)).has(key.accessKeyId)).toBe(true);
  });
});

describe('later sweeps', () => {
  it('read only who changed, is new or vanished', async () => {
    await using world = await InventoryWorld.open();
    const { account, clock, standIn } = world;
    await world.connect();
    const from = clock.now();
    const userNamed = (name: string) => account.addUser(name, { createdAt: from - 100 * DAY_MS });
    for (let n = 0; n < 30; n += 1) userNamed(`quiet-${n}`).addKey({ createdAt: from - 90 * DAY_MS });
    const busy = userNamed('busy').addKey({ createdAt: from - 90 * DAY_MS });
    const stopped = userNamed('stopped').addKey({ createdAt: from - 90 * DAY_MS });
    const removed = userNamed('removed').addKey({ createdAt: from - 90 * DAY_MS });
    const left = userNamed('left').addKey({ createdAt: from - 90 * DAY_MS });
    await world.sweep();
    world.forward(CYCLE_MS);

    const at = clock.now();
    const keyOf = (id: string) => standIn.world.findKey(id)?.key;
    keyOf(busy.accessKeyId)?.recordUse({ at: at - HOUR_MS, service: 'ec2', region: 'eu-west-1' });
    keyOf(stopped.accessKeyId)?.change('Inactive', at);
    keyOf(removed.accessKeyId)?.change('Deleted', at);
    account.removeUser('left');
    const fresh = account.addUser('fresh', { createdAt: at }).addKey({ createdAt: at });
    account.user('quiet-0').tags.set('owner', 'new');
    standIn.requests.clear();
    await world.sweep('due');

    // Those four users, and the robot, whose own key was used.
    expect(world.calls()).toMatchObject({
      GenerateCredentialReport: 1,
      GetCredentialReport: 1,
      GetAccountSummary: 1,
      GetAccountAuthorizationDetails: 1,
      ListAccessKeys: 5,
    });
    expect(standIn.requests.length).toBeLessThanOrEqual(4 + 3 * 5);
    const keys = await keysOf(world);
    expect(keys.get(busy.accessKeyId)?.lastUse).toMatchObject({ kind: 'used', service: 'ec2' });
    expect(keys.get(stopped.accessKeyId)).toMatchObject({ status: 'Inactive', statusSeen: true });
    expect(keys.has(removed.accessKeyId)).toBe(false);
    expect(keys.has(left.accessKeyId)).toBe(false);
    expect(keys.has(fresh.accessKeyId)).toBe(true);
    expect(await eventsOf(world, busy.accessKeyId)).toEqual(['first_seen', 'used']);
    expect(await eventsOf(world, stopped.accessKeyId)).toEqual(['first_seen', 'status']);
    expect(await eventsOf(world, removed.accessKeyId)).toEqual(['first_seen', 'gone']);
    expect(await eventsOf(world, left.accessKeyId)).toEqual(['first_seen', 'gone']);
    const users = await usersOf(world);
    expect(users.has('left')).toBe(false);
    expect(users.get('quiet-0')?.tags).toMatchObject({ value: { owner: 'new' } });
    const kept = await world.inventory.accounts.byId(account.id);
    expect(kept?.sweptAt).toBeGreaterThan(kept?.fullAt ?? Infinity);
  });

  it('do nothing before their time, and everything once a day', async () => {
    await using world = await InventoryWorld.open();
    const { account, standIn } = world;
    await world.connect();
    for (let n = 0; n < 4; n += 1) account.addUser(`user-${n}`).addKey();
    await world.sweep('due');
    standIn.requests.clear();
    world.forward(3 * HOUR_MS);
    await world.sweep('due');
    expect(standIn.requests.length).toBe(0);
    world.forward(21 * HOUR_MS);
    await world.sweep('due');
    expect(world.calls()).toMatchObject({ ListAccessKeys: 5 });
    const kept = await world.inventory.accounts.byId(account.id);
    expect(kept?.fullAt).toBe(kept?.sweptAt);
  });

  it('take a user made anew under an old name for another, and its old keys for gone', async () => {
    await using world = await InventoryWorld.open();
    const { account, clock } = world;
    await world.connect();
    const ann = account.addUser('ann', { createdAt: clock.now() - 9 * DAY_MS });
    const old = ann.addKey({ createdAt: clock.now() - 9 * DAY_MS });
    await world.sweep();
    world.forward(CYCLE_MS);
    account.removeUser('ann');
    const again = account.addUser('ann');
    const key = again.addKey();
    await world.sweep('changes');
    expect(await world.inventory.users.byId(account.id, ann.userId)).toMatchObject({
      goneAt: expect.any(Number) as number,
    });
    expect((await usersOf(world)).get('ann')?.userId).toBe(again.userId);
    const keys = await keysOf(world);
    expect(keys.has(old.accessKeyId)).toBe(false);
    expect(keys.get(key.accessKeyId)?.userId).toBe(again.userId);
  });

  it('see a description change without reading any key', async () => {
    await using world = await InventoryWorld.open();
    const { account, clock, standIn } = world;
    await world.connect();
    const ann = account.addUser('ann', { createdAt: clock.now() - 9 * DAY_MS });
    const { accessKeyId } = ann.addKey({ createdAt: clock.now() - 9 * DAY_MS });
    await world.sweep();
    world.forward(CYCLE_MS);
    ann.tags.set(accessKeyId, 'for the printer');
    standIn.requests.clear();
    await world.sweep('changes');
    expect((await keysOf(world)).get(accessKeyId)?.description).toBe('for the printer');
    expect(world.calls()['ListAccessKeys']).toBe(1);
  });

  it('do not ask again about a key that was switched off long ago', async () => {
    await using world = await InventoryWorld.open();
    const { account, clock, standIn } = world;
    await world.connect();
    const from = clock.now();
    const ann = account.addUser('ann', { createdAt: from - 90 * DAY_MS });
    const used = { at: secondOf(from - 20 * DAY_MS), service: 'ec2', region: 'us-east-1' };
    const off = ann.addKey({ createdAt: from - 90 * DAY_MS, status: 'Inactive', lastUsed: used });
    ann.addKey({ createdAt: from - 80 * DAY_MS });
    const asked: number[] = [];
    for (let day = 0; day < 3; day += 1) {
      standIn.requests.clear();
      await world.sweep();
      asked.push(world.calls()['GetAccessKeyLastUsed'] ?? 0);
      world.forward(DAY_MS);
    }
    // Both of ann's; then once more, since the first look came too soon; then the active one alone.
    expect(asked).toEqual([2, 2, 1]);
    expect((await keysOf(world)).get(off.accessKeyId)?.lastUse).toMatchObject({ kind: 'used', at: used.at });
  });
});
