import { describe, expect, it } from 'vitest';
import type { NewKey, User } from '../../sandbox/aws/world.ts';
import type { Actor } from '../../src/domain/actor.ts';
import { assessAccount } from '../../src/handlers/assess-keys.ts';
import { chooseForKey } from '../../src/handlers/choose-for-key.ts';
import { giveBack, stopDrill } from '../../src/handlers/drills/act.ts';
import { followDrill } from '../../src/handlers/drills/follow.ts';
import { lastDrill } from '../../src/handlers/drills/kept.ts';
import { followContainments } from '../../src/handlers/containments/aftermath.ts';
import { sayWhatBroke } from '../../src/handlers/containments/broken.ts';
import { endGone } from '../../src/handlers/containments/gone.ts';
import {
  recoverContainment,
  stopHolding,
  undoContainment,
} from '../../src/handlers/containments/take-back.ts';
import { beginDrill, decoys, raiseDrill, type DrillInput } from '../../src/handlers/drills/start.ts';
import type { Services } from '../../src/handlers/services.ts';
import type { Drill } from '../../src/domain/drill.ts';
import { standing } from '../db/key-samples.ts';
import { ENGINES, InventoryWorld, PATIENT } from '../pollers/world.ts';
import { told } from '../pollers/watch-world.ts';
import {
  contain,
  incidentOf,
  OTHER,
  request,
  RESPONDER,
  saidSince,
  servicesFor,
  settled,
  stolen,
  truth,
} from './containment-world.ts';

const ADMIN: Actor = { teamId: 'T0', userId: 'U0ADMIN', roles: ['admin'], rolesUnsure: null };
const VIEWER: Actor = { ...ADMIN, userId: 'U0VIEW', roles: ['viewer'] };
const MINUTE = 60_000;

interface Set {
  readonly services: Services;
  readonly user: User;
  readonly key: NewKey;
}

async function opened(engine: (typeof ENGINES)[number] = 'sqlite'): Promise<InventoryWorld> {
  const world = await InventoryWorld.open({ engine, capabilities: ['verify', 'inventory', 'contain'] });
  await world.connect();
  return world;
}

/** A user without rights, whose key is marked as a decoy. */
async function decoy(world: InventoryWorld, name = 'decoy', marked = true): Promise<Set> {
  const services = servicesFor(world, { admins: ['U0ADMIN'] });
  const user = world.account.addUser(name);
  const key = user.addKey();
  await world.sweep();
  await assessAccount(services, world.accountId);
  if (marked) {
    const choices = { kind: 'decoy', owners: null, policy: null } as const;
    await chooseForKey(services, request(services, ADMIN), key.accessKeyId, 0, choices);
  }
  await told(world);
  return { services, user, key };
}

async function started({ services, key }: Set, more: Partial<DrillInput> = {}): Promise<Drill> {
  const input = { accessKeyId: key.accessKeyId, minutes: 30, page: false, ...more };
  const asked = request(services, ADMIN);
  await beginDrill(services, asked, input);
  return raiseDrill(services, asked, input, PATIENT);
}

async function now(services: Services): Promise<Drill> {
  const kept = await lastDrill(services);
  if (kept === null) throw new Error('There is no drill');
  return kept.row;
}

