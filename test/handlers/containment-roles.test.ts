import { CreateAccessKeyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetSessionTokenCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../sandbox/aws/accounts/role.ts';
import type { Actor } from '../../src/domain/actor.ts';
import type { Containment } from '../../src/domain/containment.ts';
import { systemClock } from '../../src/clock.ts';
import { RekeyError } from '../../src/errors.ts';
import { ROLE_SESSIONS_LIVE_MS } from '../../src/domain/role-revocation.ts';
import {
  approveRevocation,
  askRevocation,
  declineRevocation,
  liftRevocation,
} from '../../src/handlers/containments/roles/decide-role.ts';
import {
  forgetRevocations,
  keptRevocation,
  keptRevocations,
} from '../../src/handlers/containments/roles/kept.ts';
import { barOf } from '../../src/handlers/containments/roles/may-revoke.ts';
import { pursueRevocation, revocationsPass } from '../../src/handlers/containments/roles/pursue-role.ts';
import { lookAtRole } from '../../src/handlers/containments/roles/role-facts.ts';
import { readSurroundings } from '../../src/handlers/containments/surroundings.ts';
import { stopHolding, undoContainment } from '../../src/handlers/containments/take-back.ts';
import type { Services } from '../../src/handlers/services.ts';
import { holdPass } from '../../src/pollers/hold.ts';
import { happen } from '../pollers/watch-world.ts';
import { ENGINES, InventoryWorld, PATIENT } from '../pollers/world.ts';
import { ec2Client, iamClient, stsClient, type Keys } from '../sandbox/aws/clients.ts';
import { dieAtCall, openIntents } from './containment-crashes.ts';
import {
  contain,
  OTHER,
  read,
  request,
  RESPONDER,
  saidSince,
  servicesFor,
  settled,
  stolen,
  victim,
} from './containment-world.ts';
import { DescribeRegionsCommand } from '@aws-sdk/client-ec2';

const EVERY = { userId: null, family: null, connectionId: null, since: null } as const;
const SOMEBODY = {
  type: 'IAMUser',
  principalId: 'AIDASOMEBODY',
  userName: 'somebody',
  accessKeyId: 'AKIASOMEBODYSOMEBODY',
};
const VIEWER: Actor = { ...RESPONDER, userId: 'U0VIEW', roles: ['viewer'] };
const MINUTE = 60_000;

const trusting = (...AWS: string[]) =>
  ({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole' },
  }) as const;

async function sessionOf(world: InventoryWorld, keys: Keys, role: Role | null): Promise<Keys> {
  const sts = stsClient({ endpoint: world.standIn.url }, keys);
  const { Credentials: made } =
    role === null
      ? await sts.send(new GetSessionTokenCommand({}))
      : await sts.send(new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: 'thief' }));
  sts.destroy();
  return {
    accessKeyId: made?.AccessKeyId ?? '',
    secretAccessKey: made?.SecretAccessKey ?? '',
    sessionToken: made?.SessionToken ?? '',
  };
}

async function mayLook(world: InventoryWorld, keys: Keys): Promise<boolean> {
  const ec2 = ec2Client({ endpoint: world.standIn.url }, keys);
  const came = await ec2.send(new DescribeRegionsCommand({})).then(
    () => true,
    () => false,
  );
  ec2.destroy();
  return came;
}

interface Theft {
  readonly services: Services;
  readonly deploy: Role;
  readonly deep: Role;
  readonly key: Keys;
  readonly deploySession: Keys;
  readonly held: Containment;
}

/** A key that assumed a role by a session of its own, and from there another; contained, and looked around. */
async function theft(world: InventoryWorld): Promise<Theft> {
  await world.connect();
  const services = servicesFor(world);
  const { account } = world;
  const { user, key } = victim(account);
  const deploy = account.addRole('deploy', {
    path: '/ci/',
    trust: trusting(user.arn),
    attached: ['AdministratorAccess'],
  });
  const deep = account.addRole('deep', { trust: trusting(deploy.arn), attached: ['ReadOnlyAccess'] });
  account.addRole('quiet', { trust: trusting(user.arn) });
  const iam = iamClient({ endpoint: world.standIn.url }, key);
  await iam.send(new CreateUserCommand({ UserName: 'eve' }));
  const deploySession = await sessionOf(world, await sessionOf(world, key, null), deploy);
  await sessionOf(world, deploySession, deep);
  const held = await contain(services, stolen(key));
  iam.destroy();
  await readSurroundings(services, PATIENT);
  return { services, deploy, deep, key, deploySession, held: await read(services, held.id) };
}

