import { describe, expect, it } from 'vitest';
import { beginContainment } from '../../src/handlers/containments/begin.ts';
import { pursue } from '../../src/handlers/containments/pursue.ts';
import { Secret } from '../../src/domain/secret.ts';
import {
  recoverContainment,
  stopHolding,
  undoContainment,
} from '../../src/handlers/containments/take-back.ts';
import { confirmedWords, failuresOf } from '../../src/domain/containment-words.ts';
import { HOLD_MS, SESSIONS_LIVE_MS } from '../../src/domain/containment.ts';
import { ENGINES, InventoryWorld, PATIENT } from '../pollers/world.ts';
import {
  contain,
  holdFor,
  incidentOf,
  OTHER,
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

const MINUTE = 60_000;
const open = (engine: (typeof ENGINES)[number] = 'sqlite') =>
  InventoryWorld.open({ engine, capabilities: ['contain'] });

describe.each(ENGINES)('a containment on %s', (engine) => {
  it('shuts key and user off, is confirmed, held, and undone to exactly what was', async () => {
    await using world = await open(engine);
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const twin = user.addKey({ status: 'Inactive' });
    const before = truth(user);

    const held = await contain(services, stolen(key));
    expect(held.state).toBe('holding');
    expect(held.userId).toBe(user.userId);
    expect(held.confirmedAt).not.toBeNull();
    expect(truth(user)).toEqual({
      keys: ['Inactive', 'Inactive'],
      attached: ['AWSDenyAll', 'AdministratorAccess'],
      inline: [],
    });
    expect(held.keys).toEqual([{ accessKeyId: key.accessKeyId, before: 'Active' }]);
    expect(held.seenKeys.toSorted()).toEqual([key.accessKeyId, twin.accessKeyId].toSorted());

    await undoContainment(services, request(services), {
      containmentId: held.id,
      holderId: held.holders[0]?.id ?? '',
      reason: 'it was the auditor',
    });
    const undone = await settled(services, held.id);
    expect(undone.state).toBe('undone');
    expect(truth(user)).toEqual(before);

    const audit = (await services.stores.audit.newest(100)).map(({ verb, phase, outcome }) =>
      `${verb} ${phase} ${outcome ?? ''}`.trim(),
    );
    for (const line of [
      'containment.contain intent',
      'containment.set_key intent',
      'containment.set_key outcome done',
      'containment.attach_deny intent',
      'containment.attach_deny outcome done',
      'containment.contain outcome done',
      'containment.undo intent',
      'containment.detach_deny outcome done',
      'containment.undo outcome done',
    ]) {
      expect(audit).toContain(line);
    }
    // The rows are written in the order things happened: an intent before its outcome.
    expect(audit.indexOf('containment.set_key outcome done')).toBeLessThan(
      audit.lastIndexOf('containment.set_key intent'),
    );
  });

  it('has an outcome in the audit log for every act, also where another came before its end', async () => {
    await using world = await open(engine);
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const twin = user.addKey();
    await incidentOf(services, 'i1', twin);
    const held = await contain(services, stolen(key));
    // Both join, the second before the first was confirmed.
    await beginContainment(services, request(services), stolen(twin));
    const second = (await services.stores.containments.open(9)).find(({ id }) => id !== held.id);
    if (second !== undefined) await pursue(services, second.id, 0, PATIENT);
    await beginContainment(services, request(services), stolen(twin, { incidentId: 'i1' }));
    const { holders } = await settled(services, held.id);
    expect(holders).toHaveLength(3);
    // And so do two who take back at once, and a third.
    for (const { id } of holders) {
      const about = { containmentId: held.id, holderId: id, reason: 'it was the auditor' };
      await undoContainment(services, request(services), about);
    }
    expect((await settled(services, held.id)).state).toBe('undone');

    // Nothing of this one was found yet when a reason joins it, and when that is taken back.
    const other = victim(world.account, 'bob');
    await incidentOf(services, 'i2', other.key);
    await beginContainment(services, request(services), stolen(other.key));
    const { id } = await beginContainment(
      services,
      request(services),
      stolen(other.key, { incidentId: 'i2' }),
    );
    const [first] = (await read(services, id)).holders;
    const about = { containmentId: id, holderId: first?.id ?? '', reason: 'it was the auditor' };
    const back = request(services);
    await undoContainment(services, back, about);
    expect((await read(services, id)).state).toBe('finding');
    expect((await settled(services, id)).state).toBe('holding');

    const rows = (await services.stores.audit.newest(400)).filter(({ verb }) =>
      /^containment\.(?:contain|undo|hold)$/.test(verb),
    );
    const named = (phase: string): string[] =>
      rows.filter((row) => row.phase === phase).map(({ verb, correlationId }) => `${verb} ${correlationId}`);
    expect(named('intent').length).toBeGreaterThanOrEqual(8);
    // The hold of the last goes on. Each has one outcome, and none is of nothing.
    const going = named('intent').filter((each) => !named('outcome').includes(each));
    expect(going.map((each) => each.replace(/ .*/, ''))).toEqual(['containment.hold']);
    // What was taken back before anything was changed was at an end at once.
    const atOnce = `containment.undo ${back.correlationId}`;
    expect(
      named('outcome')
        .filter((each) => each !== atOnce)
        .toSorted(),
    ).toEqual(
      named('intent')
        .filter((each) => !going.includes(each))
        .toSorted(),
    );
  });

  it('puts back what somebody undoes, until the hold is over or stopped', async () => {
    await using world = await open(engine);
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const held = await contain(services, stolen(key));
    user.keys.get(key.accessKeyId).change('Active', world.clock.now());
    user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
    user.keys.create();
    await holdFor(world, services, 20_000);
    expect(truth(user).keys).toEqual(['Inactive', 'Active']);
    expect(truth(user).attached).toContain('AWSDenyAll');
    const seen = await read(services, held.id);
    expect(seen.putBack).toBe(2);
    expect(seen.events.map(({ what, about }) => `${what} ${about}`).toSorted()).toEqual([
      `new_key ${user.keys.existing()[1]?.accessKeyId}`,
      'put_back deny',
      'put_back key',
    ]);

    await stopHolding(services, request(services), held.id, 1);
    user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
    await holdFor(world, services, HOLD_MS);
    expect(truth(user).attached).not.toContain('AWSDenyAll');
    expect((await read(services, held.id)).state).toBe('standing');
    await expect(stopHolding(services, request(services), held.id)).rejects.toMatchObject({
      code: 'conflict',
    });
    const stands = await read(services, held.id);
    expect(confirmedWords(stands, world.clock.now())[0]).toContain('not read since');
    const failure = { action: 'a', code: 'quota', said: 's', at: 1, retryAt: 2 };
    const failed = { ...stands, parts: { ...stands.parts, deny: { reads: 0, failure } } };
    expect(failuresOf(failed, world.clock.now())[0]?.next).toContain('Nobody tries again');

    // Nobody looks any more, so that whoever asks again gets all of it anew.
    user.keys.get(key.accessKeyId).change('Active', world.clock.now());
    const again = await contain(services, stolen(key));
    expect(again).toMatchObject({ id: held.id, state: 'holding', holders: held.holders });
    expect(again.confirmedAt).toBeGreaterThan(stands.stateAt);
    expect(truth(user)).toMatchObject({ keys: ['Inactive', 'Active'] });
    expect(truth(user).attached).toContain('AWSDenyAll');
    await expect(contain(services, stolen(key))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('is not taken back, nor let go, from a window of before somebody contained it again', async () => {
    await using world = await open(engine);
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const held = await contain(services, stolen(key));
    await stopHolding(services, request(services), held.id, 1);
    const seen = {
      containmentId: held.id,
      holderId: held.holders[0]?.id ?? '',
      phase: 'held',
      again: 0,
      reason: 'clean',
    } as const;
    // The thief is back, and somebody saw it; the windows still show the first time.
    user.keys.get(key.accessKeyId).change('Active', world.clock.now());
    const again = await contain(services, stolen(key, { reason: 'back again' }), OTHER);
    expect(again.holders).toMatchObject([{ again: { by: OTHER.userId, reason: 'back again', times: 1 } }]);
    const said = await saidSince(world);
    expect(said).toContain(`<@${OTHER.userId}> asked for it again`);
    expect(said).toContain('back again');
    const acts = [
      () => undoContainment(services, request(services), seen),
      () => recoverContainment(services, request(services), seen),
    ];
    for (const act of acts) {
      const refused = await act().catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: 'conflict',
        message: expect.stringMatching(
          /was contained again, by <@U0OTHER>.*Nothing was taken back/,
        ) as string,
        next: expect.stringMatching(/open (?:Undo|Recover) there/) as string,
      });
    }
    await expect(stopHolding(services, request(services), held.id, 1)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('contained again') as string,
    });
    expect(await read(services, held.id)).toMatchObject({ state: 'holding', holders: [{ phase: 'held' }] });
    expect(truth(user)).toMatchObject({
      keys: ['Inactive'],
      attached: ['AWSDenyAll', 'AdministratorAccess'],
    });
    await undoContainment(services, request(services), { ...seen, again: 1 });
    expect((await settled(services, held.id)).state).toBe('undone');
    expect(truth(user)).toMatchObject({ keys: ['Active'], attached: ['AdministratorAccess'] });
  });

  it('tells a window of what was merged meanwhile that its user was contained already', async () => {
    await using world = await open(engine);
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const held = await contain(services, stolen(key));
    const input = { containmentId: held.id, holderId: 'of-another-row', reason: 'clean' };
    await expect(undoContainment(services, request(services), input)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('turned out to be contained already') as string,
    });
    expect(truth(user).keys).toEqual(['Inactive']);
  });

  it('recovers: sessions from before stay denied for 36 hours, and new ones work', async () => {
    await using world = await open(engine);
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const session = await sessionOf(world, key);
    const held = await contain(services, stolen(key));
    expect(await mayList(world, session)).toBe(false);
    world.forward(5_000);
    await recoverContainment(services, request(services), {
      containmentId: held.id,
      holderId: held.holders[0]?.id ?? '',
      reason: 'cleaned up',
    });
    const recovered = await settled(services, held.id);
    expect(recovered.state).toBe('recovered');
    expect(truth(user)).toEqual({
      keys: ['Inactive'],
      attached: ['AdministratorAccess'],
      inline: ['RekeyDenySessionsFromBefore'],
    });
    const order = [...world.standIn.requests].map(({ action }) => action);
    expect(order.indexOf('PutUserPolicy')).toBeLessThan(order.indexOf('DetachUserPolicy'));
    expect(order.slice(order.indexOf('PutUserPolicy'), order.indexOf('DetachUserPolicy'))).toEqual(
      expect.arrayContaining(['GetUserPolicy', 'GetUserPolicy', 'GetUserPolicy']),
    );
    expect(await mayList(world, session)).toBe(false);
    const fresh = user.addKey();
    // The clocks of AWS's servers differ: what is issued right after the recovery is not trusted either.
    const taken = recovered.holders[0]?.taken?.at ?? 0;
    expect(recovered.dateDeny?.issuedBefore ?? 0).toBeGreaterThanOrEqual(taken + 30_000);
    world.forward(30_000);
    expect(await mayList(world, await sessionOf(world, fresh))).toBe(true);

    await holdFor(world, services, SESSIONS_LIVE_MS + MINUTE);
    expect((await read(services, held.id)).state).toBe('ended');
    expect(truth(user).inline).toEqual([]);
    expect(truth(user).keys).toEqual(['Inactive', 'Active']);
  });

  it('keeps the user contained while another incident needs it', async () => {
    await using world = await open(engine);
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const second = user.addKey();
    await incidentOf(services, 'i1', key);
    await incidentOf(services, 'i2', second);
    const first = await contain(services, stolen(key, { incidentId: 'i1' }));
    // The inventory knows nothing of this key: its user is found, and is contained already.
    const merged = await contain(services, stolen(second, { incidentId: 'i2' }), OTHER);
    expect(merged.id).toBe(first.id);
    expect(merged.holders.map(({ incidentId }) => incidentId)).toEqual(['i1', 'i2']);
    expect(truth(user).keys).toEqual(['Inactive', 'Inactive']);
    // A window from before the second reason does not end its hold.
    await expect(stopHolding(services, request(services), first.id, 1)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('for another reason, too') as string,
    });
    expect((await read(services, first.id)).state).toBe('holding');
    const [one, two] = merged.holders;
    const take = async (holderId = '') => {
      await undoContainment(services, request(services), { containmentId: first.id, holderId, reason: 'no' });
      return settled(services, first.id);
    };
    expect((await take(one?.id)).state).toBe('holding');
    expect(truth(user)).toMatchObject({
      keys: ['Active', 'Inactive'],
      attached: ['AWSDenyAll', 'AdministratorAccess'],
    });
    await expect(take(one?.id)).rejects.toMatchObject({ code: 'conflict' });
    expect((await take(two?.id)).state).toBe('undone');
    expect(truth(user)).toMatchObject({ keys: ['Active', 'Active'], attached: ['AdministratorAccess'] });
  });

  it('is begun once by ten clicks and two responders', async () => {
    await using world = await open(engine);
    await world.connect();
    const services = servicesFor(world);
    const { key, user } = victim(world.account);
    const clicks = Array.from({ length: 10 }, (_, at) =>
      contain(services, stolen(key), at % 2 === 0 ? RESPONDER : OTHER).then(
        ({ id }) => id,
        (error: Error) => error.message,
      ),
    );
    const came = await Promise.all(clicks);
    const isTold = (text: string) => /contained already by <@U0(?:RESP|OTHER)>/.test(text);
    const [id = '', ...more] = new Set(came.filter((text) => !isTold(text)));
    expect(more).toEqual([]);
    // One that comes between may be written down, and joins; most are told at once.
    expect(came.filter(isTold).length).toBeGreaterThan(4);
    expect((await read(services, id)).holders).toHaveLength(1);
    expect(truth(user)).toMatchObject({ keys: ['Inactive'] });
    const changes = [...world.standIn.requests].filter(({ action }) => action === 'AttachUserPolicy');
    expect(changes).toHaveLength(1);
  });
});

