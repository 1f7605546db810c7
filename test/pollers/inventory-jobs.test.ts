import { describe, expect, it } from 'vitest';
import { goRounds } from '../../src/pollers/inventory-jobs.ts';
import { sweepAccount } from '../../src/pollers/inventory.ts';
import { rereadUser } from '../../src/pollers/inventory/reread-user.ts';
import { DAY_MS, HOUR_MS, InventoryWorld, PATIENT } from './world.ts';

const NO = { answer: 'no', missing: ['iam:ListUsers', 'iam:GetAccountSummary'] } as const;

describe('the rounds', () => {
  async function wanted(world: InventoryWorld): Promise<string[]> {
    world.jobs.enqueued.length = 0;
    await goRounds(world.services);
    return world.jobs.enqueued.map(({ name, key, due }) => `${name} ${key === world.accountId} ${due}`);
  }

  const YES = ['inventory true true'];

  it('enqueue what is new, then what is due, and nothing in between', async () => {
    await using world = await InventoryWorld.open();
    expect(await wanted(world)).toEqual([]);
    await world.connect();
    expect(await wanted(world)).toEqual(YES);
    await world.sweep('due');
    const calls: string[] = [];
    for (let minutes = 0; minutes < 26 * 60; minutes += 10) {
      world.forward(10 * 60_000);
      if ((await wanted(world)).length === 0) continue;
      const before = await world.inventory.accounts.byId(world.accountId);
      await world.sweep('due');
      const after = await world.inventory.accounts.byId(world.accountId);
      calls.push(after?.fullAt === before?.fullAt ? 'changes' : 'full');
    }
    expect(calls.filter((kind) => kind === 'full')).toHaveLength(1);
    expect(calls.filter((kind) => kind === 'changes').length).toBeGreaterThanOrEqual(4);
    expect(calls.filter((kind) => kind === 'changes').length).toBeLessThanOrEqual(5);
  });

  it('take up a sweep whose process is gone, and leave one that is under way alone', async () => {
    await using world = await InventoryWorld.open({ engine: 'postgres' });
    await world.connect();
    await world.sweep();
    const account = await world.inventory.accounts.byId(world.accountId);
    if (account === null) throw new Error('nothing was kept');
    const until = world.clock.now() + 60_000;
    const running = {
      id: 'x',
      kind: 'full',
      startedAt: 1,
      listedAt: null,
      cursor: null,
      planned: 0,
      done: 0,
      gaps: [],
      heldBy: 'another',
      heldUntil: until,
    } as const;
    const { accounts } = world.inventory;
    await world.stores.atomically([accounts.update({ ...account, running, version: account.version + 1 })]);
    expect(await wanted(world)).toEqual([]);
    world.standIn.requests.clear();
    for (const kind of ['due', 'full', 'changes'] as const) {
      await sweepAccount(world.services, world.accountId, kind, PATIENT);
    }
    expect(world.standIn.requests.length).toBe(0);
    world.forward(60_001);
    expect(await wanted(world)).toEqual(YES);
    await world.sweep('due');
    expect(await accounts.byId(world.accountId)).toMatchObject({ running: null, fullAt: 1 });
  });

  it('say once why an account cannot be read, and begin when it can', async () => {
    await using world = await InventoryWorld.open();
    const connection = await world.connect({ answer: NO });
    expect(await wanted(world)).toEqual(YES);
    await world.sweep('due');
    expect(world.standIn.requests.length).toBe(0);
    const kept = await world.inventory.accounts.byId(world.accountId);
    expect(kept?.trouble?.why).toBe(
      'No connection may take stock of this account: “main” lacks iam:ListUsers, iam:GetAccountSummary.',
    );
    expect(await wanted(world)).toEqual([]);
    await world.sweep('full');
    expect((await world.inventory.accounts.byId(world.accountId))?.version).toBe(kept?.version);

    const checked = { ...connection, lastCheck: null, version: connection.version + 1 };
    await world.stores.atomically([world.stores.connections.update(checked)]);
    expect(await wanted(world)).toEqual(YES);
    await world.sweep('due');
    expect(await world.inventory.accounts.byId(world.accountId)).toMatchObject({ trouble: null, users: 1 });
  });

  it('forget an account to which no connection is left', async () => {
    await using world = await InventoryWorld.open();
    const connection = await world.connect();
    await world.sweep();
    await world.stores.atomically([world.stores.connections.remove(connection.id, connection.version)]);
    await goRounds(world.services);
    expect(await world.inventory.accounts.list()).toEqual([]);
    expect(await world.inventory.keys.count(world.accountId)).toBe(0);
    expect(await world.inventory.users.count(world.accountId)).toBe(0);
  });
});

