import { describe, expect, it } from 'vitest';
import { confirmedWords, failuresOf, standingWords } from '../../src/domain/containment-words.ts';
import { HOLD_MS } from '../../src/domain/containment.ts';
import { beginContainment } from '../../src/handlers/containments/begin.ts';
import { findUser } from '../../src/handlers/containments/find-user.ts';
import { signersFor } from '../../src/handlers/containments/hands.ts';
import { lookBeforeContaining } from '../../src/handlers/containments/look.ts';
import { refuseWhileContainmentsNeed } from '../../src/handlers/containments/needed.ts';
import { proveContainments } from '../../src/handlers/containments/prove.ts';
import {
  recoverContainment,
  stopHolding,
  undoContainment,
} from '../../src/handlers/containments/take-back.ts';
import { pursue, takeTurn } from '../../src/handlers/containments/pursue.ts';
import { pause } from '../../src/handlers/pause.ts';
import { sweepAccount } from '../../src/pollers/inventory.ts';
import { holdPass } from '../../src/pollers/hold.ts';
import type { Write } from '../../src/ports/stores.ts';
import { containment } from '../db/containment-samples.ts';
import { happen } from '../pollers/watch-world.ts';
import { InventoryWorld, PATIENT } from '../pollers/world.ts';
import { dieAtEffects, dieAtCall, openIntents } from './containment-crashes.ts';
import {
  contain,
  holdFor,
  incidentOf,
  read,
  request,
  RESPONDER,
  saidSince,
  servicesFor,
  settled,
  stolen,
  truth,
  victim,
} from './containment-world.ts';

const DENY = 'arn:aws:iam::aws:policy/AWSDenyAll';
const MINUTE = 60_000;
const open = (capabilities: Parameters<typeof InventoryWorld.open>[0] = {}) =>
  InventoryWorld.open({ capabilities: ['contain'], ...capabilities });

async function undo(services: ReturnType<typeof servicesFor>, id: string) {
  const row = await read(services, id);
  const holderId = row.holders.find(({ phase }) => phase === 'held')?.id ?? '';
  await undoContainment(services, request(services), { containmentId: id, holderId, reason: 'false alarm' });
  return settled(services, id);
}

describe('who signs', () => {
  it('is never the user itself: refused with the reason, or another connection acts', async () => {
    await using world = await open({ capabilities: ['contain', 'verify'] });
    const own = await world.connect({ name: 'own' });
    const services = servicesFor(world);
    const refused = await contain(services, stolen({ accessKeyId: own.accessKeyId ?? '' }));
    expect(refused.state).toBe('refused');
    expect(refused.refusal?.why).toContain('Rekey itself signs as');
    expect(refused.refusal?.next).toContain('second time');
    expect(truth(world.robot).keys).toEqual(['Active']);

    const { user: second } = victim(world.account, 'second', ['IAMFullAccess']);
    await world.connect({ name: 'second', signer: second });
    const held = await contain(services, stolen({ accessKeyId: own.accessKeyId ?? '' }));
    expect(held.state).toBe('holding');
    const connections = await services.stores.connections.list();
    const needed = connections.find(({ name }) => name === 'second');
    await services.stores.atomically([services.stores.connections.remove(own.id, own.version)]);
    await expect(refuseWhileContainmentsNeed(services, needed ?? own)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('is contained'),
    });
    expect(truth(world.robot)).toMatchObject({ keys: ['Inactive'] });
    expect(truth(world.robot).attached).toContain('AWSDenyAll');
  });

  it('is not a role that the denied user assumes', async () => {
    await using world = await open();
    await world.connectRole();
    const Action = ['cloudtrail:LookupEvents', 'ec2:DescribeRegions'];
    const statement = { Effect: 'Allow', Action, Resource: '*' } as const;
    const watch = JSON.stringify({ Version: '2012-10-17', Statement: statement });
    world.account.role('rekey').policies.putInline('watch', watch);
    const { user, key } = victim(world.account, 'host-user');
    const services = servicesFor(world, {
      hostIdentity: () =>
        Promise.resolve({ available: true, arn: user.arn, accountId: world.accountId, partition: 'aws' }),
    });
    expect((await contain(services, stolen(key))).refusal?.why).toContain('Rekey itself signs as');
    const effect = { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' } as const;
    const free = servicesFor(world);
    expect((await contain(free, stolen(key))).state).toBe('holding');

    // Where GetUser is denied the name tells, also of another key of that user; an unknown host's roles come last.
    const { user: owner, key: other } = victim(world.account, 'owner', ['IAMFullAccess']);
    await world.connect({ name: 'owner', signer: owner });
    world.standIn.faults.add({ action: 'GetUser', effect });
    const blank = { ...containment(), accountId: world.accountId, userName: 'owner' };
    const target = {
      ...blank,
      keys: [{ accessKeyId: other.accessKeyId, before: 'Active' }],
      holders: [],
    } as const;
    const { able, same } = await signersFor(free, target);
    expect([able.map(({ method }) => method), same.map(({ name }) => name)]).toEqual([['role'], ['owner']]);
    const lists = await signersFor(free, { ...target, userName: 'somebody' });
    expect(lists.able.map(({ method }) => method)).toEqual(['access_key', 'role']);
    // The window shows the rest all the same.
    expect(await lookBeforeContaining(free, other.accessKeyId, PATIENT)).toMatchObject({
      userName: 'owner',
      status: 'Active',
      signsAs: ['owner'],
      trouble: null,
    });
    const held = await contain(free, stolen(other));
    expect(held.state).toBe('holding');
    expect(truth(owner).keys).toContain('Inactive');
    // CloudTrail is asked by who is not denied with the user, also where the user's id is not known.
    await holdFor(world, free, 32 * MINUTE);
    await proveContainments(free, PATIENT);
    const { proof } = await read(free, held.id);
    expect(proof).toMatchObject({ accepted: 0 });
    expect(proof?.why).not.toContain('denied');
  });

  it('is the next one where AWS refuses the first', async () => {
    await using world = await open({ capabilities: ['verify'] });
    await world.connect({ name: 'weak' });
    const { user: strong } = victim(world.account, 'strong', ['IAMFullAccess']);
    await world.connect({ name: 'strong', signer: strong, answer: { answer: 'unknown', why: 'x' } as never });
    const { key, user } = victim(world.account);
    expect((await contain(servicesFor(world), stolen(key))).confirmedAt).not.toBeNull();
    expect(truth(user).keys).toEqual(['Inactive']);
  });
});