async function sessionOf(world: InventoryWorld, key: { accessKeyId: string; secretAccessKey: string }) {
  const { STSClient, GetSessionTokenCommand } = await import('@aws-sdk/client-sts');
  const sts = new STSClient({ region: 'us-east-1', endpoint: world.standIn.url, credentials: key });
  const { Credentials } = await sts.send(new GetSessionTokenCommand({}));
  return {
    kind: 'session',
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secret: new Secret(Credentials?.SecretAccessKey ?? ''),
    sessionToken: new Secret(Credentials?.SessionToken ?? ''),
    expiresAt: Number.MAX_SAFE_INTEGER,
  } as const;
}

/** Whether a session may call a service that takes sessions of users (IAM does not, without MFA). */
async function mayList(
  world: InventoryWorld,
  session: Awaited<ReturnType<typeof sessionOf>>,
): Promise<boolean> {
  const trail = world.services.aws.trail(session, { accountId: world.accountId, partition: 'aws' });
  return trail.enabledRegions(new AbortController().signal).then(
    () => true,
    () => false,
  );
}

describe('a containment that is taken back while its user is still being found', () => {
  it('says in the audit log that nothing was changed, and not that it was done', async () => {
    await using world = await open('sqlite');
    await world.connect();
    const services = servicesFor(world);
    const { user, key } = victim(world.account);
    const before = truth(user);
    const begun = await beginContainment(services, request(services), stolen(key));
    await undoContainment(services, request(services), {
      containmentId: begun.id,
      holderId: begun.holders[0]?.id ?? '',
      reason: 'the wrong key',
    });
    expect((await settled(services, begun.id)).state).toBe('undone');
    expect(truth(user)).toEqual(before);
    const rows = (await services.stores.audit.newest(100)).filter(({ phase }) => phase === 'outcome');
    expect(rows.map(({ verb, outcome, why }) => [verb, outcome, why]).toSorted(byText)).toEqual([
      ['containment.contain', 'refused', 'it was taken back before anything was changed'],
      ['containment.undo', 'done', 'the wrong key'],
    ]);
    expect(rows.find(({ verb }) => verb === 'containment.contain')?.correlationId).toBe(begun.correlationId);
  });
});

function byText(a: readonly unknown[], b: readonly unknown[]): number {
  return String(a[0]).localeCompare(String(b[0]));
}
