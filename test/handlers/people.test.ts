import { describe, expect, it } from 'vitest';
import { CONTAINMENT_UNDO } from '../../src/slack/blocks/containment-buttons.ts';
import { SILENCE_MS } from '../../src/domain/owner-question.ts';
import { ASK_AFTER_MS } from '../../src/domain/aftermath.ts';
import type { OwnerRef } from '../../src/domain/owner.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { RekeyError } from '../../src/errors.ts';
import { alertWrites } from '../../src/handlers/alert.ts';
import { closeIncident } from '../../src/handlers/close-incident.ts';
import { beginContainment, beginFromHost } from '../../src/handlers/containments/begin.ts';
import { sayWhatBroke } from '../../src/handlers/containments/broken.ts';
import { stopHolding, undoContainment } from '../../src/handlers/containments/take-back.ts';
import { expectSignals } from '../../src/handlers/expect-incident.ts';
import { setOnCall } from '../../src/handlers/on-call.ts';
import { questionWrites } from '../../src/handlers/owner-questions/keep.ts';
import { answerOwnerQuestion } from '../../src/handlers/owner-questions/answer.ts';
import type { Services } from '../../src/handlers/services.ts';
import { sweepAccount } from '../../src/pollers/inventory.ts';
import { askPeople } from '../../src/pollers/people.ts';
import type { Person } from '../../src/ports/slack.ts';
import { standing } from '../db/key-samples.ts';
import { keptIncident } from '../db/watch-samples.ts';
import { happen, KEY, told, watch } from '../pollers/watch-world.ts';
import { ENGINES, InventoryWorld, PATIENT } from '../pollers/world.ts';
import {
  contain,
  incidentOf,
  read,
  request,
  RESPONDER,
  servicesFor as plainServices,
  settled,
  stolen,
  victim,
} from './containment-world.ts';

const OWNER = { teamId: 'T0', userId: 'U0OWNER', roles: [], rolesUnsure: null };
const MATE = { ...OWNER, userId: 'U0MATE' };
const STRANGER = { ...OWNER, userId: 'U0NOBODY' };
const ADMIN = { ...OWNER, userId: 'U0ADMIN', roles: ['admin' as const] };

function person(userId: string, changes: Partial<Person> = {}): Person {
  const flags = { guest: false, stranger: false, bot: false, deactivated: false };
  return { userId, teamId: 'T0', name: userId.toLowerCase(), timeZone: null, ...flags, ...changes };
}

/** A workspace with a few people and two user groups; `away`: Slack does not answer. */
function servicesFor(
  world: InventoryWorld,
  changes: Partial<Services> = {},
  slack = { away: false },
): Services {
  const groups = { S0ONCALL: ['U0OWNER', 'U0MATE'], S0TEAM: ['U0MATE', 'U0GUEST'] } as Record<
    string,
    string[]
  >;
  const odd: Record<string, Partial<Person>> = { U0GONE: { deactivated: true }, U0GUEST: { guest: true } };
  const asked = <T>(answer: () => T): Promise<T> =>
    slack.away
      ? Promise.reject(new RekeyError('unreachable', 'Slack did not answer.'))
      : Promise.resolve(answer());
  return plainServices(world, {
    admins: ['U0ADMIN'],
    people: {
      ...world.services.people,
      person: (userId) => asked(() => person(userId, odd[userId])),
      groupMembers: (groupId) => asked(() => groups[groupId] ?? []),
      groupsNamed: (groupId) =>
        asked(() => (groups[groupId] === undefined ? [] : [{ groupId, handle: 'h', name: 'n' }])),
    },
    ...changes,
  });
}

async function owned(services: Services, accessKeyId: string, ...owners: OwnerRef[]): Promise<void> {
  const { standings } = services.stores.inventory;
  await services.stores.atomically([standings.put([standing(accessKeyId, 1, [], owners)])]);
}

const user = (userId: string): OwnerRef => ({ kind: 'user', userId });

/** What waits to be told, since it was asked last: the message or edit of each person, and the rest. */
async function heard(world: InventoryWorld) {
  const { all } = await told(world);
  const shown = (notice: Notice) => `${notice.text} ${JSON.stringify(notice.blocks)}`;
  const isFor = (userId: string) => (notice: Notice) =>
    notice.target.kind === 'person' && notice.target.userId === userId;
  return {
    of: (userId: string) => all.filter(isFor(userId)).map(shown),
    channel: all.filter(({ target }) => target.kind === 'channel').map(shown),
    threads: all.filter(({ threadOf }) => threadOf !== null).map(shown),
    edits: all.filter(({ edits }) => edits !== null).map(shown),
    all,
  };
}