describe('what cannot be contained', () => {
  it('is said: root, strangers, deleted keys, accounts without a connection', async () => {
    await using world = await open({ capabilities: ['contain', 'inventory'] });
    await world.connect();
    const services = servicesFor(world);
    const root = world.account.rootKeys.seed({});
    // With these rights AWS does not even tell that it is root's.
    expect((await contain(services, stolen(root))).refusal?.next).toContain('root user');
    const { user: admin } = victim(world.account, 'admin', ['IAMFullAccess']);
    await world.connect({ name: 'admin', signer: admin });
    const asRoot = await contain(services, stolen(root));
    expect(asRoot.refusal?.why).toContain('root user');
    expect(asRoot.refusal?.next).toContain('Sign in as root');
    expect(await saidSince(world)).toContain('root user');

    const { user, key } = victim(world.account);
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    expect((await contain(services, stolen(key))).refusal?.why).toContain('has no key');

    const elsewhere = world.standIn.world.addAccount();
    const { key: foreign } = victim(elsewhere);
    const begun = beginContainment(services, request(services), stolen(foreign));
    await expect(begun).rejects.toMatchObject({
      code: 'needs_person',
      message: expect.stringContaining('Nothing connects'),
    });
    const viewer = { ...RESPONDER, roles: ['viewer'] as const };
    await expect(beginContainment(services, request(services, viewer), stolen(key))).rejects.toMatchObject({
      code: 'forbidden',
    });
    const refusals = (await services.stores.audit.newest(20)).filter(({ outcome }) => outcome === 'refused');
    // A key that IAM lists no more, and whose user the inventory knew: what its sessions may do is stopped.
    const { user: known, key: gone } = victim(world.account, 'known');
    await sweepAccount(world.services, world.accountId, 'full', PATIENT);
    known.keys.get(gone.accessKeyId).change('Deleted', world.clock.now());
    const planned = await contain(services, stolen(gone, { kind: 'planned' }));
    expect(planned.refusal?.why).toContain('does not exist any more');
    expect(await contain(services, stolen(gone))).toMatchObject({
      state: 'holding',
      keys: [{ accessKeyId: gone.accessKeyId, before: 'gone' }],
    });
    expect(truth(known).attached).toContain('AWSDenyAll');
    expect(refusals.map(({ verb }) => verb)).toEqual(Array.from({ length: 5 }, () => 'containment.contain'));
  });
});

