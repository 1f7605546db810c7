import { describe, expect, it } from 'vitest';
import type { NewKey, User } from '../../sandbox/aws/world.ts';
import type { Actor } from '../../src/domain/actor.ts';
import { assessAccount } from '../../src/handlers/assess-keys.ts';
import { askDeletion } from '../../src/handlers/deletions/ask.ts';
import { approveDeletion, declineDeletion } from '../../src/handlers/deletions/decide.ts';
import { deletionOf } from '../../src/handlers/deletions/kept.ts';
import { policyIfRefused } from '../../src/handlers/deletions/look.ts';
import { pursueDeletion } from '../../src/handlers/deletions/pursue.ts';
import { lookKey } from '../../src/handlers/look-key.ts';
import { pause } from '../../src/handlers/pause.ts';
import type { Services } from '../../src/handlers/services.ts';
import type { KeyDeletion } from '../../src/domain/key-deletion.ts';
import { ownActOf } from '../../src/domain/own-act.ts';
import { deletionPass } from '../../src/pollers/key-deletions.ts';
import { DAY_MS, ENGINES, InventoryWorld, PATIENT } from '../pollers/world.ts';
import { told } from '../pollers/watch-world.ts';
import { contain, request, servicesFor, stolen } from './containment-world.ts';

const actor = (userId: string, role: Actor['roles'][number]): Actor => ({
  teamId: 'T0',
  userId,
  roles: [role],
  rolesUnsure: null,
});
const ASKER = actor('U0OPER', 'operator');
const ADMIN = actor('U0ADMIN', 'admin');
const OTHER_ADMIN = actor('U0SECOND', 'admin');

interface Set {
  readonly world: InventoryWorld;
  readonly services: Services;
  readonly user: User;
  readonly key: NewKey;
}

/** A user whose key Rekey has seen Inactive for `days`, beside another that works. */
async function inactive(
  world: InventoryWorld,
  {
    days = 31,
    tags = { rekey: 'managed' },
    name = 'alice',
  }: {
    readonly days?: number;
    readonly tags?: Readonly<Record<string, string>>;
    readonly name?: string;
  } = {},
): Promise<Set> {
  const services = servicesFor(world, { admins: ['U0ADMIN', 'U0SECOND'], onlyInstance: false });
  const user = world.account.addUser(name, { tags });
  const key = user.addKey({ createdAt: world.clock.now() - 200 * DAY_MS, status: 'Inactive' });
  user.addKey({ createdAt: world.clock.now() - 20 * DAY_MS });
  await world.sweep();
  world.forward(days * DAY_MS);
  await world.sweep();
  await assessAccount(services, world.accountId);
  return { world, services, user, key };
}

async function opened(engine: (typeof ENGINES)[number] = 'sqlite'): Promise<InventoryWorld> {
  const world = await InventoryWorld.open({
    engine,
    capabilities: ['verify', 'inventory', 'rotate_others', 'contain'],
  });
  await world.connect();
  return world;
}

const run = (services: Services, key: Pick<NewKey, 'accessKeyId'>) =>
  pursueDeletion(services, key.accessKeyId, PATIENT);

async function row(services: Services, { accessKeyId }: Pick<NewKey, 'accessKeyId'>): Promise<KeyDeletion> {
  const kept = await deletionOf(services, accessKeyId);
  if (kept === null) throw new Error('There is no such wish');
  return kept.row;
}

/** Asks, and lets AWS be asked. */
async function asked({ services, key }: Set, by = ASKER): Promise<KeyDeletion> {
  await askDeletion(services, request(services, by), {
    accessKeyId: key.accessKeyId,
    reason: 'left in 2019',
  });
  await run(services, key);
  return row(services, key);
}

const exists = ({ user, key }: Set): boolean =>
  user.keys.existing().some((each) => each.accessKeyId === key.accessKeyId);

const deletes = ({ world }: Pick<Set, 'world'>): number =>
  world.standIn.requests.of('DeleteAccessKey').length;

async function audited({ services }: Pick<Set, 'services'>): Promise<string[]> {
  const rows = await services.stores.audit.newest(100);
  return rows.map(({ verb, phase, outcome }) => `${verb} ${outcome ?? phase}`).toReversed();
}

