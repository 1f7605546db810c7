import { describe, expect, test } from 'vitest';
import type { Ownership } from '../../src/domain/owner.ts';
import type { OwnerRule } from '../../src/domain/owner.ts';
import { ownerFinder, type OwnedKey } from '../../src/handlers/owner-of-key.ts';
import { ACCOUNT, NOW, sampleKey, sampleUser, tagged } from '../domain/key-samples.ts';
import { KeysBench } from './bench.ts';

async function ownership(
  bench: KeysBench,
  about: Partial<OwnedKey> & { name?: string } = {},
): Promise<Ownership> {
  const find = await ownerFinder(bench.services);
  const key = sampleKey({ userName: about.name ?? 'svc-deploy' });
  return find({ key, user: sampleUser(), chosen: null, before: null, ...about });
}

function owned(userId: string, from: string): object {
  return { known: true, owners: [{ kind: 'user', userId }], from };
}

function rule(changes: Partial<OwnerRule>): OwnerRule {
  const owners = [{ kind: 'user', userId: 'U0OWNER' }] as const;
  return { id: 'r1', accountId: null, pattern: '*', owners, createdBy: 'U0ADMIN', createdAt: 1, ...changes };
}

const calls = (bench: KeysBench, method: string): number =>
  bench.slack.received.filter((call) => call.method === method).length;