const open = (engine: (typeof ENGINES)[number] = 'sqlite') =>
  InventoryWorld.open({ engine, capabilities: ['contain', 'watch'] });

describe('around a contained user', () => {
  it('are roles its sessions assumed, and what was made since or shortly before, each told once', async () => {
    await using world = await open();
    const { services, deploy, deep, key, held } = await theft(world);
    expect(held.around?.roles.map(({ arn }) => arn).toSorted()).toEqual([deep.arn, deploy.arn].toSorted());
    expect(held.around?.made.map(({ kind, name, own }) => [kind, name, own])).toEqual([
      ['user', 'eve', true],
    ]);
    expect(held.around?.completeTo).toBe((held.around?.checkedAt ?? 0) - 20 * MINUTE);
    const first = await saidSince(world);
    expect(first).toContain('Revoke sessions of deploy');
    expect(first).toContain('Revoke sessions of deep');
    expect(first).not.toContain('quiet');
    expect(first).toContain('The user eve');
    expect(first).toContain('up to 20 minutes late');

    // Somebody else, with a right of their own; it shows some minutes later.
    const { key: second } = victim(world.account, 'bob');
    world.standIn.world.eventDelayMs = 4 * MINUTE;
    const iam = iamClient({ endpoint: world.standIn.url }, second);
    const made = await iam.send(new CreateAccessKeyCommand({ UserName: 'eve' }));
    iam.destroy();
    happen(world, 'iam:CreateLoginProfile', { minutesAgo: 0, asked: { userName: 'mallory' } });
    for (let minutes = 0; minutes < 6; minutes += 1) {
      world.forward(MINUTE);
      await holdPass(services, PATIENT);
      await readSurroundings(services, PATIENT);
    }
    const told = await saidSince(world);
    const id = made.AccessKey?.AccessKeyId ?? '';
    expect(told.split(`The access key ${id}`)).toHaveLength(2 + 1);
    expect(told).toContain('A console password of mallory');
    expect(told).toContain(second.accessKeyId);
    // What Rekey does itself is nothing to tell.
    const { around } = await read(services, held.id);
    expect(around?.made.filter(({ by }) => by === world.robot.name)).toEqual([]);
    expect(around?.made.map(({ kind }) => kind).toSorted()).toEqual(['key', 'password', 'user']);
    expect(key.accessKeyId).not.toBe(id);
  });

  it('is read once for all contained users of the account, and anew when one is contained again', async () => {
    await using world = await open();
    const { services, held, key } = await theft(world);
    const asked: string[] = [];
    const { aws } = services;
    const counting = {
      ...services,
      aws: {
        ...aws,
        trail: (...given: Parameters<typeof aws.trail>) => {
          const trail = aws.trail(...given);
          const lookUp: typeof trail.lookUp = (region, question, ...rest) => {
            if (question?.by === 'EventName') asked.push(question.value);
            return trail.lookUp(region, question, ...rest);
          };
          return { ...trail, lookUp };
        },
      },
    };
    const others = ['bob', 'carol'].map((name) => victim(world.account, name));
    const rows: Containment[] = [];
    for (const other of others) rows.push(await contain(services, stolen(other.key)));
    world.forward(2 * MINUTE);
    happen(world, 'iam:CreateUser', { minutesAgo: 1, asked: { userName: 'mallory' }, by: SOMEBODY });
    expect(await readSurroundings(counting, PATIENT)).toBe(3);
    expect(asked).toContain('CreateUser');
    expect(new Set(asked).size).toBe(asked.length);
    for (const { id } of [held, ...rows]) {
      const { around } = await read(services, id);
      expect(around?.made.map(({ name }) => name)).toContain('mallory');
      expect(around?.why).toBe('');
      expect(around?.completeTo).not.toBeNull();
    }
    // What was asked for one that was read with the others goes through none of them.
    const none = () => Promise.reject(new Error('went through all that is open'));
    const { containments } = services.stores;
    const stores = { ...services.stores, containments: { ...containments, openSince: none } };
    expect(await readSurroundings({ ...services, stores }, PATIENT, held.id)).toBe(0);
    // Long after, nobody looks any more.
    await stopHolding(services, request(services), held.id);
    world.forward(90 * MINUTE);
    await readSurroundings(services, PATIENT);
    expect((await read(services, held.id)).around?.nextAt).toBeNull();
    world.forward(90 * MINUTE);
    expect(await readSurroundings(services, PATIENT)).toBe(0);
    await contain(services, stolen(key), OTHER);
    expect(await readSurroundings(services, PATIENT)).toBe(1);
    expect((await read(services, held.id)).around?.nextAt).not.toBeNull();
  });

  it('is told as far as it was seen where there is no time for all of it, and does not go before the watcher', async () => {
    await using world = await open();
    const { services: plain, deploy, deep, held: first } = await theft(world);
    const blank = { ...first, around: null, version: first.version + 1 };
    await plain.stores.atomically([plain.stores.containments.update(blank)]);
    let onSession: () => void = () => undefined;
    let asked: string[] = [];
    const services: Services = {
      ...plain,
      aws: {
        ...plain.aws,
        trail: (...given) => {
          const trail = plain.aws.trail(...given);
          return {
            ...trail,
            lookUp: (region, question, window, priority, signal) => {
              if (question?.by !== 'EventName') asked.push(priority);
              if (question?.value.startsWith('ASIA') === true) onSession();
              return trail.lookUp(region, question, window, priority, signal);
            },
          };
        },
      },
    };
    // The job is at its end, or the thief has too many sessions, before the first of them was asked about.
    const job = new AbortController();
    onSession = () => job.abort(new RekeyError('expired', 'The job ran past its deadline and was stopped.'));
    await readSurroundings(services, job.signal);
    const cut = (await read(plain, first.id)).around;
    expect(cut?.roles.map(({ arn }) => arn)).toEqual([deploy.arn]);
    expect(cut).toMatchObject({ completeTo: null, why: expect.stringContaining('no time for all of it') });
    expect(new Set(asked)).toEqual(new Set(['people']));

    asked = [];
    onSession = () => world.forward(10 * MINUTE);
    world.forward(6 * MINUTE);
    await readSurroundings(services, PATIENT);
    expect((await read(plain, first.id)).around).toMatchObject({ completeTo: null });
    expect(asked.length).toBeGreaterThan(0);
    expect(new Set(asked)).toEqual(new Set(['watch']));

    onSession = () => undefined;
    world.forward(10 * MINUTE);
    await readSurroundings(services, PATIENT);
    const whole = (await read(plain, first.id)).around;
    expect(whole?.roles.map(({ arn }) => arn).toSorted()).toEqual([deep.arn, deploy.arn].toSorted());
    expect(whole?.completeTo).not.toBeNull();
  });

  it('is not complete where CloudTrail may not be read, and says so', async () => {
    await using world = await InventoryWorld.open({ capabilities: ['contain'] });
    await world.connect();
    const services = servicesFor(world);
    const { key } = victim(world.account);
    const { id } = await contain(services, stolen(key));
    await readSurroundings(services, PATIENT);
    const { around } = await read(services, id);
    expect(around).toMatchObject({ completeTo: null, roles: [], made: [] });
    expect(around?.why).toContain('denied');
    expect(await saidSince(world)).toContain('*not complete*');
  });
});