describe('what was before', () => {
  it('stays: Inactive keys, a deny of somebody else, quarantine', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const { user } = victim(world.account, 'bob', ['AWSDenyAll', 'AWSCompromisedKeyQuarantineV3']);
    const key = user.addKey({ status: 'Inactive' });
    const before = truth(user);
    const held = await contain(services, stolen(key));
    expect(held).toMatchObject({
      state: 'holding',
      deniedBefore: true,
      quarantine: ['AWSCompromisedKeyQuarantineV3'],
    });
    expect(truth(user)).toEqual(before);
    expect(await saidSince(world)).toContain('Rekey leaves it there');
    expect((await undo(services, held.id)).state).toBe('undone');
    expect(truth(user)).toEqual(before);
    expect([...world.standIn.requests].filter(({ action }) => action === 'DetachUserPolicy')).toEqual([]);
  });

  it('is not changed beyond the key where it was planned, also while Rekey is paused', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const admin = { ...RESPONDER, roles: ['admin'] as const };
    await pause(services, request(services, admin), 'maintenance', { text: 'x', blocks: [] });
    const { user, key } = victim(world.account);
    const done = await contain(services, stolen(key, { kind: 'planned' }));
    expect(done).toMatchObject({ state: 'standing', nextAt: null, heldUntil: null });
    expect(truth(user)).toMatchObject({ keys: ['Inactive'], attached: ['AdministratorAccess'] });
    // The same key, stolen after all: the deny joins.
    const held = await contain(services, stolen(key));
    expect(held).toMatchObject({ id: done.id, state: 'holding' });
    expect(truth(user).attached).toContain('AWSDenyAll');
    const [planned, other] = held.holders;
    for (const holder of [other, planned]) {
      await undoContainment(services, request(services), {
        containmentId: held.id,
        holderId: holder?.id ?? '',
        reason: 'no',
      });
      await settled(services, held.id);
    }
    expect(truth(user)).toMatchObject({ keys: ['Active'], attached: ['AdministratorAccess'] });
  });
});

describe('what nobody looked at', () => {
  it('is left as somebody set it where it was planned, when another key of the user is contained', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const second = user.addKey();
    const done = await contain(services, stolen(key, { kind: 'planned' }));
    expect(done.state).toBe('standing');
    user.keys.get(key.accessKeyId).change('Active', world.clock.now());
    world.forward(60 * MINUTE);
    const held = await contain(services, stolen(second));
    expect(held).toMatchObject({ id: done.id, state: 'holding' });
    expect(held.events).toMatchObject([{ what: 'left_on', about: key.accessKeyId }]);
    expect(truth(user)).toMatchObject({
      keys: ['Active', 'Inactive'],
      attached: ['AWSDenyAll', 'AdministratorAccess'],
    });
    expect(await saidSince(world)).toContain('somebody switched it on again');
    await undoContainment(services, request(services), {
      containmentId: held.id,
      holderId: held.holders[1]?.id ?? '',
      reason: 'no',
    });
    expect(await settled(services, held.id)).toMatchObject({ state: 'standing', deny: null, keys: [] });
    expect(truth(user)).toMatchObject({ keys: ['Active', 'Active'], attached: ['AdministratorAccess'] });
  });
});