describe.each(ENGINES)('a key long Inactive on %s', (engine) => {
  it('is deleted once, after a second person’s word, and everybody knows', async () => {
    await using world = await opened(engine);
    const set = await inactive(world);
    const { services, key, user } = set;
    const { accessKeyId } = key;
    expect((await lookKey(services, ASKER, accessKeyId)).mayDelete).toBe(true);

    const wish = await asked(set);
    expect(wish).toMatchObject({ state: 'asked', askedBy: 'U0OPER', reason: 'left in 2019' });
    expect(wish.seen?.others).toHaveLength(1);
    const { heads } = await told(world);
    const card = JSON.stringify(heads.at(-1)?.blocks);
    for (const word of ['Approve', 'Decline', 'left in 2019', 'cannot be undone', 'Last use', accessKeyId]) {
      expect(card).toContain(word);
    }
    await expect(
      askDeletion(services, request(services, ADMIN), { accessKeyId, reason: 'again' }),
    ).rejects.toThrow('<@U0OPER> asked for this already');

    // Two clicks of two people, and three processes at once: one deletion.
    const target = { accessKeyId, id: wish.id };
    const clicks = await Promise.allSettled(
      [ADMIN, OTHER_ADMIN].map((by) =>
        approveDeletion(services, request(services, by, `deletion.approve:${wish.id}`), target),
      ),
    );
    expect(clicks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const others = [0, 1, 2].map((at) => ({ ...services, instanceId: `other-${at}` }));
    await Promise.all(others.map((each) => run(each, key)));
    expect(await row(services, key)).toMatchObject({ state: 'deleted' });
    expect(exists(set)).toBe(false);
    // The call names the row of the audit log that was written before it, by which the watch knows it for ours.
    const [sent] = world.standIn.requests.of('DeleteAccessKey');
    const [intent] = await services.stores.audit.byIds([
      / act\/(\w+)/.exec(sent?.userAgent ?? '')?.[1] ?? '',
    ]);
    expect(intent === undefined ? null : ownActOf(intent)).toMatchObject({
      accountId: world.accountId,
      action: 'iam:DeleteAccessKey',
      asked: { userName: user.name, accessKeyId },
    });
    expect(deletes(set)).toBe(1);
    expect(user.keys.existing()).toHaveLength(1);

    const known = await services.stores.inventory.keys.byId(accessKeyId);
    expect(known?.goneAt).not.toBeNull();
    const [newest] = await services.stores.inventory.keyHistory.ofKey(accessKeyId, 1);
    expect(newest).toMatchObject({ what: 'deleted', detail: { reason: 'left in 2019' } });
    const said = JSON.stringify((await told(world)).all.map(({ blocks }) => blocks));
    expect(said).toContain('Deleted for good');
    expect(said).toContain('<@U0OPER> *Deleted for good*');
    expect(await audited(set)).toEqual(
      expect.arrayContaining([
        'key.delete_ask done',
        'key.delete_approve done',
        'key.delete intent',
        'key.delete done',
      ]),
    );
    await expect(approveDeletion(services, request(services, OTHER_ADMIN), target)).rejects.toThrow(
      'no longer to be decided: Deleted for good',
    );
  });

  it('is deleted once, wherever the process dies', async () => {
    await using world = await opened(engine);
    const made = Array.from({ length: 7 }, (_, at) => {
      const user = world.account.addUser(`user${at}`, { tags: { rekey: 'managed' } });
      return { user, key: user.addKey({ createdAt: 1, status: 'Inactive' }) };
    });
    const { services } = await inactive(world);
    const next = { ...services, onlyInstance: engine === 'sqlite', instanceId: 'next' };
    let deaths = 0;
    for (const [at, { user, key }] of made.entries()) {
      const set = { world, services, user, key };
      const wish = await asked(set);
      const target = { accessKeyId: key.accessKeyId, id: wish.id };
      await approveDeletion(services, request(services, ADMIN), target);
      const dying = mortal(next, at + 1);
      await run(dying, key).catch(() => undefined);
      if (dying.died()) deaths += 1;
      // What it left is found out, and not done again.
      for (let turns = 0; turns < 3; turns += 1) {
        world.forward(121_000);
        await deletionPass(next, PATIENT);
      }
      expect({ at, state: (await row(services, key)).state }).toEqual({ at, state: 'deleted' });
      expect(exists(set)).toBe(false);
    }
    expect(deaths).toBeGreaterThan(4);
    expect(deletes({ world })).toBe(made.length);
    const ends = (await services.stores.audit.newest(500)).filter(
      ({ verb, outcome }) => verb === 'key.delete' && outcome === 'done',
    );
    expect(ends).toHaveLength(made.length);
  });
});

/** A process that dies at its n-th write or call of AWS: before it where n is odd, after it where it is even. */
function mortal(services: Services, at: number): Services & { readonly died: () => boolean } {
  let steps = 0;
  let dead = false;
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead) throw new Error('dead');
    steps += 1;
    if (steps === at && at % 2 === 1) {
      dead = true;
      throw new Error('dead');
    }
    const came = await work();
    if (steps === at) {
      dead = true;
      throw new Error('dead');
    }
    return came;
  };
  const { stores, aws } = services;
  return {
    ...services,
    instanceId: `mortal-${at}`,
    aws: {
      ...aws,
      iamKeys: (...given) => {
        const keys = aws.iamKeys(...given);
        return {
          ...keys,
          deleteAccessKey: (...call) => through(() => keys.deleteAccessKey(...call)),
        };
      },
    },
    stores: { ...stores, atomically: (writes) => through(() => stores.atomically(writes)) },
    died: () => dead,
  };
}