describe('a sweep', () => {
  it('ends its run in time, enqueues the rest, and goes on where it was', async () => {
    await using world = await InventoryWorld.open();
    await world.connect();
    // At five a second that is more than the four minutes of a run.
    for (let n = 0; n < 1_300; n += 1) world.account.addUser(`user-${n}`);
    await sweepAccount(world.services, world.accountId, 'full', PATIENT);
    const half = await world.inventory.accounts.byId(world.accountId);
    expect(half?.running).toMatchObject({ kind: 'full', planned: 1_301, heldBy: null });
    expect(half?.running?.done).toBeGreaterThan(900);
    expect(half?.running?.done).toBeLessThan(1_301);
    expect(world.jobs.enqueued).toEqual([{ name: 'inventory', key: world.accountId, due: true }]);
    const before = world.calls()['ListAccessKeys'] ?? 0;
    await world.sweep('due');
    expect(await world.inventory.accounts.byId(world.accountId)).toMatchObject({
      running: null,
      users: 1_301,
    });
    expect(world.calls()['ListAccessKeys']).toBe(1_301);
    expect(before).toBe(half?.running?.done);
  }, 120_000);

  it('for changes gives way to a full one that is asked for, and a full one goes on', async () => {
    await using world = await InventoryWorld.open();
    await world.connect();
    await world.sweep();
    const fail = { effect: { kind: 'throttle' } } as const;
    world.forward(5 * HOUR_MS);
    world.standIn.faults.add(fail);
    await world.sweep('due');
    const changes = await world.inventory.accounts.byId(world.accountId);
    expect(changes?.running?.kind).toBe('changes');
    await world.sweep('full');
    const full = await world.inventory.accounts.byId(world.accountId);
    expect(full?.running?.kind).toBe('full');
    await world.sweep('full');
    expect((await world.inventory.accounts.byId(world.accountId))?.running?.id).toBe(full?.running?.id);
    world.standIn.faults.clear();
    await world.sweep('full');
    expect(await world.inventory.accounts.byId(world.accountId)).toMatchObject({
      running: null,
      trouble: null,
    });
  });

  it('uses another connection when the one that signed is gone', async () => {
    await using world = await InventoryWorld.open();
    const first = await world.connect();
    const other = world.account.addUser('other', { attached: ['AdministratorAccess'] });
    world.forward(1_000);
    const second = await world.connect({ name: 'second', signer: other });
    await world.sweep();
    const signers = () => new Set([...world.standIn.requests].map(({ accessKeyId }) => accessKeyId));
    expect(signers()).toEqual(new Set([first.accessKeyId]));
    await world.stores.atomically([world.stores.connections.remove(first.id, first.version)]);
    world.standIn.requests.clear();
    await world.sweep();
    expect(signers()).toEqual(new Set([second.accessKeyId]));
  });

  it('by a role goes on over the end of its session, and gets a new one when AWS refuses it', async () => {
    await using world = await InventoryWorld.open();
    const role = await world.connectRole();
    for (let n = 0; n < 20; n += 1) world.account.addUser(`user-${n}`).addKey();
    await world.sweep();
    await world.sweep();
    expect(world.calls()['AssumeRole']).toBe(1);
    world.forward(2 * HOUR_MS);
    await world.sweep();
    expect(world.calls()['AssumeRole']).toBe(2);
    expect(await world.inventory.accounts.byId(world.accountId)).toMatchObject({ keys: 21, trouble: null });

    world.standIn.faults.add({
      action: 'GetAccountSummary',
      times: 1,
      effect: { kind: 'error', code: 'ExpiredToken', status: 403, message: 'expired' },
    });
    await world.sweep();
    expect((await world.inventory.accounts.byId(world.accountId))?.trouble?.why).toContain('“by role”');
    await world.sweep();
    expect(world.calls()['AssumeRole']).toBe(3);
    expect(await world.inventory.accounts.byId(world.accountId)).toMatchObject({
      running: null,
      trouble: null,
    });

    world.account.removeRole('rekey');
    world.services.sessions.forget(role.roleArn ?? '');
    await world.sweep();
    expect((await world.inventory.accounts.byId(world.accountId))?.trouble?.why).toContain('sts:AssumeRole');
  });

  it('whose secret cannot be opened is trouble in words, and no failing job', async () => {
    await using world = await InventoryWorld.open();
    const connection = await world.connect();
    await world.stores.atomically([world.stores.secrets.erase('connection', connection.id)]);
    await world.sweep();
    expect((await world.inventory.accounts.byId(world.accountId))?.trouble?.why).toBe(
      'The secret of “main” is missing from the database.',
    );
  });

  it('stops when its account is forgotten meanwhile, and writes nothing of it again', async () => {
    await using world = await InventoryWorld.open();
    await world.connect();
    for (let n = 0; n < 60; n += 1) world.account.addUser(`user-${n}`).addKey();
    const seen = world.standIn.faults.add({
      action: 'ListAccessKeys',
      skip: 30,
      times: 1,
      effect: { kind: 'latency', ms: 1_000 },
    });
    const sweeping = sweepAccount(world.services, world.accountId, 'full', PATIENT);
    while (seen.fired === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await world.stores.atomically(world.inventory.accounts.forget(world.accountId));
    await sweeping;
    expect(await world.inventory.accounts.list()).toEqual([]);
    expect(await world.inventory.users.count(world.accountId)).toBe(0);
    expect(await world.inventory.keys.count(world.accountId)).toBe(0);
  });
});

describe('an event about a key', () => {
  it('has exactly its user read again', async () => {
    await using world = await InventoryWorld.open();
    const { account, clock, standIn, inventory } = world;
    await world.connect();
    const ann = account.addUser('ann', { createdAt: clock.now() - 9 * DAY_MS, consolePassword: true });
    const old = ann.addKey({ createdAt: clock.now() - 9 * DAY_MS });
    account.addUser('bob').addKey();
    await world.sweep();
    world.forward(HOUR_MS);
    standIn.world.findKey(old.accessKeyId)?.key.change('Inactive', clock.now());
    const made = ann.addKey({ createdAt: clock.now() });
    ann.tags.set(made.accessKeyId, 'the new one');
    standIn.requests.clear();
    expect(await rereadUser(world.services, world.accountId, 'ann', PATIENT)).toBe(true);
    expect(world.calls()).toEqual({
      GetUser: 1,
      GetLoginProfile: 1,
      ListAccessKeys: 1,
      ListAttachedUserPolicies: 1,
      GetAccessKeyLastUsed: 2,
    });
    expect(await inventory.keys.byId(made.accessKeyId)).toMatchObject({
      userId: ann.userId,
      description: 'the new one',
      lastUse: { kind: 'not_seen' },
    });
    expect(await inventory.keys.byId(old.accessKeyId)).toMatchObject({
      status: 'Inactive',
      statusSeen: true,
    });
    const user = await inventory.users.byId(account.id, ann.userId);
    expect(user).toMatchObject({ console: { known: true, value: true }, quarantine: { known: true } });
    // The next report still shows what changed, and is believed.
    world.forward(4 * HOUR_MS);
    standIn.requests.clear();
    await world.sweep('due');
    expect(world.calls()['ListAccessKeys']).toBe(2);
  });

  it('knows a namesake for another user, and waits for a sweep where AWS does not know the name', async () => {
    await using world = await InventoryWorld.open();
    const { account, inventory } = world;
    await world.connect();
    const ann = account.addUser('ann');
    const old = ann.addKey();
    await world.sweep();
    account.removeUser('ann');
    expect(await rereadUser(world.services, world.accountId, 'ann', PATIENT)).toBe(false);
    expect(await inventory.keys.byId(old.accessKeyId)).toMatchObject({ goneAt: null });
    const again = account.addUser('ann');
    const key = again.addKey();
    expect(await rereadUser(world.services, world.accountId, 'ann', PATIENT)).toBe(true);
    expect(await inventory.keys.byId(old.accessKeyId)).toMatchObject({
      goneAt: expect.any(Number) as number,
    });
    expect(await inventory.keys.byId(key.accessKeyId)).toMatchObject({ userId: again.userId, goneAt: null });
    expect((await inventory.users.byName(account.id, 'ann'))?.userId).toBe(again.userId);
  });

  it('brings nothing back of an account that is forgotten while AWS is asked', async () => {
    await using world = await InventoryWorld.open();
    const { account, inventory, stores } = world;
    await world.connect();
    const ann = account.addUser('ann');
    const key = ann.addKey();
    await world.sweep();
    const users = {
      ...inventory.users,
      byName: async (...asked: Parameters<typeof inventory.users.byName>) => {
        const found = await inventory.users.byName(...asked);
        await stores.atomically(inventory.accounts.forget(account.id));
        return found;
      },
    };
    const services = { ...world.services, stores: { ...stores, inventory: { ...inventory, users } } };
    expect(await rereadUser(services, world.accountId, 'ann', PATIENT)).toBe(false);
    expect(await inventory.users.byId(account.id, ann.userId)).toBeNull();
    expect(await inventory.keys.byId(key.accessKeyId)).toBeNull();
    expect(await inventory.standings.byKey(key.accessKeyId)).toBeNull();
    expect(await inventory.keyHistory.ofKey(key.accessKeyId, 9)).toEqual([]);
  });

  it('changes nothing where no connection may look, or nothing is known of the account', async () => {
    await using world = await InventoryWorld.open();
    expect(await rereadUser(world.services, world.accountId, 'ann', PATIENT)).toBe(false);
    await world.connect();
    expect(await rereadUser(world.services, world.accountId, 'ann', PATIENT)).toBe(false);
    expect(world.standIn.requests.length).toBe(0);
  });
});
