import { describe, expect, it, onTestFinished } from 'vitest';
import { madeSession, roleSession } from '../../src/detections/example.ts';
import { learned } from '../../src/domain/watch.ts';
import { SETTLE } from '../../src/watch/rhythm.ts';
import { ENGINES, HOUR_MS, InventoryWorld, PATIENT } from './world.ts';
import {
  found,
  happen,
  KEY,
  ordinaryDays,
  region,
  servicesFor,
  told,
  watch,
  watched,
} from './watch-world.ts';
import { watchAccount } from '../../src/pollers/watch.ts';

async function open(engine: 'sqlite' | 'postgres' = 'sqlite', connect = true): Promise<InventoryWorld> {
  const world = await InventoryWorld.open({ engine, capabilities: ['verify', 'inventory', 'watch'] });
  onTestFinished(() => world[Symbol.asyncDispose]());
  if (connect) await world.connect();
  return world;
}

function twoKeys(world: InventoryWorld) {
  const user = world.account.addUser('twice');
  return { user, keys: [user.addKey(), user.addKey()] };
}

describe.each(ENGINES)('watching on %s', (engine) => {
  it('learns what is past, judges the last day, and tells what it found once', async () => {
    const world = await open(engine);
    ordinaryDays(world, 20);
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 40 * 24 * 60 });
    happen(world, 'sts:GetCallerIdentity', { minutesAgo: 60, from: '192.0.2.44' });
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 50, from: '192.0.2.44' });
    await watch(world);
    expect((await found(world))[KEY]).toContain('trail-stopped');
    const { heads } = await told(world);
    expect(heads).toHaveLength(1);
    expect(heads[0]).toMatchObject({ severity: 'critical', target: { channelId: 'C0ALERTS' } });
    const text = JSON.stringify(heads[0]?.blocks);
    expect(text).toContain('CloudTrail stopped or deleted');
    expect(text).toContain('198.51.100.0/24');
    expect(text).toContain('192.0.2.44');

    const after = await region(world);
    expect(learned(after)).toBe(1);
    expect(world.clock.now() - after.completeTo).toBeGreaterThanOrEqual(SETTLE);
    expect(world.clock.now() - after.readTo).toBeLessThan(5 * 60_000);
    const regions = (await watched(world)).regions.map((each) => each.region);
    expect(regions).toContain('us-east-1');
    expect(regions).toContain('eu-west-1');

    world.forward(6 * 60_000);
    await watch(world);
    expect((await told(world)).all).toEqual([]);
  });

  it('takes an event once, however late and however often it comes', async () => {
    const world = await open(engine);
    await watch(world);
    // It appears after 45 minutes: when a longer part is read again.
    happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 1, delay: 45 });
    for (let minute = 0; minute < 44; minute += 6) {
      world.forward(6 * 60_000);
      await watch(world);
    }
    const before = await region(world);
    expect(await found(world)).toEqual({});
    world.forward(HOUR_MS);
    await watch(world);
    expect((await found(world))[KEY]).toEqual(['mfa-removed']);
    const late = await region(world);
    expect(late.lateBy).toBeGreaterThan(44 * 60_000);
    expect(late.completeTo).toBeLessThan(world.clock.now() - 44 * 60_000);
    expect(late.completeTo).toBeGreaterThan(before.since);
    world.forward(HOUR_MS);
    await watch(world);
    expect((await found(world))[KEY]).toEqual(['mfa-removed']);
    expect((await told(world)).heads).toHaveLength(1);
  });

  it('grows one incident: edits its message, tells the rest in its thread, and says aloud when it gets worse', async () => {
    const world = await open(engine);
    await watch(world);
    happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 1 });
    world.forward(6 * 60_000);
    await watch(world);
    const first = await told(world);
    expect(first.heads.map(({ severity }) => severity)).toEqual(['medium']);
    expect(first.all.filter(({ threadOf }) => threadOf === first.heads[0]?.id)).toHaveLength(1);

    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 1 });
    world.forward(6 * 60_000);
    await watch(world);
    const second = await told(world);
    expect(second.all.filter(({ edits }) => edits === first.heads[0]?.id)).toHaveLength(1);
    expect(second.all.filter(({ threadOf }) => threadOf === first.heads[0]?.id)).toHaveLength(1);
    expect(second.heads.map(({ severity }) => severity)).toEqual(['high']);
    expect(Object.keys(await found(world))).toEqual([KEY]);

    // The same again is no news; what is as bad is not said aloud again.
    happen(world, 'cloudtrail:DeleteTrail', { minutesAgo: 1 });
    world.forward(6 * 60_000);
    await watch(world);
    expect((await told(world)).heads).toEqual([]);
  });

  it('puts what a session did down to its key, also when the event that made it comes later', async () => {
    const world = await open(engine);
    await watch(world);
    const session = 'ASIAFIRSTSESSION0001';
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 2, by: roleSession('r', 's', session) });
    world.forward(6 * 60_000);
    await watch(world);
    expect(Object.keys(await found(world))).toEqual([expect.stringContaining('assumed-role/r')]);
    happen(world, 'sts:AssumeRole', { minutesAgo: 9, answered: madeSession(session) });
    world.forward(6 * 60_000);
    await watch(world);
    const { [KEY]: ofKey, ...others } = await found(world);
    expect(ofKey).toContain('trail-stopped');
    expect(Object.values(others).flat()).toEqual([]);
    const incidents = await world.stores.watch.incidents.page(
      { open: true, least: null, accountId: null, text: null },
      null,
      10,
    );
    expect(incidents.map(({ subject }) => subject)).toEqual([KEY]);
  });

  it('lets an expectation keep quiet what it covers, and nothing else', async () => {
    const world = await open(engine);
    await watch(world);
    const now = world.clock.now();
    const base = {
      accountId: world.accountId,
      subject: KEY,
      network: null,
      agent: null,
      reason: 'planned',
      by: 'U1',
    };
    const times = { at: now, until: now + HOUR_MS, endedAt: null, endedBy: null };
    await world.stores.atomically([
      world.stores.watch.expectations.add({ id: 'e1', ...base, action: 'iam:DeactivateMFADevice', ...times }),
      world.stores.watch.expectations.add({ id: 'e2', ...base, action: null, ...times }),
    ]);
    happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 1 });
    world.forward(6 * 60_000);
    await watch(world);
    expect(await found(world)).toEqual({});
    expect([...(await world.stores.watch.signals.countExpected()).values()]).toEqual([1]);
    // A trail that is stopped is never expected.
    happen(world, 'cloudtrail:StopLogging', { minutesAgo: 1 });
    world.forward(6 * 60_000);
    await watch(world);
    expect((await found(world))[KEY]).toEqual(['trail-stopped']);
  });

  it('hears what is noted of keys: the use of a decoy is critical', async () => {
    const world = await open(engine);
    const user = world.account.addUser('bait');
    const key = user.addKey();
    await world.sweep();
    await world.stores.atomically([
      world.stores.inventory.keyChoices.insert({
        accessKeyId: key.accessKeyId,
        accountId: world.accountId,
        kind: 'decoy',
        owners: null,
        policy: null,
        updatedBy: 'U1',
        updatedAt: 1,
        version: 1,
      }),
    ]);
    await world.sweep();
    await watch(world);
    const by = { type: 'IAMUser', arn: user.arn, accountId: world.accountId, accessKeyId: key.accessKeyId };
    happen(world, 'sts:GetCallerIdentity', { minutesAgo: 1, by });
    world.forward(6 * 60_000);
    await watch(world);
    expect((await found(world))[key.accessKeyId]).toContain('decoy-key-used');
    expect((await told(world)).heads.map(({ severity }) => severity)).toEqual(['critical']);
  });

  it('puts a quarantine by AWS down to the key that is meant, with what else that key did', async () => {
    const world = await open(engine);
    const user = world.account.addUser('leaked');
    const key = user.addKey();
    const { user: twice, keys } = twoKeys(world);
    await world.sweep();
    await watch(world);
    const quarantine = (userName: string, arn: string) =>
      happen(world, 'iam:AttachUserPolicy', {
        minutesAgo: 2,
        from: 'AWS Internal',
        agent: 'AWS Internal',
        asked: { userName, policyArn: 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3' },
        by: {
          type: 'IAMUser',
          arn,
          userName,
          accountId: world.accountId,
          accessKeyId: 'ASIAMADEBYAWSITSELF1',
        },
      });
    quarantine('leaked', user.arn);
    const by = { type: 'IAMUser', arn: user.arn, accountId: world.accountId, accessKeyId: key.accessKeyId };
    happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 1, by });
    quarantine('twice', twice.arn);
    world.forward(6 * 60_000);
    await watch(world);
    const all = await found(world);
    expect(all[key.accessKeyId]).toEqual(['key-quarantined', 'mfa-removed']);
    // Of two keys that work nobody knows which one it is: nothing is said of either.
    expect(all[twice.arn]).toEqual(['key-quarantined']);
    for (const { accessKeyId } of keys) expect(all[accessKeyId]).toBeUndefined();
    const { heads } = await told(world);
    const head = heads.find(({ blocks }) => JSON.stringify(blocks).includes(key.accessKeyId));
    expect(head).toMatchObject({ severity: 'critical' });
    expect(JSON.stringify(head?.blocks)).toContain('leaked');
    expect(JSON.stringify(head?.blocks)).toContain('"Deactivate"');
  });

  it('is stopped by no record, and lets nothing of it out as markup', async () => {
    const world = await open(engine);
    await watch(world);
    const bad = '<!channel> *x* `y` \u202e\0\ud800';
    happen(world, 'iam:CreateUser', { minutesAgo: 1, text: '{"eventName": <!channel>' });
    happen(world, 'iam:CreateLoginProfile', {
      minutesAgo: 1,
      asked: { userName: bad },
      agent: bad,
      from: bad,
      region: 'us-east-1',
      more: { awsRegion: bad, errorMessage: bad },
    });
    happen(world, 'cloudtrail:StopLogging', {
      minutesAgo: 1,
      by: { type: 'IAMUser', userName: bad, arn: bad, accessKeyId: KEY },
      asked: { name: bad },
    });
    world.forward(6 * 60_000);
    await watch(world);
    expect((await found(world))[KEY]).toContain('trail-stopped');
    expect((await region(world)).unreadable).toBe(1);
    for (const { blocks, text } of (await told(world)).all) {
      expect(JSON.stringify([blocks, text])).not.toContain('<!channel>');
      expect(JSON.stringify([blocks, text])).not.toContain('\\u202e');
    }
  });

  it('has one of two instances read, and neither skips or repeats anything', async () => {
    const world = await open(engine);
    const [one, two] = ['one', 'two'].map((instanceId) =>
      servicesFor(world, { instanceId, onlyInstance: false }),
    );
    if (one === undefined || two === undefined) throw new Error('There are two');
    await watch(world, one);
    for (let round = 0; round < 6; round += 1) {
      const by = { type: 'IAMUser', accessKeyId: `AKIA000000000000000${round}`, accountId: world.accountId };
      happen(world, 'iam:DeactivateMFADevice', { minutesAgo: 1, by });
      happen(world, 's3:ListBuckets', { minutesAgo: 1, region: 'eu-west-1' });
      world.forward(6 * 60_000);
      const both = [one, two].map((services) => watchAccount(services, world.accountId, PATIENT));
      await Promise.all(round % 2 === 0 ? both : both.toReversed());
    }
    const { us, eu } = { us: await region(world), eu: await region(world, 'eu-west-1') };
    expect(us.events).toBeGreaterThanOrEqual(6);
    expect(eu.events).toBeGreaterThanOrEqual(1);
    const ids = (await told(world)).all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const all = await found(world);
    expect(Object.keys(all)).toHaveLength(6);
    expect(Object.values(all)).toEqual(Array.from({ length: 6 }, () => ['mfa-removed']));
  });
});