describe('a user', () => {
  it('is contained in one row, also where its id could not be read, and by a connection that may', async () => {
    await using world = await open();
    const main = await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const effect = { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' } as const;
    world.standIn.faults.add({ action: 'GetUser', effect });
    const first = await contain(services, stolen(key));
    expect(first).toMatchObject({ state: 'holding', userId: null });
    world.standIn.faults.clear();
    const joined = await contain(services, stolen(user.addKey()));
    expect(joined.id).toBe(first.id);
    expect(joined.holders).toHaveLength(2);
    expect(truth(user).keys).toEqual(['Inactive', 'Inactive']);
    await world.connect({ name: 'weak', answer: { answer: 'no', missing: [] } });
    await expect(refuseWhileContainmentsNeed(services, main)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a user that is renamed', () => {
  it('is contained under its name of now, before and while it is held', async () => {
    await using world = await open({ capabilities: ['contain', 'inventory'] });
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account, 'alice');
    await world.sweep();
    world.account.renameUser('alice', 'mallory');
    // Somebody may even have taken the old name.
    const { user: decoy } = victim(world.account, 'alice');
    const held = await contain(services, stolen(key));
    expect(held).toMatchObject({ state: 'holding', userName: 'mallory', userId: user.userId });
    expect(truth(decoy).keys).toEqual(['Active']);

    world.account.renameUser('mallory', 'trent');
    user.policies.detach(DENY);
    user.keys.get(key.accessKeyId).change('Active', world.clock.now());
    await holdFor(world, services, 20_000);
    const seen = await read(services, held.id);
    expect(seen).toMatchObject({ userName: 'trent', absent: 0 });
    expect(seen.events.map(({ what }) => what)).toContain('renamed_user');
    expect(truth(user).keys).toEqual(['Inactive']);
    expect(truth(user).attached).toContain('AWSDenyAll');
    expect(await saidSince(world)).toContain('it is trent by now');
    expect((await undo(services, held.id)).state).toBe('undone');
    expect(truth(user)).toMatchObject({ keys: ['Active'], attached: ['AdministratorAccess'] });
  });

  it('and one whose keys are gone, too, is found by its unique id', async () => {
    await using world = await open({ capabilities: ['contain', 'inventory'] });
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account, 'alice');
    const held = await contain(services, stolen(key));
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    world.account.renameUser('alice', 'mallory');
    user.policies.detach(DENY);
    await holdFor(world, services, MINUTE);
    expect(truth(user).attached).toContain('AWSDenyAll');
    const seen = await read(services, held.id);
    expect(seen).toMatchObject({ userName: 'mallory', absent: 0 });
    expect(await saidSince(world)).toContain('it is mallory by now');
    // Once it is gone for sure all users are not listed again and again.
    world.account.removeUser('mallory');
    await holdFor(world, services, MINUTE);
    const lists = () => world.calls()['ListUsers'] ?? 0;
    const asked = lists();
    await holdFor(world, services, 10 * MINUTE);
    expect(lists()).toBe(asked);
    expect(asked).toBeLessThan(8);
  });

  it('and one that is gone, is not said to be confirmed', async () => {
    await using world = await open({ capabilities: ['contain', 'inventory'] });
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account, 'alice');
    await world.sweep();
    const held = await contain(services, stolen(key));
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    world.account.renameUser('alice', 'mallory');
    // Nobody may list users, by whom its unique id would be found.
    const effect = { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' } as const;
    world.standIn.faults.add({ action: 'ListUsers', effect });
    await holdFor(world, services, MINUTE);
    const gone = await read(services, held.id);
    expect(gone.parts.deny.reads).toBe(0);
    expect(standingWords(gone, world.clock.now())).toContain('gone');
    expect(confirmedWords(gone, world.clock.now()).join()).toContain('not confirmed');
    const over = await undo(services, held.id);
    expect(over.state).toBe('undone');
    expect(confirmedWords(over, world.clock.now()).join()).toContain('nothing could be given back');
    const again = await contain(services, stolen(key));
    expect(again.refusal?.why).toContain('There is no user alice any more');
    expect(again.refusal?.next).toContain('renamed');
  });
});

describe('a key whose ID does not tell its account', () => {
  it('is not said to be unknown while one account could not be asked', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const there = world.standIn.world.addAccount();
    const { user: signer } = victim(there, 'signer', ['IAMFullAccess']);
    const strange = await world.connect({ name: 'there', signer });
    const moved = { ...strange, accountId: there.id, version: strange.version + 1 };
    await services.stores.atomically([services.stores.connections.update(moved)]);
    const { key } = victim(there, 'bob');
    const blank = containment({ accountId: '', accessKeyId: key.accessKeyId });
    const find = () => findUser(services, blank, PATIENT);
    const accessKeyId = strange.accessKeyId ?? '';
    const action = 'GetAccessKeyLastUsed';
    world.standIn.faults.add({ action, accessKeyId, times: 8, effect: { kind: 'throttle' } });
    await expect(find()).rejects.toMatchObject({ code: 'throttled' });
    world.standIn.faults.clear();
    expect((await find()).found).toMatchObject({ userName: 'bob', accountId: there.id });
  });
});

describe('what fails', () => {
  it('is done another way: no room to attach, then no room at all, until there is', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account, 'full', []);
    for (let at = 0; at < 10; at += 1) {
      const arn = world.account.addPolicy(`p${at}`, {
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 's3:ListBucket', Resource: '*' },
      }).arn;
      user.policies.attach(arn);
    }
    const held = await contain(services, stolen(key));
    expect(held.confirmedAt).not.toBeNull();
    expect(truth(user).inline).toEqual(['RekeyDenyAll']);
    await undo(services, held.id);
    expect(truth(user)).toMatchObject({ keys: ['Active'], inline: [] });

    const filler = { Sid: 'x'.repeat(1_850), Effect: 'Deny' as const, Action: 's3:GetObject', Resource: '*' };
    user.policies.putInline('filler', JSON.stringify({ Version: '2012-10-17', Statement: [filler] }));
    const part = await contain(services, stolen(key));
    expect(part).toMatchObject({ state: 'holding', confirmedAt: null });
    expect(truth(user).keys).toEqual(['Inactive']);
    const [failed] = failuresOf(part, world.clock.now());
    expect(failed?.what).toBe('The user is not denied');
    expect(failed?.why).toContain('as many policies as AWS allows');
    expect(standingWords(part, world.clock.now())).toBe('Not contained yet');
    user.policies.deleteInline('filler');
    await holdFor(world, services, 2 * MINUTE);
    expect((await read(services, part.id)).confirmedAt).not.toBeNull();
  });

  it('is said first, with what to do, when a right is missing', async () => {
    await using world = await open({ capabilities: ['verify', 'inventory', 'rotate_others'] });
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    user.tags.set('rekey', 'managed');
    const part = await contain(services, stolen(key));
    expect(truth(user).keys).toEqual(['Inactive']);
    const [failed] = failuresOf(part, world.clock.now());
    expect(failed).toMatchObject({
      what: 'The user is not denied',
      why: 'No connection of the account may call iam:PutUserPolicy.',
    });
    expect(failed?.next).toContain('capability contain');
    // An edit of the card reaches nobody: whoever asked is called.
    expect(await saidSince(world)).toMatch(/<@U0RESP> \*Not contained yet\. The user is not denied\.\*/);
    const calls = () => world.calls()['AttachUserPolicy'] ?? 0;
    const before = calls();
    await holdFor(world, services, 2 * MINUTE);
    // Tried again now and then, and not at every look.
    expect(calls() - before).toBeLessThanOrEqual(6);
    expect(calls()).toBeGreaterThan(before);
  });

  it('is not taken for done or undone: throttles, lost answers, lagging replicas', async () => {
    await using world = await open({ requestMs: 2_000 });
    await world.connect();
    const services = servicesFor(world);
    const { faults } = world.standIn;
    faults.add({ action: 'AttachUserPolicy', times: 2, effect: { kind: 'throttle' } });
    faults.add({ action: 'UpdateAccessKey', times: 1, effect: { kind: 'drop-after' } });
    faults.add({ action: 'ListAccessKeys', times: 1, effect: { kind: 'service-failure' } });
    world.standIn.world.lag.listMs = 3_500;
    const { user, key } = victim(world.account);
    world.forward(10_000);
    const held = await contain(services, stolen(key));
    expect(held).toMatchObject({ state: 'holding', putBack: 0, events: [] });
    expect(held.confirmedAt).not.toBeNull();
    await holdFor(world, services, MINUTE);
    expect((await read(services, held.id)).putBack).toBe(0);
    world.standIn.world.lag.listMs = 0;
    expect(truth(user)).toMatchObject({
      keys: ['Inactive'],
      attached: ['AWSDenyAll', 'AdministratorAccess'],
    });
    const unknown = (await services.stores.audit.newest(100)).filter(
      ({ verb, outcome }) => outcome === 'unknown' && verb.endsWith('_key'),
    );
    expect(unknown.map(({ verb }) => verb)).toEqual(['containment.set_key']);
  });
});