describe('an owner', () => {
  test.each([
    ['an id', { owner: 'U0OWNER' }],
    ['a handle', { Owner: '@omar' }],
    ['a handle in another case', { owner: 'OMAR' }],
    ['an address', { email: 'Omar@Example.com' }],
    ['the second tag, when the first names nobody', { owner: 'nobody', email: 'omar@example.com' }],
    ['one of two', { owner: 'omar/nobody' }],
  ])('is found by a tag with %s', async (_name, tags) => {
    await using bench = await KeysBench.open();
    expect(await ownership(bench, { user: tagged(tags) })).toEqual(owned('U0OWNER', 'tag'));
  });

  test('is a name that the person chose, too', async () => {
    await using bench = await KeysBench.open();
    bench.slack.addPerson({ id: 'U0PATSMITH', name: 'pat', realName: 'Pat Smith' });
    expect(await ownership(bench, { user: tagged({ owner: '@Pat Smith' }) })).toEqual(
      owned('U0PATSMITH', 'tag'),
    );
    // But such a name alone does not give anybody the key of the user called so.
    expect(await ownership(bench, { name: 'Pat Smith' })).toMatchObject({ known: false });
    expect(await ownership(bench, { name: 'pat' })).toEqual(owned('U0PATSMITH', 'name'));
  });

  test('is a user group by handle or id', async () => {
    await using bench = await KeysBench.open();
    bench.slack.addUserGroup({ id: 'S0PLATFORM', handle: 'platform' });
    const group = { known: true, owners: [{ kind: 'group', groupId: 'S0PLATFORM' }], from: 'tag' };
    expect(await ownership(bench, { user: tagged({ owner: '@platform' }) })).toEqual(group);
    expect(await ownership(bench, { user: tagged({ owner: 'S0PLATFORM' }) })).toEqual(group);
    expect(await ownership(bench, { user: tagged({ owner: 'SECURITY' }) })).toMatchObject({ known: false });
  });

  test('is asked in order: the key, a tag, the mapping, the name', async () => {
    await using bench = await KeysBench.open();
    bench.slack.addPerson({ id: 'U0MAP', name: 'mapped' });
    bench.slack.addPerson({ id: 'U0SET', name: 'set' });
    bench.slack.addPerson({ id: 'U0NAME', name: 'svc-deploy' });
    const { ownerRules } = bench.stores.inventory;
    const mapped = [{ kind: 'user', userId: 'U0MAP' }] as const;
    const all = { user: tagged({ owner: 'omar' }), chosen: [{ kind: 'user', userId: 'U0SET' }] as const };
    await bench.stores.atomically([
      ownerRules.insert(rule({ pattern: 'svc-*', owners: mapped, accountId: ACCOUNT })),
    ]);
    expect(await ownership(bench, all)).toEqual(owned('U0SET', 'key'));
    expect(await ownership(bench, { ...all, chosen: null })).toEqual(owned('U0OWNER', 'tag'));
    expect(await ownership(bench)).toEqual(owned('U0MAP', 'mapping'));
    await bench.stores.atomically([ownerRules.remove('r1')]);
    expect(await ownership(bench)).toEqual(owned('U0NAME', 'name'));
    expect(await ownership(bench, { name: 'omar@example.com' })).toEqual(owned('U0OWNER', 'email'));
  });

  test.each([
    ['deactivated', { deleted: true }, 'is deactivated in Slack'],
    ['a guest', { isRestricted: true }, 'is a guest'],
    ['of another workspace', { isStranger: true }, 'is of another workspace'],
    ['a bot', { isBot: true }, 'is a bot'],
  ])('is never %s', async (_name, flags, why) => {
    await using bench = await KeysBench.open();
    bench.slack.addPerson({ id: 'U0PATSMITH', name: 'pat', email: 'pat@example.com', ...flags });
    const chosen = [{ kind: 'user', userId: 'U0PATSMITH' }] as const;
    await bench.stores.atomically([
      bench.stores.inventory.ownerRules.insert(rule({ pattern: 'mapped', owners: chosen })),
    ]);
    for (const about of [
      { user: tagged({ owner: 'pat' }) },
      { user: tagged({ owner: 'U0PATSMITH' }) },
      { user: tagged({ email: 'pat@example.com' }) },
      { chosen },
      { name: 'mapped' },
      { name: 'pat' },
    ]) {
      const found = await ownership(bench, about);
      expect(found).toMatchObject({ known: false, why: expect.stringContaining(why) as string });
      expect(found).not.toHaveProperty('failed');
    }
  });

  test('is nobody where two are called so, and where nobody is', async () => {
    await using bench = await KeysBench.open();
    bench.slack.addPerson({ id: 'U0PAT1', name: 'pat', realName: 'Pat' });
    bench.slack.addPerson({ id: 'U0PAT2', name: 'pat2', realName: 'Pat' });
    expect(await ownership(bench, { user: tagged({ owner: 'Pat' }) })).toEqual({
      known: false,
      why: 'tag owner: 2 people are called pat',
    });
    expect(await ownership(bench)).toEqual({
      known: false,
      why: 'no tag owner or email, no rule, and nobody in Slack has the user’s name',
    });
  });

  test('is found by the tags that the settings name', async () => {
    await using bench = await KeysBench.open();
    await bench.stores.atomically([bench.stores.settings.set('owner_tags', '["Team:Contact"]', NOW)]);
    expect(await ownership(bench, { user: tagged({ 'team:contact': 'omar', owner: 'ada' }) })).toEqual(
      owned('U0OWNER', 'tag'),
    );
  });

  test('is not looked for by e-mail without the scope, which is said', async () => {
    await using bench = await KeysBench.open('sqlite', ['chat:write', 'users:read']);
    expect(await ownership(bench, { user: tagged({ email: 'omar@example.com' }) })).toMatchObject({
      known: false,
      why: expect.stringContaining('users:read.email') as string,
    });
    expect(calls(bench, 'users.lookupByEmail')).toBe(0);
    // Nor does the missing right to read groups hide that nobody has the name.
    expect(await ownership(bench, { user: tagged({ owner: 'platform' }) })).toMatchObject({
      why: 'tag owner: nobody in Slack is called platform',
    });
  });
});