describe.each(ENGINES)('the sessions of a role, on %s', (engine) => {
  it('end when a second person approves, by the policy of the console, and are given back', async () => {
    await using world = await open(engine);
    const { services, deploy, key, deploySession, held } = await theft(world);
    const input = { containmentId: held.id, roleArn: deploy.arn };
    const reason = { ...input, reason: 'the thief has one' };
    expect(await mayLook(world, deploySession)).toBe(true);

    await expect(askRevocation(services, request(services, VIEWER), reason)).rejects.toMatchObject({
      code: 'forbidden',
    });
    const quiet = { ...reason, roleArn: world.account.role('quiet').arn };
    await expect(askRevocation(services, request(services), quiet)).rejects.toMatchObject({
      code: 'not_found',
    });
    const asked = await askRevocation(services, request(services), reason);
    const seen = { ...input, askedAt: asked.asked.at };
    await expect(askRevocation(services, request(services, OTHER), reason)).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(approveRevocation(services, request(services), seen)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('second person'),
    });
    expect(await revocationsPass(services, PATIENT)).toBe(0);
    expect(deploy.policies.inlineNames()).toEqual([]);
    expect(
      (await services.stores.audit.newest(20))
        .filter(({ outcome }) => outcome === 'refused')
        .map(({ verb }) => verb)
        .toSorted(),
    ).toEqual(['role.approve', 'role.revoke', 'role.revoke', 'role.revoke']);

    // AWS takes it and its answer is lost: what became of it is read.
    world.standIn.faults.add({ action: 'PutRolePolicy', times: 1, effect: { kind: 'drop-after' } });
    await approveRevocation(services, request(services, OTHER), seen);
    await expect(approveRevocation(services, request(services, OTHER), seen)).rejects.toMatchObject({
      code: 'conflict',
    });
    const revoked = await pursueRevocation(services, asked, MINUTE, PATIENT);
    expect(revoked).toMatchObject({ state: 'revoked', decided: { by: OTHER.userId }, leaseOwner: null });
    expect(deploy.policies.inlineNames()).toEqual(['RekeyRevokeOlderSessions']);
    expect(JSON.parse(deploy.policies.inlineText('RekeyRevokeOlderSessions'))).toMatchObject({
      Statement: [
        { Effect: 'Deny', Condition: { DateLessThan: { 'aws:TokenIssueTime': expect.any(String) } } },
      ],
    });
    expect([...world.standIn.requests].filter(({ action }) => action === 'PutRolePolicy')).toHaveLength(1);
    expect(await mayLook(world, deploySession)).toBe(false);
    const told = await saidSince(world);
    expect(told).toContain('A second person decides');
    expect(told).toContain('IAM confirms that its sessions from before are denied');

    // Whoever may assume it makes a new one, which works.
    world.forward(MINUTE);
    const user = world.account.user('alice');
    user.policies.detach('arn:aws:iam::aws:policy/AWSDenyAll');
    user.keys.get(key.accessKeyId).change('Active', world.clock.now());
    expect(await mayLook(world, await sessionOf(world, key, deploy))).toBe(true);

    await liftRevocation(services, request(services), { ...input, reason: 'it was ours' });
    expect(await pursueRevocation(services, asked, MINUTE, PATIENT)).toMatchObject({ state: 'lifted' });
    expect(deploy.policies.inlineNames()).toEqual([]);
    expect(await mayLook(world, deploySession)).toBe(true);
    await expect(
      liftRevocation(services, request(services), { ...input, reason: 'again' }),
    ).rejects.toMatchObject({ code: 'conflict' });
  });

  it.each([
    ['before its first call', 0],
    ['while AWS is asked', 150],
  ])('end also when Rekey is stopped %s, once a second person said so', async (_, afterMs) => {
    await using world = await open();
    const { services, held, deploy } = await theft(world);
    const input = { containmentId: held.id, roleArn: deploy.arn };
    const asked = await askRevocation(services, request(services), { ...input, reason: 'a' });
    await approveRevocation(services, request(services, OTHER), { ...input, askedAt: asked.asked.at });
    const leaving = new AbortController();
    if (afterMs === 0) leaving.abort();
    else {
      world.standIn.faults.add({ action: 'GetRolePolicy', effect: { kind: 'latency', ms: 2 * afterMs } });
      setTimeout(() => leaving.abort(), afterMs);
    }
    // Sleeps last: what a stopping process may still wait is not over at once.
    const clock = {
      now: () => services.clock.now(),
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms, signal),
    };
    const left = await pursueRevocation({ ...services, clock }, asked, MINUTE, leaving.signal);
    expect(deploy.policies.inlineNames()).toEqual(['RekeyRevokeOlderSessions']);
    expect(left).toMatchObject({ state: 'revoking', leaseOwner: null });
    world.standIn.faults.clear();
    expect(await pursueRevocation(services, asked, MINUTE, PATIENT)).toMatchObject({ state: 'revoked' });
    const intents = await openIntents(services);
    expect(intents.filter((each) => each.startsWith('role.'))).toEqual([]);
  });

  it.each([
    ['already done', 'putPolicy', false],
    ['not found done', 'putPolicy', true],
    ['already done', 'deletePolicy', false],
  ] as const)(
    'leave no change without an outcome when a process dies: %s after %s',
    async (found, call, early) => {
      await using world = await open();
      const { services, held, deploy } = await theft(world);
      const input = { containmentId: held.id, roleArn: deploy.arn };
      const asked = await askRevocation(services, request(services), { ...input, reason: 'a' });
      await approveRevocation(services, request(services, OTHER), { ...input, askedAt: asked.asked.at });
      if (call === 'deletePolicy') {
        await pursueRevocation(services, asked, MINUTE, PATIENT);
        await liftRevocation(services, request(services), { ...input, reason: 'it was ours' });
      }
      const verb = call === 'putPolicy' ? 'role.put_deny' : 'role.delete_deny';
      await dieAtCall(services, call, early, (dying) => pursueRevocation(dying, asked, MINUTE, PATIENT));
      expect(await openIntents(services)).toContain(`${verb} ${held.id}`);
      world.forward(MINUTE);
      await pursueRevocation(services, asked, MINUTE, PATIENT);
      expect(await openIntents(services)).not.toContain(`${verb} ${held.id}`);
      const rows = await services.stores.audit.newest(100);
      expect(
        rows.filter((each) => each.verb === verb && JSON.stringify(each.detail).includes(found)),
      ).toHaveLength(1);
      expect(deploy.policies.inlineNames()).toHaveLength(call === 'putPolicy' ? 1 : 0);
    },
  );

  it('are left where they are when it is declined, and freed by themselves when none lives any more', async () => {
    await using world = await open(engine);
    const { services, deploy, held } = await theft(world);
    const input = { containmentId: held.id, roleArn: deploy.arn };
    const first = await askRevocation(services, request(services), { ...input, reason: 'a' });
    await declineRevocation(services, request(services, OTHER), { ...input, askedAt: first.asked.at });
    await expect(
      approveRevocation(services, request(services, OTHER), { ...input, askedAt: first.asked.at }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(deploy.policies.inlineNames()).toEqual([]);

    world.forward(1_000);
    const { asked } = await askRevocation(services, request(services), { ...input, reason: 'b' });
    await approveRevocation(services, request(services, OTHER), { ...input, askedAt: asked.at });
    // Nobody may: said, and tried again.
    const fault = world.standIn.faults.add({
      action: 'PutRolePolicy',
      effect: { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' },
    });
    const barred = await pursueRevocation(services, first, MINUTE, PATIENT);
    expect(barred).toMatchObject({ state: 'revoking', failure: { action: 'iam:PutRolePolicy' } });
    expect(await saidSince(world)).toContain('Its sessions are not revoked');
    fault.remove();
    // The process that was at it is dead: the job goes on.
    world.forward(31_000);
    await revocationsPass(services, PATIENT);
    const { row } = await keptRevocation(services.stores, first);
    expect(row?.state).toBe('revoked');
    world.forward(ROLE_SESSIONS_LIVE_MS + MINUTE);
    for (let passes = 0; passes < 12; passes += 1) {
      await revocationsPass(services, PATIENT);
      world.forward(1_000);
    }
    expect(deploy.policies.inlineNames()).toEqual([]);
    expect((await keptRevocation(services.stores, first)).row).toMatchObject({
      state: 'lifted',
      lifted: { by: null },
    });
  });
});

describe('a wish to revoke the sessions of a role', () => {
  it('is tried for half an hour from its first failure on, and it is said when nobody tries any more', async () => {
    await using world = await open();
    const { services, deploy, held } = await theft(world);
    const input = { containmentId: held.id, roleArn: deploy.arn };
    const { asked, ...key } = await askRevocation(services, request(services), { ...input, reason: 'a' });
    await approveRevocation(services, request(services, OTHER), { ...input, askedAt: asked.at });
    world.standIn.faults.add({
      action: 'PutRolePolicy',
      effect: { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' },
    });
    // Nobody was there for long: that is no reason to give up at the first refusal.
    world.forward(40 * MINUTE);
    await revocationsPass(services, PATIENT);
    expect((await keptRevocation(services.stores, key)).row?.nextAt).not.toBeNull();
    await saidSince(world);
    world.forward(31 * MINUTE);
    await revocationsPass(services, PATIENT);
    expect((await keptRevocation(services.stores, key)).row).toMatchObject({
      state: 'revoking',
      nextAt: null,
    });
    expect(await saidSince(world)).toContain('Nobody tries again by now');

    // What never was in force is not called confirmed when the next wish is declined.
    const again = await askRevocation(services, request(services), { ...input, reason: 'b' });
    await declineRevocation(services, request(services, OTHER), { ...input, askedAt: again.asked.at });
    const said = await saidSince(world);
    expect(said).not.toContain('IAM confirms that its sessions');
    expect(said).toContain('whether an earlier revocation stands is not confirmed');
  });

  it('ends with a false alarm, and with the last session from then', async () => {
    await using world = await open();
    const { services, deploy, deep, held } = await theft(world);
    const of = (role: Role) => ({ containmentId: held.id, roleArn: role.arn });
    const old = await askRevocation(services, request(services), { ...of(deploy), reason: 'a' });
    world.forward(ROLE_SESSIONS_LIVE_MS + MINUTE);
    const late = { ...of(deploy), askedAt: old.asked.at };
    await expect(approveRevocation(services, request(services, OTHER), late)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('No session from when this was asked lives any more') as string,
    });
    const anew = await askRevocation(services, request(services), { ...of(deploy), reason: 'b' });
    const { asked } = await askRevocation(services, request(services), { ...of(deep), reason: 'c' });
    const holderId = held.holders[0]?.id ?? '';
    const taking = { containmentId: held.id, holderId, reason: 'the auditor' };
    await undoContainment(services, request(services), taking);
    expect((await settled(services, held.id)).state).toBe('undone');
    for (const wish of [
      { ...of(deploy), askedAt: anew.asked.at },
      { ...of(deep), askedAt: asked.at },
    ]) {
      await expect(approveRevocation(services, request(services, OTHER), wish)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('false alarm') as string,
      });
    }
    await revocationsPass(services, PATIENT);
    expect([...deploy.policies.inlineNames(), ...deep.policies.inlineNames()]).toEqual([]);

    // What is over is not kept for good.
    await declineRevocation(services, request(services, OTHER), { ...of(deep), askedAt: asked.at });
    await forgetRevocations(services, world.clock.now() - 10 * MINUTE);
    expect(await keptRevocations(services.stores, null)).toHaveLength(2);
    await forgetRevocations(services, world.clock.now() + 1);
    expect(await keptRevocations(services.stores, null)).toEqual([]);
  });
});

