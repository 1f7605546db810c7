import { GetAccessKeyLastUsedCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { CAST, emailOf } from '../../../sandbox/cast.ts';
import { Crowd } from '../../../sandbox/aws/crowd/crowd.ts';
import { planPlatform } from '../../../sandbox/aws/crowd/plan.ts';
import { AwsStandIn } from '../../../sandbox/aws/stand-in.ts';
import type { Account } from '../../../sandbox/aws/world.ts';
import { failure, iamClient } from './clients.ts';

const DAY = 86_400_000;
const BEGAN = Date.UTC(2026, 10, 28, 10, 30);

interface Stage extends AsyncDisposable {
  readonly standIn: AwsStandIn;
  readonly crowd: Crowd;
  readonly platform: Account;
  readonly time: { now: number };
}

/** A stand-in with the crowd in it, at a time that stands still until it is set. */
async function stage(now = BEGAN, seed?: number): Promise<Stage> {
  const time = { now };
  const standIn = await AwsStandIn.start({ clock: () => time.now, wireClock: () => Date.now() });
  const crowd = new Crowd(standIn, seed);
  const platform = standIn.world.account(crowd.keys.platform.accountId);
  if (platform === null) throw new Error('The large account is missing');
  return { standIn, crowd, platform, time, [Symbol.asyncDispose]: () => standIn.stop() };
}

/** Everything there is to know of an account's users, ages counted from the beginning. */
function facts(account: Account, from = BEGAN): unknown[] {
  return [...account.users.values()].map((user) => ({
    name: user.name,
    path: user.path,
    userId: user.userId,
    tags: [...user.tags],
    policies: user.policies.attachedArns(),
    console: user.loginProfileAt !== null,
    keys: user.keys.existing().map((key) => ({
      id: key.accessKeyId,
      age: from - key.createdAt,
      status: key.currentStatus,
      lastUsed: key.lastUsed === null ? null : { ...key.lastUsed, at: from - key.lastUsed.at },
    })),
  }));
}

function activeKeys(account: Account) {
  return [...account.users.values()].flatMap((user) =>
    user.keys
      .existing()
      .filter(({ currentStatus }) => currentStatus === 'Active')
      .map((key) => ({ user, key, ageDays: (BEGAN - key.createdAt) / DAY })),
  );
}

describe('the crowd', () => {
  test('is the same for the same seed, and another for another', async () => {
    await using one = await stage();
    await using same = await stage();
    await using other = await stage(BEGAN, 7);
    expect(facts(one.platform)).toEqual(facts(same.platform));
    expect(facts(one.platform)).not.toEqual(facts(other.platform));
    expect(planPlatform(1).map(({ name }) => name)).not.toEqual(planPlatform(2).map(({ name }) => name));
  });

  test('is some hundred users, about half of them with keys', async () => {
    await using set = await stage();
    const users = [...set.platform.users.values()];
    expect(users.length).toBeGreaterThan(250);
    expect(users.filter((user) => user.keys.existing().length > 0).length).toBeGreaterThan(150);
    expect(set.standIn.world.account(set.crowd.keys.labs.accountId)?.rootKeys.existing()).toHaveLength(1);
  });

  test.each([1, 2, 3, 20_261_128])('keeps to what IAM allows (seed %d)', (seed) => {
    const users = planPlatform(seed);
    expect(new Set(users.map(({ name }) => name.toLowerCase())).size).toBe(users.length);
    for (const { name, path, tags, keys, ageMs } of users) {
      expect(name).toMatch(/^[\w+=,.@-]{1,64}$/);
      expect(path).toMatch(/^\/(?:[\u0021-\u007E]+\/)?$/);
      const described = keys.flatMap(({ description }) => description ?? []);
      expect(Object.keys(tags).length + described.length).toBeLessThanOrEqual(50);
      expect(new Set(Object.keys(tags).map((tag) => tag.toLowerCase())).size).toBe(Object.keys(tags).length);
      for (const tag of Object.keys(tags)) expect(tag).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u);
      for (const value of [...Object.values(tags), ...described]) {
        expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u);
      }
      expect(keys.length).toBeLessThanOrEqual(2);
      for (const key of keys) expect(key.ageMs).toBeLessThan(ageMs);
    }
  });

  test('uses keys only after they were made, and not in the future', async () => {
    await using set = await stage();
    for (const { key } of activeKeys(set.platform)) {
      const used = key.lastUsed?.at ?? key.createdAt;
      expect(used).toBeGreaterThanOrEqual(key.createdAt);
      expect(used).toBeLessThanOrEqual(BEGAN);
    }
  });

  test('has a key that reaches the maximum age on each of the next 30 days', async () => {
    await using set = await stage();
    const ages = activeKeys(set.platform).map(({ ageDays }) => ageDays);
    for (let day = 0; day < 30; day += 1) {
      const due = ages.filter((age) => 90 - age >= day && 90 - age < day + 1);
      expect(due.length, `day ${day}`).toBeGreaterThan(0);
    }
  });

  test('has users of every kind', async () => {
    await using set = await stage();
    const users = [...set.platform.users.values()];
    const active = activeKeys(set.platform);
    const silentFor = ({ key }: (typeof active)[number]): number => BEGAN - (key.lastUsed?.at ?? BEGAN);
    const tagged = (tag: string, value?: string): number =>
      users.filter(({ tags }) => (value === undefined ? tags.has(tag) : tags.get(tag) === value)).length;
    const twoActive = users.filter(
      ({ keys }) => keys.existing().filter(({ currentStatus }) => currentStatus === 'Active').length === 2,
    );
    const counts = {
      'over age': active.filter(({ ageDays }) => ageDays > 90).length,
      'over age for years': active.filter(({ ageDays }) => ageDays > 400).length,
      'unused for months': active.filter((each) => silentFor(each) > 60 * DAY).length,
      'soon unused': active.filter((each) => silentFor(each) > 38 * DAY && silentFor(each) < 45 * DAY).length,
      'never used, old': active.filter(({ key, ageDays }) => key.lastUsed === null && ageDays > 45).length,
      'two active keys': twoActive.length,
      'one of two inactive': users.filter(
        ({ keys }) => new Set(keys.existing().map(({ currentStatus }) => currentStatus)).size === 2,
      ).length,
      'only an inactive key': users.filter(({ keys }) =>
        keys.existing().some(({ currentStatus }) => currentStatus === 'Inactive'),
      ).length,
      'console and key': active.filter(({ user }) => user.loginProfileAt !== null).length,
      quarantined: users.filter(({ policies }) =>
        policies.attachedArns().some((arn) => arn.includes('Quarantine')),
      ).length,
      'break-glass': tagged('rekey-kind', 'break-glass'),
      decoy: tagged('rekey-kind', 'decoy'),
      Terraform: tagged('ManagedBy', 'terraform'),
      CloudFormation: tagged('aws:cloudformation:stack-name'),
      'SES SMTP': users.filter(({ name }) => name.startsWith('ses-smtp-user.')).length,
      'of somebody who left': tagged('owner', emailOf(CAST.ivo)),
      'owned by e-mail': tagged('Owner', emailOf(CAST.bo)),
      'owned by id': tagged('owner', CAST.bo.id),
      'owned by name': tagged('owner', CAST.cleo.name),
      'called like somebody': users.filter(({ name }) => name === CAST.bo.name).length,
      'of nobody known': users.filter(({ tags, path }) => path === '/people/' && tags.size === 0).length,
      described: users.filter(({ tags }) => [...tags.keys()].some((tag) => tag.startsWith('AKIA'))).length,
    };
    expect(Object.entries(counts).filter(([, count]) => count === 0)).toEqual([]);
    expect(new Set(users.map(({ path }) => path)).size).toBeGreaterThan(4);
  });

  test('may be read by its readers, but for when the keys below /vault/ were used', async () => {
    await using set = await stage();
    const iam = iamClient({ endpoint: set.standIn.url }, set.crowd.keys.platform);
    const { Users } = await iam.send(new ListUsersCommand({ MaxItems: 1000 }));
    expect(Users).toHaveLength(set.platform.users.size);
    const lastUsed = (path: string) => {
      const found = activeKeys(set.platform).find(({ user }) => user.path === path);
      return iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: found?.key.accessKeyId ?? '' }));
    };
    expect((await lastUsed('/bots/')).AccessKeyLastUsed?.LastUsedDate).toBeInstanceOf(Date);
    expect(await failure(lastUsed('/vault/'))).toMatchObject({ name: 'AccessDenied' });
  });
});