describe.each(ENGINES)('a drill on %s', (engine) => {
  it('is marked in every message, shuts the decoy off in earnest, tells its times and gives it back', async () => {
    await using world = await opened(engine);
    const set = await decoy(world);
    const { services, user, key } = set;
    const before = truth(user);
    expect((await decoys(services)).map((row) => row.key.accessKeyId)).toEqual([key.accessKeyId]);

    const drill = await started(set);
    const { heads } = await told(world);
    expect(heads).toHaveLength(1);
    expect(heads[0]?.severity).toBeNull();
    expect(heads[0]?.text).toMatch(/^DRILL: /);
    expect(JSON.stringify(heads[0]?.blocks)).toContain('Deactivate');
    await followDrill(services);
    expect((await now(services)).times.deliveredAt).not.toBeNull();
    await expect(started(set)).rejects.toThrow('is not over yet');

    world.forward(95_000);
    const held = await contain(services, stolen(key, { reason: 'as in the alert' }));
    expect(truth(user)).toEqual({ keys: ['Inactive'], attached: ['AWSDenyAll'], inline: [] });
    expect(held.holders[0]?.drillId).toBe(drill.id);
    await followDrill(services);
    expect(await now(services)).toMatchObject({ state: 'reported', containedBy: RESPONDER.userId });
    const { all } = await told(world);
    expect(all.length).toBeGreaterThan(2);
    for (const { text } of all) expect(text).toMatch(/^DRILL/);
    // All of it stands in the thread of the drill, or edits what does.
    for (const { threadOf, edits } of all) expect(threadOf ?? edits).not.toBeNull();
    const report = JSON.stringify(all.map(({ blocks }) => blocks));
    expect(report).toMatch(/delivered → clicked: (1 minute|9\d|2 minutes)/);
    expect(report).toContain('sent → confirmed by IAM');
    expect(report).toContain('give the key back');

    await giveBack(services, request(services), drill.id);
    await settled(services, held.id);
    await followDrill(services);
    expect(truth(user)).toEqual(before);
    expect((await now(services)).state).toBe('over');
    expect(await saidSince(world)).toContain('the decoy works again');
    // Nothing of it is an incident, or was learned.
    expect(
      await services.stores.watch.incidents.page(
        { open: null, least: null, accountId: null, text: null },
        null,
        5,
      ),
    ).toEqual([]);
    const verbs = (await services.stores.audit.newest(200)).map(({ verb, outcome }) => `${verb} ${outcome}`);
    expect(verbs).toEqual(
      expect.arrayContaining([
        'drill.start null',
        'drill.start done',
        'drill.reported done',
        'drill.over done',
      ]),
    );
    await started(set);
  });
});

describe.each(ENGINES)('a decoy that is contained in earnest after its drill, on %s', (engine) => {
  it.each(['held', 'standing'] as const)('is a real containment, told like any other: %s', async (how) => {
    await using world = await opened(engine);
    const set = await decoy(world);
    const { services, user, key } = set;
    const drill = await started(set);
    const held = await contain(services, stolen(key, { reason: 'as in the alert' }));
    await followDrill(services);
    if (how === 'standing') await stopHolding(services, request(services), held.id);
    // The time of the drill is over; somebody really has the key.
    world.forward(40 * MINUTE);
    await told(world);
    const before = await services.stores.notices.byId(held.noticeId ?? '');
    const real = await contain(services, stolen(key, { reason: 'it is used from nowhere' }), OTHER);
    expect(real.id).toBe(held.id);
    expect(real.state).toBe('holding');
    expect(real.holders.map(({ drillId, by }) => [drillId, by])).toEqual([
      [drill.id, RESPONDER.userId],
      [undefined, OTHER.userId],
    ]);
    const { all, heads } = await told(world);
    expect(heads.map(({ threadOf, edits }) => [threadOf, edits])).toEqual([[null, null]]);
    expect(real.noticeId).toBe(heads[0]?.id);
    expect(all.filter(({ text }) => text.includes('DRILL'))).toEqual([]);
    expect(all.find(({ edits }) => edits === before?.id)?.text).toContain('contained in earnest');
    expect(
      JSON.stringify(all.filter(({ edits, id }) => edits === heads[0]?.id || id === heads[0]?.id)),
    ).toContain('IAM confirms Inactive and the deny');

    // Whoever gives the decoy back by the old button gives back the drill, and not the key.
    await giveBack(services, request(services), drill.id);
    await settled(services, held.id);
    expect(truth(user)).toMatchObject({ keys: ['Inactive'], attached: ['AWSDenyAll'] });
    await followDrill(services);
    expect((await now(services)).state).toBe('overtaken');
    expect(await saidSince(world)).not.toContain('the decoy works again');
  });
});