describe.each(ENGINES)('a revocation, on %s', (engine) => {
  /** Two people revoked the sessions of the role; IAM confirmed that. */
  async function revokedOn(world: InventoryWorld) {
    const scene = await theft(world);
    const { services, deploy, held } = scene;
    const input = { containmentId: held.id, roleArn: deploy.arn };
    const asked = await askRevocation(services, request(services), { ...input, reason: 'the thief has one' });
    await approveRevocation(services, request(services, OTHER), { ...input, askedAt: asked.asked.at });
    await pursueRevocation(services, asked, MINUTE, PATIENT);
    await saidSince(world);
    return { ...scene, input, asked };
  }

  /** Lets time pass by half seconds, and holds what is due. */
  async function holding(world: InventoryWorld, services: Services, ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 500) {
      world.forward(500);
      await revocationsPass(services, PATIENT);
    }
  }

  const OURS = 'RekeyRevokeOlderSessions';
  const WEAKER = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' },
  });

  it('is held as long as the user: what somebody takes off, or rewrites, is put back and told', async () => {
    await using world = await open(engine);
    const { services, deploy, deploySession, asked, held } = await revokedOn(world);
    const text = deploy.policies.inlineText(OURS);
    await holding(world, services, 10_000);
    expect(await saidSince(world)).toBe('[]');

    deploy.policies.deleteInline(OURS);
    expect(await mayLook(world, deploySession)).toBe(true);
    await holding(world, services, 10_000);
    expect(deploy.policies.inlineText(OURS)).toBe(text);
    expect(await mayLook(world, deploySession)).toBe(false);
    const told = await saidSince(world);
    expect(told).toContain('Somebody took the revocation of a role’s sessions off: it is being put back');
    expect(told).toContain('Somebody took it off 1 time');
    expect(told).toContain('IAM confirms that its sessions from before are denied');

    // Left there, but with other words; and again and again, which is told once a minute.
    for (let round = 0; round < 3; round += 1) {
      deploy.policies.putInline(OURS, WEAKER);
      await holding(world, services, 12_000);
      expect(deploy.policies.inlineText(OURS)).toBe(text);
    }
    expect((await saidSince(world)).split('is being put back:*').length).toBeLessThanOrEqual(1 + 1);
    const { row } = await keptRevocation(services.stores, asked);
    expect(row).toMatchObject({ state: 'revoked', putBack: 4, failure: null });
    const puts = (await services.stores.audit.newest(60)).filter(({ verb }) => verb === 'role.put_deny');
    expect(puts.filter(({ outcome }) => outcome === 'done')).toHaveLength(5);
    expect(puts.every(({ entityId }) => entityId === held.id)).toBe(true);
    const approvals = (await services.stores.audit.newest(60)).filter(({ verb }) => verb === 'role.approve');
    expect(approvals.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
  });

  it('is left as somebody made it once the hold is over, stopped or taken back', async () => {
    await using world = await open(engine);
    const { services, deploy, asked, held } = await revokedOn(world);
    await stopHolding(services, request(services), held.id);
    deploy.policies.deleteInline(OURS);
    await holding(world, services, 40_000);
    expect(deploy.policies.inlineNames()).toEqual([]);
    expect((await keptRevocation(services.stores, asked)).row).toMatchObject({
      state: 'revoked',
      putBack: 0,
    });
  });

  it('is not put back after the click that stops the hold, also between the look and the call', async () => {
    await using world = await open(engine);
    const { services, deploy, asked, held } = await revokedOn(world);
    await holding(world, services, 10_000);
    deploy.policies.deleteInline(OURS);
    const refused = world.standIn.faults.add({
      action: 'PutRolePolicy',
      effect: { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' },
    });
    await holding(world, services, 5_000);
    expect((await keptRevocation(services.stores, asked)).row).toMatchObject({
      state: 'revoking',
      putBack: 1,
    });
    await stopHolding(services, request(services), held.id);
    refused.remove();
    const before = world.standIn.requests.length;
    await holding(world, services, MINUTE);
    expect(
      [...world.standIn.requests].slice(before).filter(({ action }) => action === 'PutRolePolicy'),
    ).toEqual([]);
    const { row } = await keptRevocation(services.stores, asked);
    expect(row).toMatchObject({ state: 'revoked', reads: 0 });
    expect(await saidSince(world)).toContain('Somebody took the revocation off, and it is not held any more');
    // It ends in its time all the same.
    world.forward(ROLE_SESSIONS_LIVE_MS);
    await holding(world, services, 12_000);
    expect((await keptRevocation(services.stores, asked)).row?.state).toBe('lifted');
  });

  it('is not put back when the hold is stopped after the look, right before the call', async () => {
    await using world = await open(engine);
    const { services, deploy, asked, held } = await revokedOn(world);
    await holding(world, services, 10_000);
    deploy.policies.deleteInline(OURS);
    const { stores } = services;
    let stopped = false;
    const racing = {
      ...services,
      stores: {
        ...stores,
        atomically: async (...given: Parameters<typeof stores.atomically>) => {
          const came = await stores.atomically(...given);
          const rows = await stores.audit.page({ ...EVERY, family: 'role' }, null, 1);
          // What is wanted is on record, and AWS has not heard of it.
          if (!stopped && rows[0]?.verb === 'role.put_deny' && rows[0].phase === 'intent') {
            stopped = true;
            await stopHolding(services, request(services), held.id);
          }
          return came;
        },
      },
    };
    // The revocation itself is on record, too.
    const before = [...world.standIn.requests].filter(({ action }) => action === 'PutRolePolicy').length;
    await holding(world, racing, MINUTE);
    expect(stopped).toBe(true);
    const sent = [...world.standIn.requests].filter(({ action }) => action === 'PutRolePolicy');
    expect(sent).toHaveLength(before);
    expect((await keptRevocation(stores, asked)).row).toMatchObject({ state: 'revoked', reads: 0 });
    const [row] = await stores.audit.page({ ...EVERY, family: 'role' }, null, 1);
    expect(row).toMatchObject({ verb: 'role.put_deny', outcome: 'refused' });
  });

  it('reads its containment once a look, however many rows its audit log takes', async () => {
    await using world = await open(engine);
    const { services, deploy, held } = await theft(world);
    const input = { containmentId: held.id, roleArn: deploy.arn };
    const asked = await askRevocation(services, request(services), { ...input, reason: 'the thief has one' });
    await approveRevocation(services, request(services, OTHER), { ...input, askedAt: asked.asked.at });
    const { containments } = services.stores;
    let reads = 0;
    const counting = {
      ...services,
      stores: {
        ...services.stores,
        containments: {
          ...containments,
          byId: (id: string) => {
            reads += 1;
            return containments.byId(id);
          },
        },
      },
    };
    const before = world.standIn.requests.length;
    await pursueRevocation(counting, asked, MINUTE, PATIENT);
    const looks = [...world.standIn.requests]
      .slice(before)
      .filter(({ action }) => action === 'GetRolePolicy').length;
    expect(looks).toBe(4);
    // And once to tell that it is confirmed.
    expect(reads).toBe(looks + 1);
    const [row] = await services.stores.audit.page({ ...EVERY, family: 'role' }, null, 1);
    expect(row).toMatchObject({ verb: 'role.approve', outcome: 'done', detail: { incidents: [] } });
  });

  it('says when it cannot be seen whether it stands, and goes on looking', async () => {
    await using world = await open(engine);
    const { services, deploy, asked } = await revokedOn(world);
    await holding(world, services, 10_000);
    const blind = world.standIn.faults.add({
      action: 'GetRolePolicy',
      effect: { kind: 'error', code: 'AccessDenied', status: 403, message: 'no' },
    });
    await holding(world, services, 40_000);
    expect(await saidSince(world)).toContain('Whether it still stands cannot be read');
    blind.remove();
    deploy.policies.deleteInline(OURS);
    await holding(world, services, MINUTE);
    expect(deploy.policies.inlineNames()).toEqual([OURS]);
    expect((await keptRevocation(services.stores, asked)).row).toMatchObject({
      state: 'revoked',
      failure: null,
    });
  });
});