describe('as time goes by', () => {
  const to = BEGAN + 14 * DAY;

  test('what happens is told once and in order, with its time', async () => {
    await using set = await stage();
    expect(set.crowd.advance(BEGAN)).toEqual([]);
    const first = set.crowd.advance(BEGAN + 2 * DAY);
    expect(first.map(({ words }) => words)).toEqual([
      'sam.ito made a second access key',
      'Somebody deactivated the key of ci-deploy-search in the AWS console',
    ]);
    expect(set.crowd.advance(BEGAN + 2 * DAY)).toEqual([]);
    const rest = set.crowd.advance(to);
    const all = [...first, ...rest].map(({ at }) => at);
    expect(all).toHaveLength(10);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
  });

  test('the same happens in one leap as hour by hour', async () => {
    await using leap = await stage();
    await using steps = await stage();
    leap.time.now = to;
    leap.crowd.advance(to);
    for (let at = BEGAN; at <= to; at += DAY / 24) {
      steps.time.now = at;
      steps.crowd.advance(at);
    }
    expect(facts(leap.platform)).toEqual(facts(steps.platform));
  });

  test('keys that are in use are used on, the others are not', async () => {
    await using set = await stage();
    const before = new Map(activeKeys(set.platform).map(({ key }) => [key, key.lastUsed?.at ?? null]));
    set.time.now = to;
    set.crowd.advance(to);
    const moved = [...before].filter(([key, at]) => key.lastUsed !== null && key.lastUsed.at !== at);
    const recent = moved.filter(([key]) => to - (key.lastUsed?.at ?? 0) < 3 * DAY);
    expect(recent.length).toBeGreaterThan(100);
    expect(before.size - moved.length).toBeGreaterThan(20);
    expect(moved.every(([key]) => (key.lastUsed?.at ?? 0) <= to)).toBe(true);
  });

  test('what a visitor did before is not undone, and stops nothing', async () => {
    await using set = await stage();
    const { platform } = set;
    const [sam] = platform.user('sam.ito').keys.existing();
    sam?.change('Deleted', BEGAN);
    platform.removeUser('contractor.kim');
    platform.user('backup-admin').keys.existing()[0]?.change('Inactive', BEGAN);
    platform.addUser('svc-invoice-export');
    const told = set.crowd.advance(to).map(({ words }) => words);
    expect(told).not.toContain('Somebody tried the decoy backup-admin');
    expect(told.some((words) => /contractor|svc-invoice-export/.test(words))).toBe(false);
    expect(told).toContain('The key of svc-archive, silent for months, was used again');
  });
});