async function auditOf(
  services: Services,
  verb: string,
): Promise<{ outcome: string; incidents: unknown; why: string }[]> {
  return (await services.stores.audit.newest(300))
    .filter((entry) => entry.verb === verb)
    .map(({ outcome, phase, detail, why }) => ({
      outcome: outcome ?? phase,
      incidents: detail['incidents'],
      why,
    }));
}

describe.each(ENGINES)('people on %s', (engine) => {
  it('are asked once whether it was them, and on-call is called by severity, silence and denial', async () => {
    await using world = await InventoryWorld.open({ engine, capabilities: ['watch'] });
    const slack = { away: false };
    const services = servicesFor(world, {}, slack);
    await world.connect();
    await setOnCall(services, request(services, ADMIN), { kind: 'group', id: 'S0ONCALL', least: 'high' });
    await expect(
      setOnCall(services, request(services, ADMIN), { kind: 'user', id: 'U0GONE', least: 'high' }),
    ).rejects.toThrow('is deactivated in Slack: a mention would reach nobody');
    await owned(services, KEY, user('U0OWNER'), user('U0GONE'), { kind: 'group', groupId: 'S0TEAM' });
    happen(world, 'cloudtrail:StopLogging', { from: '192.0.2.44' });
    await watch(world, services);
    const [incident] = await services.stores.watch.incidents.page(
      { open: true, least: null, accountId: null, text: null },
      null,
      10,
    );
    if (incident === undefined) throw new Error('There is no incident');
    const first = await heard(world);
    // Only a new message is told of: the first one mentions them, its thread does not.
    expect(first.channel.filter((each) => each.includes('<!subteam^S0ONCALL>'))).toHaveLength(1);

    slack.away = true;
    await askPeople(services, PATIENT);
    expect((await heard(world)).all).toEqual([]);
    slack.away = false;
    await askPeople(services, PATIENT);
    const asked = await heard(world);
    for (const userId of ['U0OWNER', 'U0MATE']) {
      const [question = '', ...more] = asked.of(userId);
      expect(more).toEqual([]);
      for (const words of ['Was this you?', '192.0.2.44', 'cloudtrail:StopLogging', 'us-east-1', 'Time:']) {
        expect(question).toContain(words);
      }
    }
    expect(asked.of('U0GONE')).toEqual([]);
    expect(asked.of('U0GUEST')).toEqual([]);
    expect(asked.threads.join()).toContain('<@U0GONE> is deactivated in Slack');
    expect(asked.threads.join()).toContain('<@U0GUEST> is a guest');

    // More of the same asks nobody again.
    happen(world, 'cloudtrail:DeleteTrail', { minutesAgo: 5 });
    await watch(world, services);
    await askPeople(services, PATIENT);
    const more = await heard(world);
    expect([...more.of('U0OWNER'), ...more.of('U0MATE')]).toEqual([]);

    // Silence, once: on-call are those who are silent, so that the admins are called besides.
    world.forward(SILENCE_MS + 1);
    await askPeople(services, PATIENT);
    await askPeople(services, PATIENT);
    const silent = (await heard(world)).threads;
    expect(silent).toHaveLength(1);
    expect(silent[0]).toContain('No answer for 30 minutes');
    expect(silent[0]).toContain('<!subteam^S0ONCALL> <@U0ADMIN>');

    const answer = (answerOf: 'me' | 'not_me', reason: string) => ({
      incidentId: incident.id,
      answer: answerOf,
      reason,
    });
    await expect(
      answerOwnerQuestion(services, request(services, STRANGER), answer('me', 'no')),
    ).rejects.toMatchObject({ code: 'forbidden', next: expect.stringContaining('<@U0OWNER>') as string });
    await answerOwnerQuestion(services, request(services, OWNER), answer('me', 'I cleaned up'));
    const mine = await heard(world);
    expect(mine.threads.join()).toContain('<@U0OWNER> says that it was them*: I cleaned up');
    expect(mine.threads.join()).toContain('no proof');
    expect(mine.threads.join()).not.toContain('<!subteam');
    expect(mine.edits.join()).toContain('that it was you');
    expect((await services.stores.watch.incidents.byId(incident.id))?.closed).toBeNull();

    // Another owner denies it: on-call is called, whatever the severity is.
    await answerOwnerQuestion(services, request(services, MATE), answer('not_me', ''));
    const denied = await heard(world);
    expect(denied.threads.join()).toContain('says that it was NOT them');
    expect(denied.threads.join()).toContain('<!subteam^S0ONCALL>');
    expect(denied.all.find(({ threadOf }) => threadOf !== null)?.severity).toBe('critical');

    const now = await services.stores.watch.incidents.byId(incident.id);
    const looked = { incidentId: incident.id, seen: now?.count ?? 0 };
    await closeIncident(services, request(services), { ...looked, verdict: 'ours', note: '' });
    await askPeople(services, PATIENT);
    expect(await services.stores.settings.startingWith('owner-question:')).toEqual([]);
    await expect(
      answerOwnerQuestion(services, request(services, OWNER), answer('not_me', '')),
    ).rejects.toMatchObject({ code: 'conflict' });
    // What was closed as ours may be expected still, once.
    const scope = { network: null, agent: null, action: 'cloudtrail:StopLogging', reason: 'ours', days: 7 };
    const expected = await expectSignals(services, request(services), { ...looked, ...scope });
    expect(expected.closed).toBe(true);

    const rows = await auditOf(services, 'incident.answer');
    expect(rows.map(({ outcome }) => outcome).toSorted()).toEqual(['done', 'done', 'refused', 'refused']);
    expect(rows.every(({ incidents }) => JSON.stringify(incidents) === JSON.stringify([incident.id]))).toBe(
      true,
    );
    expect(await auditOf(services, 'incident.ask_owner')).toHaveLength(1);
    expect(await auditOf(services, 'incident.owner_silent')).toHaveLength(1);
  });

  it('hear of their key at once, are asked after ten minutes what broke, once, and hear the end', async () => {
    await using world = await InventoryWorld.open({ engine, capabilities: ['contain'] });
    const services = servicesFor(world);
    await world.connect();
    const { key } = victim(world.account);
    const other = victim(world.account, 'bob');
    await owned(services, key.accessKeyId, user('U0OWNER'));
    await owned(services, other.key.accessKeyId, user('U0MATE'));
    await incidentOf(services, 'i1', key);
    const held = await contain(services, stolen(key, { incidentId: 'i1' }));
    const gone = await contain(services, stolen(other.key));
    await heard(world);
    await askPeople(services, PATIENT);
    await askPeople(services, PATIENT);
    const first = await heard(world);
    expect(first.of('U0OWNER')).toHaveLength(1);
    expect(first.of('U0OWNER')[0]).toContain('was shut off* by <@U0RESP>');
    expect(first.of('U0OWNER')[0]).toContain('seen on a paste site');
    expect(first.of('U0OWNER')[0]).toContain('What comes next');
    expect(first.of('U0MATE')).toHaveLength(1);

    await undoContainment(services, request(services), {
      containmentId: gone.id,
      holderId: gone.holders[0]?.id ?? '',
      reason: 'it was the auditor',
    });
    await settled(services, gone.id);
    await heard(world);
    world.forward(ASK_AFTER_MS);
    await askPeople(services, PATIENT);
    await askPeople(services, PATIENT);
    const asked = await heard(world);
    expect(asked.of('U0OWNER')).toHaveLength(1);
    expect(asked.of('U0OWNER')[0]).toContain('Anything broken?');
    expect(asked.threads.filter((each) => each.includes('Anything broken?'))).toHaveLength(1);
    // What was taken back meanwhile is not asked about; its owner hears that it works again.
    expect(asked.of('U0MATE')).toHaveLength(1);
    expect(asked.of('U0MATE')[0]).toContain('is as it was before');

    const input = { containmentId: held.id, broken: null };
    await expect(sayWhatBroke(services, request(services, STRANGER), input)).rejects.toMatchObject({
      code: 'forbidden',
    });
    await sayWhatBroke(services, request(services, OWNER), input);
    expect((await heard(world)).threads.join()).toContain('<@U0OWNER> says that all is well');
    await sayWhatBroke(services, request(services, OWNER), { ...input, broken: { what: 'the shop' } });
    const broke = await heard(world);
    expect(broke.threads.join()).toContain('the shop');
    expect(broke.threads.join()).toContain('Contained by <@U0RESP>');
    expect(broke.threads.join()).toContain(CONTAINMENT_UNDO);
    expect(broke.edits.join()).toContain('Responders may take it back');
    expect(await auditOf(services, 'containment.broke')).toMatchObject([
      { outcome: 'done', incidents: ['i1'] },
    ]);
    expect((await auditOf(services, 'containment.well')).map(({ outcome }) => outcome).toSorted()).toEqual([
      'done',
      'refused',
    ]);

    // The end offers to close the incident with the verdict that it suggests.
    await stopHolding(services, request(services), held.id);
    expect((await heard(world)).edits.join()).toContain('Close the incident');
    await undoContainment(services, request(services), {
      containmentId: held.id,
      holderId: held.holders[0]?.id ?? '',
      reason: 'a false alarm',
    });
    await settled(services, held.id);
    expect((await heard(world)).edits.join()).toContain('Close as a false alarm');
    await askPeople(services, PATIENT);
    expect((await heard(world)).of('U0OWNER').join()).toContain('“This is us” keeps what is alike quiet');
    expect(await services.stores.settings.startingWith('containment-aftermath:')).toEqual([]);
    await expect(sayWhatBroke(services, request(services, OWNER), input)).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('people', () => {
  it('who are admins hear of a containment from the host where no channel is set', async () => {
    await using world = await InventoryWorld.open({ capabilities: ['contain'] });
    const services = servicesFor(world, { defaultAlertChannel: null, admins: ['U0ADMIN', 'U0SECOND'] });
    await world.connect();
    const { key } = victim(world.account);
    const { id } = await beginFromHost(services, 'root', stolen(key));
    await expect(beginFromHost(services, 'root', stolen(key))).rejects.toMatchObject({ code: 'conflict' });
    await settled(services, id);
    expect((await heard(world)).all).toEqual([]);
    await askPeople(services, PATIENT);
    await askPeople(services, PATIENT);
    const first = await heard(world);
    for (const userId of ['U0ADMIN', 'U0SECOND']) {
      expect(first.of(userId)).toHaveLength(1);
      expect(first.of(userId)[0]).toContain('Contained and held');
    }
    expect((await read(services, id)).noticeId).not.toBeNull();
    await stopHolding(services, request(services), id);
    expect((await heard(world)).edits.join()).toContain('Contained, not held any more');
    expect(await auditOf(services, 'containment.contain')).toContainEqual(
      expect.objectContaining({
        outcome: 'refused',
        why: expect.stringContaining('contained already') as string,
      }),
    );
  });

  it('leave a row for each hold, and for each attempt that is refused', async () => {
    await using world = await InventoryWorld.open({ capabilities: ['contain'] });
    const services = servicesFor(world);
    await world.connect();
    const { key } = victim(world.account);
    await incidentOf(services, 'i1', key);
    await incidentOf(services, 'i2', { accessKeyId: 'AKIAI44QH8DHBEXAMPLE' });
    const input = stolen(key, { incidentId: 'i1' });
    const refused = async (attempt: () => Promise<unknown>): Promise<void> => {
      await expect(attempt()).rejects.toBeInstanceOf(RekeyError);
    };
    await refused(() => beginContainment(services, request(services, STRANGER), input));
    // Forged: the incident is of another key.
    await refused(() => beginContainment(services, request(services), { ...input, incidentId: 'i2' }));
    const once = request(services, RESPONDER, 'claim-1');
    const { id } = await beginContainment(services, once, input);
    await refused(() => beginContainment(services, once, input));
    await refused(() => beginContainment(services, request(services), input));
    const held = await settled(services, id);
    const taking = { containmentId: id, holderId: held.holders[0]?.id ?? '', reason: 'cleaned up' };
    await refused(() => undoContainment(services, request(services), { ...taking, phase: 'recovered' }));
    await refused(() => undoContainment(services, request(services), { ...taking, holderId: 'forged' }));
    await refused(() => stopHolding(services, request(services, STRANGER), id));
    await stopHolding(services, request(services), id);
    await refused(() => stopHolding(services, request(services), id));
    await refused(() => stopHolding(services, request(services), 'no-such-containment'));

    const outcomes = async (verb: string) =>
      (await auditOf(services, verb)).map(
        ({ outcome, incidents }) => `${outcome} ${JSON.stringify(incidents)}`,
      );
    expect((await outcomes('containment.contain')).filter((each) => each.startsWith('refused'))).toEqual([
      'refused ["i1"]',
      'refused ["i1"]',
      'refused ["i2"]',
      'refused ["i1"]',
    ]);
    expect((await outcomes('containment.undo')).toSorted()).toEqual(['refused ["i1"]', 'refused ["i1"]']);
    expect((await outcomes('containment.stop_holding')).toSorted()).toEqual([
      'done ["i1"]',
      'refused ["i1"]',
      'refused ["i1"]',
      'refused []',
    ]);
    expect(await auditOf(services, 'containment.hold')).toMatchObject([
      { outcome: 'done', incidents: ['i1'], why: 'it was stopped' },
      { outcome: 'intent', incidents: ['i1'] },
    ]);
  });

  it('are asked and told when Slack is back, however long it was away', async () => {
    await using world = await InventoryWorld.open({ capabilities: ['contain', 'watch'] });
    const slack = { away: true };
    const services = servicesFor(world, {}, slack);
    await world.connect();
    await owned(services, KEY, user('U0OWNER'));
    happen(world, 'cloudtrail:StopLogging', { from: '192.0.2.44' });
    await watch(world, services);
    const { key } = victim(world.account);
    await owned(services, key.accessKeyId, user('U0MATE'));
    await contain(services, stolen(key));
    await heard(world);
    for (const minutes of [1, 10, 30, 120, 120]) {
      world.forward(minutes * 60_000);
      await askPeople(services, PATIENT);
    }
    const away = await heard(world);
    expect([...away.of('U0OWNER'), ...away.of('U0MATE')]).toEqual([]);
    // It is said once that nobody could be asked.
    const untold = away.threads.filter((each) => each.includes('Slack did not say who the owner is'));
    expect(untold).toHaveLength(2);

    slack.away = false;
    await askPeople(services, PATIENT);
    await askPeople(services, PATIENT);
    const back = await heard(world);
    expect(back.of('U0OWNER')).toHaveLength(1);
    expect(back.of('U0OWNER')[0]).toContain('Was this you?');
    expect(back.of('U0MATE')).toHaveLength(1);
    expect(back.of('U0MATE')[0]).toContain('was shut off*');
  });

  it.each(ENGINES)('are those of before whoever tagged the user anew, on %s', async (engine) => {
    await using world = await InventoryWorld.open({
      engine,
      capabilities: ['verify', 'inventory', 'contain'],
    });
    const services = servicesFor(world);
    await world.connect();
    const { user: alice, key } = victim(world.account);
    const { accountId, clock } = world;
    const asked = async (id: string, accessKeyId: string) => {
      const at = clock.now();
      const { noticeId, writes } = await alertWrites(services, {
        target: { kind: 'channel', channelId: 'C0ALERTS' },
        message: { text: id, blocks: [] },
        correlationId: 'c',
      });
      const times = { openedAt: at, lastAt: at, createdAt: at };
      const incident = { id, accountId, subject: accessKeyId, noticeId, ...times };
      await services.stores.atomically([
        ...writes,
        services.stores.watch.incidents.insert(keptIncident(incident)),
        ...questionWrites(services, { id, severity: 'high' }, 'c'),
      ]);
      await askPeople(services, PATIENT);
      return heard(world);
    };
    const tag = async (owner: string) => {
      alice.tags.set('owner', owner);
      world.forward(60 * 60_000);
      await sweepAccount(services, accountId, 'full', PATIENT);
    };
    await tag('U0OWNER');
    world.forward(48 * 60 * 60_000);

    // A thief names an accomplice, by way of somebody else, and makes a key.
    await tag('U0NOBODY');
    const second = alice.addKey();
    await tag('U0ACCOMPLICE');
    for (const [id, accessKeyId] of [
      ['i1', key.accessKeyId],
      ['i2', second.accessKeyId],
    ] as const) {
      const told = await asked(id, accessKeyId);
      expect(told.of('U0OWNER').join()).toContain('Was this you?');
      expect(told.of('U0ACCOMPLICE')).toEqual([]);
      expect(told.of('U0NOBODY')).toEqual([]);
      expect(told.threads.join()).toMatch(
        /Asked <@U0OWNER>.*Not asked: <@U0ACCOMPLICE> is an owner only since.*a thief/,
      );
      const answer = { incidentId: id, answer: 'me', reason: 'mine' } as const;
      await expect(
        answerOwnerQuestion(services, request(services, { ...OWNER, userId: 'U0ACCOMPLICE' }), answer),
      ).rejects.toMatchObject({
        code: 'forbidden',
      });
      await answerOwnerQuestion(services, request(services, OWNER), { ...answer, answer: 'not_me' });
    }
    await contain(services, stolen(key));
    await askPeople(services, PATIENT);
    const off = await heard(world);
    expect(off.of('U0OWNER').join()).toContain('was shut off*');
    expect(off.of('U0ACCOMPLICE')).toEqual([]);

    // The tag is put right, taken off, or stays for longer than any thief is at it.
    await tag('U0OWNER');
    expect((await asked('i3', key.accessKeyId)).threads.join()).not.toContain('Not asked');
    alice.tags.delete('owner');
    await sweepAccount(services, accountId, 'full', PATIENT);
    const untagged = await asked('i4', key.accessKeyId);
    expect(untagged.of('U0OWNER')).toHaveLength(1);
    expect(untagged.threads.join()).toContain('name fewer owners, or nobody');
    await tag('U0ACCOMPLICE');
    world.forward(48 * 60 * 60_000);
    const later = await asked('i5', key.accessKeyId);
    expect([later.of('U0ACCOMPLICE').length, later.of('U0OWNER').length]).toEqual([1, 0]);
    // Who chooses them knows that; whoever decides by their word sees who it was before.
    expect(later.threads.join()).toMatch(/Asked <@U0ACCOMPLICE>.*Not asked: <@U0OWNER> was an owner until/);
  });

  it('cost no more queries when a hundred containments and incidents stand than when one does', async () => {
    await using world = await InventoryWorld.open({ capabilities: ['contain'] });
    const services = servicesFor(world);
    await world.connect();
    const { key } = victim(world.account);
    await owned(services, key.accessKeyId, user('U0OWNER'));
    const first = await contain(services, stolen(key));
    await incidentOf(services, 'i0', key);
    await services.stores.atomically(questionWrites(services, { id: 'i0', severity: 'high' }, 'c'));
    await askPeople(services, PATIENT);
    world.forward(ASK_AFTER_MS);
    await askPeople(services, PATIENT);
    world.forward(SILENCE_MS);
    await askPeople(services, PATIENT);
    const { stores } = services;
    const rows = [
      ...(await stores.settings.startingWith('containment-aftermath:')),
      ...(await stores.settings.startingWith('owner-question:')),
    ];
    expect(rows).toHaveLength(2);
    const [aftermath = '', question = ''] = rows.map(({ value }) => value);
    const stands = { ...(await read(services, first.id)), state: 'standing', nextAt: null } as const;
    for (let at = 1; at <= 100; at += 1) {
      const [id, userId] = [`c${at}`, `AIDA${at}`];
      await stores.atomically([
        stores.containments.insert({ ...stands, id, userId, version: 1 }),
        stores.settings.set(`containment-aftermath:${id}`, aftermath.replaceAll(first.id, id), 1),
        stores.watch.incidents.insert(keptIncident({ id: `i${at}`, subject: key.accessKeyId })),
        stores.settings.set(`owner-question:i${at}`, question.replaceAll('"i0"', `"i${at}"`), 1),
      ]);
    }
    let queries = 0;
    const counted = <Store extends object>(store: Store): Store =>
      new Proxy(store, {
        get: (target, name) => {
          queries += 1;
          return Reflect.get(target, name) as unknown;
        },
      });
    const watched = { ...stores.watch, incidents: counted(stores.watch.incidents) };
    const counting: Services = {
      ...services,
      stores: {
        ...stores,
        settings: counted(stores.settings),
        containments: counted(stores.containments),
        watch: watched,
      },
    };
    expect(await askPeople(counting, PATIENT)).toBe(0);
    expect(queries).toBe(5);
    // The end of any of them is still told.
    const over = await read(services, 'c7');
    await stores.atomically([
      stores.containments.update({ ...over, state: 'undone', version: over.version + 1 }),
    ]);
    expect(await askPeople(services, PATIENT)).toBe(1);
    expect(await stores.settings.get('containment-aftermath:c7')).toBeNull();
    expect(await stores.settings.get('containment-aftermath:c8')).not.toBeNull();
  });
});