describe('a drill', () => {
  it('is marked as one also to the owners of its decoy, who hear it anew when it becomes real', async () => {
    await using world = await opened();
    const set = await decoy(world);
    const { key } = set;
    const flags = { guest: false, stranger: false, bot: false, deactivated: false };
    const services: Services = {
      ...set.services,
      people: {
        ...set.services.people,
        person: (userId) => Promise.resolve({ userId, teamId: 'T0', name: userId, timeZone: null, ...flags }),
      },
    };
    await started({ ...set, services });
    const { standings } = services.stores.inventory;
    const owned = standing(key.accessKeyId, 1, [], [{ kind: 'user', userId: 'U0OWNER' }]);
    await services.stores.atomically([standings.put([owned])]);
    const held = await contain(services, stolen(key));
    await followContainments(services, PATIENT);
    world.forward(11 * MINUTE);
    await followContainments(services, PATIENT);
    await sayWhatBroke(services, request(services), {
      containmentId: held.id,
      broken: { what: 'the tests' },
    });
    const rehearsed = (await told(world)).all;
    expect(rehearsed.filter(({ target }) => target.kind === 'person').length).toBeGreaterThanOrEqual(2);
    expect(rehearsed.filter(({ text }) => !text.startsWith('DRILL'))).toEqual([]);
    const holderId = held.holders[0]?.id ?? '';
    await undoContainment(services, request(services), {
      containmentId: held.id,
      holderId,
      reason: 'over',
    });
    await settled(services, held.id);
    await followContainments(services, PATIENT);
    const back = (await told(world)).all;
    expect(back.filter(({ target }) => target.kind === 'person')).toHaveLength(1);
    expect(back.filter(({ text }) => !text.startsWith('DRILL'))).toEqual([]);

    // Its times, then its end.
    await followDrill(services);
    await followDrill(services);
    await assessAccount(services, world.accountId);
    await started({ ...set, services });
    await services.stores.atomically([standings.put([owned])]);
    await contain(services, stolen(key));
    await followContainments(services, PATIENT);
    await told(world);
    // Whoever comes second in a drill is in it, too; once its times are told nobody is.
    await expect(contain(services, stolen(key), OTHER)).rejects.toMatchObject({ code: 'conflict' });
    await followDrill(services);
    await contain(services, stolen(key, { reason: 'it is used from nowhere' }), OTHER);
    await followContainments(services, PATIENT);
    const real = (await told(world)).all.filter(({ target }) => target.kind === 'person');
    expect(real.map(({ text }) => text)).toEqual([`Your access key was shut off: ${key.accessKeyId}`]);
  });

  it('gives nothing back at its old button once somebody recovered, and says that the key stays off', async () => {
    await using world = await opened();
    const set = await decoy(world);
    const { services, user, key } = set;
    const drill = await started(set);
    const held = await contain(services, stolen(key));
    await followDrill(services);
    expect((await now(services)).state).toBe('reported');
    await recoverContainment(services, request(services), {
      containmentId: held.id,
      holderId: held.holders[0]?.id ?? '',
      reason: 'somebody really had it',
    });
    await settled(services, held.id);
    await saidSince(world);
    await expect(giveBack(services, request(services), drill.id)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('as a true alarm') as string,
    });
    await settled(services, held.id);
    expect(truth(user).keys).toEqual(['Inactive']);
    await followDrill(services);
    expect((await now(services)).state).toBe('recovered');
    const said = await saidSince(world);
    expect(said).toContain('stays Inactive');
    expect(said).not.toContain('works again');
  });

  it('ends by itself and says so, is stopped, and gives way to what is real', async () => {
    await using world = await opened();
    const set = await decoy(world);
    const { services, user, key } = set;
    await started(set);
    await told(world);
    world.forward(29 * MINUTE);
    await followDrill(services);
    expect((await now(services)).state).toBe('raised');
    world.forward(2 * MINUTE);
    await followDrill(services);
    expect((await now(services)).state).toBe('unanswered');
    expect(await saidSince(world)).toContain('nobody acted within 30 minutes');
    // After its end nothing is a drill any more.
    const real = await contain(services, stolen(key));
    expect(real.holders[0]?.drillId).toBeUndefined();
    expect(await saidSince(world)).not.toContain('DRILL');
    await expect(started(set)).rejects.toThrow('is contained already');

    const other = await decoy(world, 'other');
    const { id } = await started(other);
    await expect(stopDrill(services, request(services, VIEWER), id)).rejects.toThrow('takes the role admin');
    await expect(giveBack(services, request(services, VIEWER), id)).rejects.toThrow(
      'takes the role responder',
    );
    await stopDrill(services, request(services, ADMIN), id);
    expect((await now(services)).state).toBe('stopped');
    await expect(giveBack(services, request(services), id)).rejects.toThrow('nothing left to give back');

    const third = await decoy(world, 'third');
    await started(third);
    await incidentOf(services, 'i1', third.key);
    const fromIncident = await contain(services, stolen(third.key, { incidentId: 'i1' }));
    expect(fromIncident.holders[0]?.drillId).toBeUndefined();
    expect(user.keys.existing()).toHaveLength(1);
  });

  it('does not say that a decoy works again which somebody deleted', async () => {
    await using world = await opened();
    const set = await decoy(world);
    const { services, user, key } = set;
    await started(set);
    const held = await contain(services, stolen(key));
    await followDrill(services);
    await stopHolding(services, request(services), held.id);
    user.keys.get(key.accessKeyId).change('Deleted', world.clock.now());
    world.account.removeUser(user.name);
    world.forward(24 * 60 * MINUTE);
    await world.sweep();
    expect(await endGone(services, PATIENT)).toBe(1);
    await saidSince(world);
    await followDrill(services);
    expect((await now(services)).state).toBe('overtaken');
    expect(await saidSince(world)).not.toContain('works again');
  });

  it('is refused where something hangs on the key, with the reason, on record', async () => {
    await using world = await opened();
    const ordinary = await decoy(world, 'ordinary', false);
    const { services } = ordinary;
    const twin = await decoy(world, 'twin');
    twin.user.addKey();
    const human = await decoy(world, 'human');
    human.user.loginProfileAt = world.clock.now();
    const used = await decoy(world, 'used');
    used.user.keys.get(used.key.accessKeyId).recordUse({
      at: world.clock.now() - MINUTE,
      service: 's3',
      region: 'us-east-1',
    });
    const dark = await decoy(world, 'dark');
    const [own] = world.robot.keys.existing();
    if (own === undefined) throw new Error('Rekey has no key');
    const choices = { kind: 'decoy', owners: null, policy: null } as const;
    await chooseForKey(services, request(services, ADMIN), own.accessKeyId, 0, choices);
    for (const [set, words] of [
      [ordinary, 'is not marked as a decoy'],
      [twin, 'has another active key'],
      [human, 'has a console password'],
      [used, 'something may hang on it'],
      [{ ...dark, key: own as unknown as NewKey }, 'Rekey itself signs as rekey'],
    ] as const) {
      await expect(started(set)).rejects.toThrow(words);
    }
    world.standIn.faults.add({ action: 'GetAccessKeyLastUsed', effect: { kind: 'service-failure' } });
    await expect(started(dark)).rejects.toThrow('is not known');
    await expect(
      beginDrill(services, request(services, VIEWER), {
        accessKeyId: dark.key.accessKeyId,
        minutes: 30,
        page: false,
      }),
    ).rejects.toThrow('takes the role admin');
    const refused = (await services.stores.audit.newest(100)).filter(({ outcome }) => outcome === 'refused');
    expect(refused.map(({ verb }) => verb)).toEqual(Array.from({ length: 6 }, () => 'drill.start'));
    expect(await lastDrill(services)).toBeNull();
    expect(truth(dark.user).keys).toEqual(['Active']);
  });

  it('that cannot be read keeps nobody from shutting a key off', async () => {
    await using world = await opened();
    const set = await decoy(world);
    const { services, key, user } = set;
    // As a newer version may leave it that was rolled back.
    await services.stores.atomically([services.stores.settings.set('drill', '{"state":"planned"}', 1)]);
    expect((await contain(services, stolen(key))).state).toBe('holding');
    expect(truth(user).keys).toEqual(['Inactive']);
  });
});