describe('races', () => {
  it('an Undo in the middle of a tick wins, and nothing is put back afterwards', async () => {
    await using world = await open();
    await world.connect();
    const calm = servicesFor(world);
    const { user, key } = victim(world.account);
    const held = await contain(calm, stolen(key));
    user.policies.detach(DENY);
    user.keys.get(key.accessKeyId).change('Active', world.clock.now());
    let undone = false;
    const { aws } = calm;
    const racing = servicesFor(world, {
      aws: {
        ...aws,
        iamDeny: (...given) => {
          const deny = aws.iamDeny(...given);
          return {
            ...deny,
            // After the last look at the row, before AWS is told: the worst moment there is.
            attachPolicy: async (...asked) => {
              if (!undone) {
                undone = true;
                const holderId = held.holders[0]?.id ?? '';
                await undoContainment(calm, request(calm), {
                  containmentId: held.id,
                  holderId,
                  reason: 'false',
                });
              }
              await deny.attachPolicy(...asked);
            },
          };
        },
      },
    });
    world.forward(3_000);
    await holdPass(racing, PATIENT);
    expect(undone).toBe(true);
    expect(truth(user).attached).toContain('AWSDenyAll');
    expect((await settled(calm, held.id)).state).toBe('undone');
    expect(truth(user)).toMatchObject({ keys: ['Active'], attached: ['AdministratorAccess'] });
    await holdFor(world, racing, HOLD_MS);
    expect(truth(user)).toMatchObject({ keys: ['Active'], attached: ['AdministratorAccess'] });
  });

  it('a process that stands still after it asked, and wakes when its lease is over, changes nothing', async () => {
    await using world = await open();
    await world.connect();
    const next = servicesFor(world, { onlyInstance: false, instanceId: 'next' });
    const { user, key } = victim(world.account);
    const before = truth(user);
    let sleeping: Promise<void> | null = null;
    const sleep = async (id: string): Promise<void> => {
      world.forward(31_000);
      expect((await undo(next, id)).state).toBe('undone');
      expect(truth(user)).toEqual(before);
    };
    const { containments } = next.stores;
    const sleepy = {
      ...next,
      instanceId: 'sleepy',
      stores: {
        ...next.stores,
        // The database has written; the process hears it when somebody else is long through.
        atomically: async (writes: readonly Write[]) => {
          await next.stores.atomically(writes);
          const [row] = await containments.open(1);
          if (row?.state === 'acting' && row.changedAt !== null) await (sleeping ??= sleep(row.id));
        },
      },
    };
    const { id } = await beginContainment(sleepy, request(sleepy), stolen(key));
    await pursue(sleepy, id, MINUTE, PATIENT);
    expect(sleeping).not.toBeNull();
    expect(truth(user)).toEqual(before);
    await holdFor(world, next, MINUTE);
    expect(truth(user)).toEqual(before);
    const skipped = (await next.stores.audit.newest(100)).filter(
      ({ verb, outcome }) => outcome === 'refused' && /set_key|attach_deny/.test(verb),
    );
    expect(skipped.map(({ verb }) => verb).toSorted()).toEqual([
      'containment.attach_deny',
      'containment.set_key',
    ]);
  });

  it('what is held lets those go first that are to be shut off, and what is not shut off yet waits for nobody', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const [held, fresh] = [victim(world.account), victim(world.account, 'bob')];
    await contain(services, stolen(held.key));
    const given: string[] = [];
    const patience = () => {
      given.push('asked');
      return async () => void given.push('gave way');
    };
    world.forward(3_000);
    expect(await holdPass(services, PATIENT, new Set(), patience)).toBe(1);
    expect(given.slice(0, 2)).toEqual(['asked', 'gave way']);
    given.length = 0;
    const { id } = await beginContainment(services, request(services), stolen(fresh.key));
    await holdPass(services, PATIENT, new Set(), patience);
    expect((await read(services, id)).sentAt).not.toBeNull();
    expect(given).toEqual([]);
  });

  it('whoever wrote it down goes on at once; others wait until that process must be dead', async () => {
    await using world = await open();
    await world.connect();
    const one = servicesFor(world, { onlyInstance: false, instanceId: 'one' });
    const two = servicesFor(world, { onlyInstance: false, instanceId: 'two' });
    const { user, key } = victim(world.account);
    const { id } = await beginContainment(one, request(one), stolen(key));
    const begun = await read(one, id);
    world.standIn.requests.clear();
    expect(await takeTurn(two, id, PATIENT)).toBe(false);
    expect(world.standIn.requests.length).toBe(0);
    // The same process comes by twice, and has one turn.
    const turns = await Promise.all([takeTurn(one, id, PATIENT), takeTurn(one, id, PATIENT)]);
    expect(turns.toSorted()).toEqual([false, true]);
    expect(world.calls()).toMatchObject({ AttachUserPolicy: 1, UpdateAccessKey: 1 });
    expect(truth(user).keys).toEqual(['Inactive']);
    expect((await read(one, id)).version).toBeGreaterThan(begun.version);

    // A process that died right after it wrote it down.
    const other = victim(world.account, 'bob');
    const lost = await beginContainment(one, request(one), stolen(other.key));
    world.forward(29_000);
    expect(await takeTurn(two, lost.id, PATIENT)).toBe(false);
    world.forward(2_000);
    expect(await takeTurn(two, lost.id, PATIENT)).toBe(true);
    expect(truth(other.user).keys).toEqual(['Inactive']);
    // And the dead one that was not dead comes too late.
    world.standIn.requests.clear();
    await takeTurn(one, lost.id, PATIENT);
    expect(world.calls()['AttachUserPolicy'] ?? 0).toBe(0);
  });

  it('a reason that joins while its user is worked on begins no second turn', async () => {
    await using world = await open();
    await world.connect();
    const plain = servicesFor(world);
    const [arrived, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let calls = 0;
    const iamDeny: typeof plain.aws.iamDeny = (...given) => {
      const deny = plain.aws.iamDeny(...given);
      return {
        ...deny,
        attachPolicy: async (...attached) => {
          calls += 1;
          arrived.resolve();
          if (calls === 1) await released.promise;
          return deny.attachPolicy(...attached);
        },
      };
    };
    const services = { ...plain, aws: { ...plain.aws, iamDeny } };
    const { user, key } = victim(world.account);
    await incidentOf(services, 'i2', key);
    const { id } = await beginContainment(services, request(services), stolen(key));
    const first = pursue(services, id, MINUTE, PATIENT);
    await arrived.promise;
    const joined = await beginContainment(services, request(services), stolen(key, { incidentId: 'i2' }));
    expect(joined.id).toBe(id);
    const also = await takeTurn(services, id, PATIENT);
    released.resolve();
    await first;
    expect(also).toBe(false);
    await settled(services, id);
    expect(truth(user).keys).toEqual(['Inactive']);
    expect(truth(user).attached).toContain('AWSDenyAll');
  });

  it('two instances look in turns, and put back once', async () => {
    await using world = await open();
    await world.connect();
    const one = servicesFor(world, { onlyInstance: false, instanceId: 'one' });
    const two = servicesFor(world, { onlyInstance: false, instanceId: 'two' });
    const { user, key } = victim(world.account);
    const held = await contain(one, stolen(key));
    user.policies.detach(DENY);
    world.forward(3_000);
    world.standIn.requests.clear();
    await Promise.all([holdPass(one, PATIENT), holdPass(two, PATIENT), holdPass(one, PATIENT)]);
    expect(world.calls()['AttachUserPolicy']).toBe(1);
    expect((await read(one, held.id)).putBack).toBe(1);
  });

  it('an adversary at every look is put back, told, and does not keep an Undo or Recover from winning', async () => {
    await using world = await open();
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const held = await contain(services, stolen(key));
    const until = world.clock.now() + MINUTE;
    while (world.clock.now() < until) {
      if (truth(user).attached.includes('AWSDenyAll')) user.policies.detach(DENY);
      user.keys.get(key.accessKeyId).change('Active', world.clock.now());
      world.forward(2_000);
      await holdPass(services, PATIENT);
      expect(truth(user).keys).toEqual(['Inactive']);
    }
    const fought = await read(services, held.id);
    expect(fought.putBack).toBeGreaterThan(30);
    // One line a part and minute, not one a look.
    expect(fought.events.length + fought.eventsMore).toBeLessThan(10);
    await recoverContainment(services, request(services), {
      containmentId: held.id,
      holderId: held.holders[0]?.id ?? '',
      reason: 'clean',
    });
    expect((await settled(services, held.id)).state).toBe('recovered');
    expect(truth(user)).toMatchObject({ keys: ['Inactive'], attached: ['AdministratorAccess'] });
  });
});