describe('a key is not deleted', () => {
  it('for whoever may not ask or approve; each attempt is on record', async () => {
    await using world = await opened();
    const set = await inactive(world);
    const { services, key } = set;
    const { accessKeyId } = key;
    const ask = (by: Actor) =>
      askDeletion(services, request(services, by), { accessKeyId, reason: 'x' }).then(() => 'asked');
    await expect(ask(actor('U0VIEW', 'viewer'))).rejects.toThrow('takes the role operator or responder');
    const wish = await asked(set, ADMIN);
    const target = { accessKeyId, id: wish.id };
    const approve = (by: Actor) => approveDeletion(services, request(services, by), target);
    await expect(approve(ADMIN)).rejects.toThrow('a second person decides');
    await expect(approve(ASKER)).rejects.toThrow('takes the role admin');
    await expect(declineDeletion(services, request(services, ASKER), target)).rejects.toThrow('role admin');
    await expect(
      approveDeletion(services, request(services, OTHER_ADMIN), { accessKeyId, id: 'forged' }),
    ).rejects.toThrow('no longer to be decided');
    expect((await audited(set)).filter((line) => line.endsWith('refused'))).toEqual([
      'key.delete_ask refused',
      'key.delete_approve refused',
      'key.delete_approve refused',
      'key.delete_decline refused',
      'key.delete_approve refused',
    ]);
    await declineDeletion(services, request(services, OTHER_ADMIN), target);
    await expect(approve(OTHER_ADMIN)).rejects.toThrow('Declined');
    await deletionPass(services, PATIENT);
    expect(exists(set)).toBe(true);
    expect(deletes(set)).toBe(0);
  });

  it('where Rekey itself knows better', async () => {
    await using world = await opened();
    const set = await inactive(world, { days: 20 });
    const { services, key, user } = set;
    const refusal = async (by = ASKER, accessKeyId = key.accessKeyId): Promise<string> => {
      try {
        await askDeletion(services, request(services, by), { accessKeyId, reason: 'x' });
        return 'asked';
      } catch (error) {
        return error instanceof Error ? error.message : 'strange';
      }
    };
    expect(await refusal()).toMatch(/seen the key Inactive for 2\d days; its policy asks for 30 days/);
    const [, working] = user.keys.existing();
    expect(await refusal(ASKER, working?.accessKeyId)).toContain('The key is Active');
    world.forward(15 * DAY_MS);
    // Nobody has read it for two weeks: what was known is no proof.
    await assessAccount(services, world.accountId);
    expect(await refusal()).toContain('not enough to delete it');
    await world.sweep();
    await assessAccount(services, world.accountId);
    await pause(services, request(services, ADMIN), 'a freeze', { text: 'x', blocks: [] });
    expect(await refusal()).toContain('Rekey is paused');
    await services.stores.atomically([services.stores.settings.remove('pause')]);
    const alone = { ...services, admins: ['U0OPER'] };
    await expect(
      askDeletion(alone, request(alone, ASKER), { accessKeyId: key.accessKeyId, reason: 'x' }),
    ).rejects.toThrow('nobody but you is an admin');
    const held = await contain(services, stolen(key));
    expect(held.state).toBe('holding');
    expect(await refusal()).toContain('is contained');
    expect(exists(set)).toBe(true);
  });

  it('where AWS shows otherwise when it is asked, or does not answer', async () => {
    await using world = await opened();
    const untagged = await inactive(world, { tags: {} });
    const { services } = untagged;
    const refused = await asked(untagged);
    expect(refused.state).toBe('refused');
    expect(refused.why).toContain('AWS does not let “main” do it: iam:DeleteAccessKey on alice');
    expect(refused.next).toContain('Tag the user with rekey=managed');
    const policy = JSON.stringify(await policyIfRefused(services, refused));
    expect(policy).toContain('iam:DeleteAccessKey');
    expect(policy).not.toContain('iam:CreateAccessKey');

    const used = await inactive(world, { name: 'bob' });
    used.user.keys
      .get(used.key.accessKeyId)
      .recordUse({ at: world.clock.now() - DAY_MS, service: 's3', region: 'us-east-1' });
    expect(await asked(used)).toMatchObject({ state: 'refused' });
    expect((await row(services, used.key)).why).toContain('after Rekey saw it Inactive');

    const silent = await inactive(world, { name: 'carol' });
    world.standIn.faults.add({ action: 'GetAccessKeyLastUsed', effect: { kind: 'service-failure' } });
    expect((await asked(silent)).state).toBe('checking');
    world.forward(4 * 60_000);
    await deletionPass(services, PATIENT);
    expect(await row(services, silent.key)).toMatchObject({ state: 'refused' });
    world.standIn.faults.clear();
    expect(deletes({ world })).toBe(0);
  });

  it('once it was activated or used between the question and the answer', async () => {
    await using world = await opened();
    const active = await inactive(world);
    const used = await inactive(world, { name: 'bob' });
    const { services } = active;
    const approve = async (set: Set): Promise<KeyDeletion> => {
      const { id, accessKeyId } = await asked(set);
      await told(world);
      if (set === active) set.user.keys.get(accessKeyId).change('Active', world.clock.now());
      else
        set.user.keys
          .get(accessKeyId)
          .recordUse({ at: world.clock.now(), service: 's3', region: 'us-east-1' });
      await approveDeletion(services, request(services, ADMIN), { accessKeyId, id });
      await run(services, set.key);
      return row(services, set.key);
    };
    expect(await approve(active)).toMatchObject({ state: 'cancelled' });
    expect((await row(services, active.key)).why).toContain('AWS shows the key Active');
    expect(JSON.stringify((await told(world)).all.map(({ blocks }) => blocks))).toContain(
      'something changed',
    );
    expect(await approve(used)).toMatchObject({ state: 'cancelled' });
    expect(exists(active) && exists(used)).toBe(true);
    expect(deletes({ world })).toBe(0);

    // Without a word a wish ends by itself, and what a sweep sees ends it at once.
    const late = await inactive(world, { name: 'carol' });
    await asked(late);
    world.forward(8 * DAY_MS);
    await deletionPass(services, PATIENT);
    expect(await row(services, late.key)).toMatchObject({ state: 'expired' });
    await world.sweep();
    await assessAccount(services, world.accountId);
    await asked(late);
    late.user.keys.get(late.key.accessKeyId).change('Active', world.clock.now());
    await world.sweep();
    world.forward(61_000);
    await deletionPass(services, PATIENT);
    expect(await row(services, late.key)).toMatchObject({ state: 'cancelled' });
  });

  it('twice where the answer is lost, nor at all while Rekey is paused', async () => {
    await using world = await opened();
    const set = await inactive(world);
    const { services, key } = set;
    const { id, accessKeyId } = await asked(set);
    await approveDeletion(services, request(services, ADMIN), { accessKeyId, id });
    await pause(services, request(services, ADMIN), 'a freeze', { text: 'x', blocks: [] });
    await run(services, key);
    expect(await row(services, key)).toMatchObject({ state: 'approved', why: 'Rekey is paused.' });
    expect(deletes(set)).toBe(0);
    await services.stores.atomically([services.stores.settings.remove('pause')]);
    world.forward(6 * 60_000);
    world.standIn.faults.add({ action: 'DeleteAccessKey', times: 1, effect: { kind: 'drop-after' } });
    await deletionPass(services, PATIENT);
    expect((await row(services, key)).state).toBe('deleting');
    world.forward(6_000);
    await deletionPass(services, PATIENT);
    expect((await row(services, key)).state).toBe('deleted');
    expect(deletes(set)).toBe(1);
    expect(exists(set)).toBe(false);
  });

  it('by what was read before its process stood still', async () => {
    await using world = await opened();
    const set = await inactive(world);
    const { services, key } = set;
    const { id, accessKeyId } = await asked(set);
    await approveDeletion(services, request(services, ADMIN), { accessKeyId, id });
    const { stores } = services;
    // Stopped while its last word was on the way to the database, and woken an hour later.
    const stopped: Services = {
      ...services,
      stores: {
        ...stores,
        atomically: async (writes) => {
          await stores.atomically(writes);
          if ((await row(services, key)).state === 'deleting') world.forward(3_600_000);
        },
      },
    };
    await run(stopped, key);
    expect(await row(services, key)).toMatchObject({ state: 'approved', tries: 0 });
    expect((await audited(set)).slice(-2)).toEqual(['key.delete intent', 'key.delete refused']);
    set.user.keys.get(accessKeyId).change('Active', world.clock.now());
    await deletionPass(services, PATIENT);
    expect(await row(services, key)).toMatchObject({ state: 'cancelled' });
    expect(deletes(set)).toBe(0);
    expect(exists(set)).toBe(true);
  });

  it('for ever: an answer that was lost is looked for a day, and what is in the way is said', async () => {
    await using world = await opened();
    const set = await inactive(world);
    const { services, key } = set;
    const { id, accessKeyId } = await asked(set);
    await approveDeletion(services, request(services, ADMIN), { accessKeyId, id });
    world.standIn.faults.add({ action: 'DeleteAccessKey', times: 1, effect: { kind: 'drop-after' } });
    await run(services, key);
    expect((await row(services, key)).state).toBe('deleting');
    for (const action of ['GetAccessKeyLastUsed', 'ListAccessKeys']) {
      world.standIn.faults.add({ action, effect: { kind: 'service-failure' } });
    }
    const said = async (): Promise<string> =>
      JSON.stringify((await told(world)).all.map(({ blocks }) => blocks));
    await said();
    world.forward(61_000);
    await deletionPass(services, PATIENT);
    expect(await said()).toContain('AWS cannot be read');
    world.forward(11_000);
    await deletionPass(services, PATIENT);
    expect(await said()).toBe('[]');
    world.forward(DAY_MS);
    await deletionPass(services, PATIENT);
    expect(await row(services, key)).toMatchObject({ state: 'unknown', nextAt: null });
    expect(await said()).toContain('Whether it was deleted is not known');
    expect((await audited(set)).at(-1)).toBe('key.delete unknown');
  });

  it('nor said to be gone where only its account was disconnected', async () => {
    await using world = await opened();
    const set = await inactive(world);
    const { services, key } = set;
    await asked(set);
    await services.stores.atomically(services.stores.inventory.accounts.forget(world.accountId));
    world.forward(61_000);
    await deletionPass(services, PATIENT);
    const { state, why } = await row(services, key);
    expect({ state, why }).toEqual({
      state: 'cancelled',
      why: 'Rekey does not know this key any more: its account was disconnected.',
    });
  });
});