describe('a role whose sessions Rekey does not revoke', () => {
  it('is one it signs with or assumes roles with, one of another account, or one of AWS’s own', async () => {
    await using world = await open();
    const byRole = await world.connectRole();
    const { accountId } = world;
    const containment = { accountId, partition: 'aws' } as const;
    const role = (name: string, path = '/', account = accountId) => ({
      arn: `arn:aws:iam::${account}:role${path}${name}`,
      name,
      accountId: account,
    });
    const as = (arn: string | null) =>
      servicesFor(world, {
        hostIdentity: () =>
          Promise.resolve(
            arn === null
              ? { available: false, why: 'none', mend: 'none' }
              : { available: true, arn, accountId, partition: 'aws' },
          ),
      });
    const host = as(`arn:aws:iam::${accountId}:role/host`);
    expect(byRole.roleArn).toContain('role/rekey');
    expect(await barOf(host, containment, role('Rekey'))).toBe('ours');
    expect(await barOf(host, containment, role('host', '/infra/'))).toBe('ours');
    expect(await barOf(host, containment, role('deploy'))).toBeNull();
    expect(await barOf(as(null), containment, role('deploy'))).toBe('perhaps_ours');
    expect(await barOf(host, containment, role('deploy', '/', '999988887777'))).toBe('other_account');
    const service = role('AWSServiceRoleForX', '/aws-service-role/x.amazonaws.com/');
    expect(await barOf(host, containment, service)).toBe('service_linked');
    const center = role('AWSReservedSSO_Admin_1', '/aws-reserved/sso.amazonaws.com/');
    expect(await barOf(host, containment, center)).toBe('identity_center');
  });

  it('shows whom it would hit', async () => {
    await using world = await open();
    const { services, deploy, held } = await theft(world);
    deploy.setTrust(
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
          { Effect: 'Allow', Principal: { AWS: world.account.arn('root') }, Action: 'sts:AssumeRole' },
        ],
      }),
    );
    const [role] = held.around?.roles.filter(({ name }) => name === 'deploy') ?? [];
    if (role === undefined) throw new Error('The role was not found');
    const facts = await lookAtRole(services, held, role, PATIENT);
    expect(facts).toMatchObject({
      services: ['ec2.amazonaws.com'],
      others: [world.account.arn('root')],
      trouble: null,
      assumed: [{ by: 'alice', count: 1 }],
    });
    expect(facts.detail?.longestMs).toBe(3_600_000);
  });
});