describe('a process that dies', () => {
  it('leaves what the next one completes', async () => {
    expect(await dieAtEffects('sqlite', 9)).toBeGreaterThan(2);
  }, 60_000);

  it.each(['found', 'never sent', 'unreadable'] as const)(
    'leaves a change whose outcome the next one writes, also where nobody holds any more: %s',
    async (how) => {
      await using world = await open();
      await world.connect();
      const services = servicesFor(world);
      const { user, key } = victim(world.account);
      const held = await contain(services, stolen(key));
      await holdFor(world, services, 20_000);
      user.keys.get(key.accessKeyId).change('Active', world.clock.now());
      world.forward(10_000);
      await dieAtCall(services, 'updateAccessKey', how === 'never sent', (dying) =>
        takeTurn(dying, held.id, PATIENT),
      );
      expect(await openIntents(services)).toContain(`containment.set_key ${held.id}`);
      await stopHolding(services, request(services), held.id);
      if (how === 'unreadable') {
        for (const action of ['GetUser', 'ListAccessKeys']) {
          world.standIn.faults.add({ action, effect: { kind: 'service-failure' } });
        }
      }
      await holdFor(world, services, 60_000);
      expect(await openIntents(services)).toEqual([]);
      const rows = await services.stores.audit.newest(200);
      const row = rows.find(({ verb, phase }) => verb === 'containment.set_key' && phase === 'outcome');
      expect(row).toMatchObject({
        outcome: how === 'found' ? 'done' : 'unknown',
        detail: {
          why: expect.stringContaining(
            { found: 'found already done', 'never sent': 'not found done', unreadable: 'cannot be read' }[
              how
            ],
          ) as string,
          accessKeyId: key.accessKeyId,
        },
      });
      expect(await read(services, held.id)).toMatchObject({ state: 'standing', nextAt: null });
      expect((await read(services, held.id)).begun).toBeUndefined();
    },
  );
});