describe('a question that fails', () => {
  test('is unknown, no matter what a later step would say', async () => {
    await using bench = await KeysBench.open();
    await bench.stores.atomically([bench.stores.inventory.ownerRules.insert(rule({}))]);
    bench.slack.faults.add('users.list', { kind: 'http', status: 503 });
    const found = await ownership(bench, { user: tagged({ owner: 'omar' }) });
    expect(found).toMatchObject({ known: false, failed: true });
  });

  test('leaves the owner from before', async () => {
    await using bench = await KeysBench.open();
    const before = owned('U0OWNER', 'tag') as Ownership;
    bench.slack.faults.add('users.list', { kind: 'http', status: 503 });
    expect(await ownership(bench, { user: tagged({ owner: 'ada' }), before })).toEqual(before);
    const user = sampleUser({ tags: { known: false, why: 'slow', since: NOW } });
    expect(await ownership(bench, { user, before })).toEqual(before);
    expect(await ownership(bench, { user })).toMatchObject({
      known: false,
      failed: true,
      why: 'Rekey could not ask Slack for its people: Slack answered “HTTP 503”.',
    });
    bench.clock.set(NOW + 61_000);
    expect(await ownership(bench, { user })).toEqual({
      known: false,
      failed: true,
      why: 'its tags could not be read: slow',
    });
  });

  test('leaves whom somebody set', async () => {
    await using bench = await KeysBench.open();
    bench.slack.faults.add('users.info', { kind: 'http', status: 503 });
    const chosen = [{ kind: 'user', userId: 'U0GONE' }] as const;
    expect(await ownership(bench, { chosen })).toEqual(owned('U0GONE', 'key'));
  });

  test('is not asked again for a minute, an answer not for an hour', async () => {
    await using bench = await KeysBench.open();
    bench.slack.faults.add('users.list', { kind: 'http', status: 503 });
    const about = { user: tagged({ owner: 'nobody' }) };
    for (let times = 0; times < 5; times += 1) await ownership(bench, about);
    expect(calls(bench, 'users.list')).toBe(1);
    bench.clock.set(NOW + 61_000);
    for (let times = 0; times < 5; times += 1) await ownership(bench, about);
    expect(calls(bench, 'users.list')).toBe(2);
    bench.clock.set(NOW + 3_600_000 + 62_000);
    await ownership(bench, about);
    expect(calls(bench, 'users.list')).toBe(3);
  });

  test('waits as long as Slack asks', async () => {
    await using bench = await KeysBench.open();
    bench.slack.faults.add('users.list', { kind: 'http', status: 429, retryAfter: 30 }, { times: 2 });
    expect(await ownership(bench, { user: tagged({ owner: 'omar' }) })).toEqual(owned('U0OWNER', 'tag'));
    expect(bench.clock.now()).toBe(NOW + 60_000);
  });
});

describe('a large workspace', () => {
  test('is read in pages', async () => {
    await using bench = await KeysBench.open();
    for (let n = 0; n < 2_500; n += 1) bench.slack.addPerson({ name: `person${n}` });
    bench.slack.addPerson({ id: 'U0LAST', name: 'last', email: 'last@example.com' });
    expect(await ownership(bench, { user: tagged({ owner: 'last' }) })).toEqual(owned('U0LAST', 'tag'));
    expect(await ownership(bench, { user: tagged({ email: 'last@example.com' }) })).toEqual(
      owned('U0LAST', 'tag'),
    );
    expect(calls(bench, 'users.list')).toBe(3);
  });

  test('that is too large is asked by e-mail only, each address once an hour', async () => {
    await using bench = await KeysBench.open();
    for (let n = 0; n < 20_001; n += 1) bench.slack.addPerson({ name: `person${n}` });
    expect(await ownership(bench, { user: tagged({ owner: 'omar' }) })).toMatchObject({
      known: false,
      why: expect.stringContaining('more than 20000 people') as string,
    });
    for (const address of ['omar@example.com', 'none@example.com', 'omar@example.com', 'none@example.com']) {
      const found = await ownership(bench, { user: tagged({ email: address }) });
      expect(found.known).toBe(address.startsWith('omar'));
    }
    expect(calls(bench, 'users.lookupByEmail')).toBe(2);
  });
});