describe('CloudTrail', () => {
  it('does not prove before its time, then that there was no accepted call, or that there was', async () => {
    await using world = await open({ capabilities: ['contain', 'watch'] });
    await world.connect();
    const services = servicesFor(world);
    const { key } = victim(world.account);
    const held = await contain(services, stolen(key));
    expect(await saidSince(world)).toContain('not yet proven');
    // It is asked for all the same when nobody holds it any more.
    await stopHolding(services, request(services), held.id);
    const proven = async (minutes: number) => {
      await holdFor(world, services, minutes * MINUTE);
      await proveContainments(services, PATIENT);
      return (await read(services, held.id)).proof;
    };
    happen(world, 'sts:GetCallerIdentity', { minutesAgo: -1 });
    happen(world, 's3:ListBuckets', { minutesAgo: -1, error: 'AccessDenied' });
    const early = await proven(6);
    expect(early).toMatchObject({ accepted: 0, refused: 1 });
    expect(early?.completeTo ?? 0).toBeLessThan(held.confirmedAt ?? 0);
    const later = await proven(30);
    expect(later?.completeTo ?? 0).toBeGreaterThan(held.confirmedAt ?? 0);
    happen(world, 'ec2:RunInstances', { minutesAgo: 20, region: 'eu-west-1' });
    // Neither a session of a role that is named like the user, nor a sign-in: it is before every policy.
    const arn = `arn:aws:sts::${world.accountId}:assumed-role/deploy/alice`;
    const by = { type: 'AssumedRole', principalId: 'AROAEXAMPLE:alice', arn };
    happen(world, 'ec2:StopInstances', { minutesAgo: 20, by });
    happen(world, 'signin:ConsoleLogin', { minutesAgo: 20, more: { errorMessage: 'Failed authentication' } });
    const { aws } = services;
    const dying = (): never => {
      throw new Error('dead');
    };
    // A process that dies while it asks leaves that to the next one.
    world.forward(10 * MINUTE);
    await proveContainments({ ...services, aws: { ...aws, trail: dying } }, PATIENT);
    expect((await read(services, held.id)).proofAt).toBeGreaterThan(world.clock.now());
    expect(await proven(7)).toMatchObject({ refused: 2 });
    expect(await proven(10)).toMatchObject({
      accepted: 1,
      calls: [expect.stringContaining('ec2:RunInstances')],
    });
    expect(await saidSince(world)).toContain('Not shut off');
  });

  it('counts calls until the user was recovered, and an Undo of before that is refused', async () => {
    await using world = await open({ capabilities: ['contain', 'watch'] });
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const held = await contain(services, stolen(key));
    await holdFor(world, services, 2 * MINUTE);
    const input = { containmentId: held.id, holderId: held.holders[0]?.id ?? '', reason: 'clean' };
    await recoverContainment(services, request(services), input);
    const recovered = await settled(services, held.id);
    expect(recovered).toMatchObject({ state: 'recovered', proof: null });
    // Its window was opened while the key was not yet judged stolen.
    await expect(
      undoContainment(services, request(services), { ...input, phase: 'held' }),
    ).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('recovered') });
    expect(truth(user).keys).toEqual(['Inactive']);
    happen(world, 's3:ListBuckets', { minutesAgo: 1, error: 'AccessDenied' });
    happen(world, 'ec2:RunInstances', { minutesAgo: -1, region: 'eu-west-1' });
    await holdFor(world, services, 32 * MINUTE);
    await proveContainments(services, PATIENT);
    const { proof } = await read(services, held.id);
    expect(proof).toMatchObject({ accepted: 0, refused: 1 });
    // Complete to the recovery: from then on nothing denied the user.
    const takenAt = recovered.holders[0]?.taken?.at ?? 0;
    expect(proof?.completeTo).toBe(Math.floor(takenAt / 1_000) * 1_000);
    await undoContainment(services, request(services), { ...input, phase: 'recovered' });
    expect((await settled(services, held.id)).state).toBe('undone');
    expect(truth(user).keys).toEqual(['Active']);
  });

  it('leaves proven what was, where it cannot be read any more, and is asked again', async () => {
    await using world = await open({ capabilities: ['contain', 'watch'] });
    await world.connect();
    const services = servicesFor(world);
    const { key } = victim(world.account);
    const held = await contain(services, stolen(key));
    await stopHolding(services, request(services), held.id);
    const asked = async (minutes: number) => {
      world.forward(minutes * MINUTE);
      await proveContainments(services, PATIENT);
      return read(services, held.id);
    };
    const proven = (await asked(32)).proof?.completeTo ?? 0;
    expect(proven).toBeGreaterThan(held.confirmedAt ?? 0);
    world.standIn.faults.add({ action: 'LookupEvents', effect: { kind: 'service-failure' } });
    await saidSince(world);
    const later = await asked(22);
    expect(later.proof).toMatchObject({ completeTo: proven, why: expect.stringContaining('aws down') });
    const said = await saidSince(world);
    expect(said).toContain('no accepted call since');
    expect(said).toContain('What came later could not be read');
    // That was the last time; nobody knows what came since.
    expect(later.proofAt).toBeGreaterThan(world.clock.now() + 50 * MINUTE);
    world.standIn.faults.clear();
    const last = await asked(61);
    expect(last.proof?.completeTo).toBeGreaterThan(proven + 30 * MINUTE);
    expect(last).toMatchObject({ proofAt: null, proof: { why: '' } });

    // Nobody asks for ever.
    await services.stores.atomically([
      services.stores.containments.update({ ...last, proofAt: world.clock.now(), version: last.version + 1 }),
    ]);
    world.standIn.faults.add({ action: 'LookupEvents', effect: { kind: 'service-failure' } });
    expect((await asked(25 * 60)).proofAt).toBeNull();
  });
});
