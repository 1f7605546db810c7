import { describe, expect, test } from 'vitest';
import type { Verification } from '../../src/domain/verification.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import { assessAccount, assessKeys } from '../../src/handlers/assess-keys.ts';
import { actingConnection, policyOfAccount } from '../../src/handlers/key-policy.ts';
import { keptHours, setWorkingHours, workingHours } from '../../src/handlers/working-hours.ts';
import { keyTags, setKeyTags } from '../../src/handlers/key-settings.ts';
import { DEFAULT_WORKING_HOURS } from '../../src/domain/working-hours.ts';
import type { Request } from '../../src/handlers/request.ts';
import { ANY_KEY } from '../../src/ports/inventory.ts';
import { ACCOUNT, DAY, NOW, sampleKey, sampleUser } from '../domain/key-samples.ts';
import { ADMIN, KeysBench } from './bench.ts';

function able(answer: 'yes' | 'no' | 'unknown'): Verification {
  const unknown = { answer: 'unknown', why: 'not asked' } as const;
  const capabilities = {
    verify: unknown,
    inventory: answer === 'yes' ? { answer } : answer === 'no' ? { answer, missing: [] } : unknown,
    rotate_self: unknown,
    rotate_others: unknown,
    contain: unknown,
    watch: unknown,
    deliver: unknown,
  } as const;
  const who = { accountId: ACCOUNT, accountAlias: null, partition: 'aws', region: 'us-east-1' } as const;
  const it = { arn: '', uniqueId: '', userName: null, accessKeyId: null, keyCreatedAt: null };
  return { status: 'verified', report: { ...who, ...it, capabilities, warnings: [], checkedAt: NOW } };
}

async function filled(bench: KeysBench, count: number): Promise<void> {
  const of = (prefix: string, at: number) => `${prefix}${String(at).padStart(16, '0')}`;
  const ids = Array.from({ length: count }, (_, at) => at);
  await bench.keep(
    ids.map((at) => sampleUser({ userId: of('AIDA', at), userName: `svc-${at}` })),
    ids.map((at) =>
      sampleKey({
        accessKeyId: of('AKIA', at),
        userId: of('AIDA', at),
        userName: `svc-${at}`,
        createdAt: NOW - at * DAY,
      }),
    ),
  );
}

function request(claimId: string): Request {
  const actor = { teamId: 'T1', userId: ADMIN, roles: ['admin'], rolesUnsure: null } as const;
  return { actor, correlationId: 'x', viewId: null, claimId, name: 'test' };
}

describe('the standings of an account', () => {
  test('are worked out for all of its keys', async () => {
    await using bench = await KeysBench.open();
    await bench.connect();
    await filled(bench, 450);
    await assessAccount(bench.services, ACCOUNT);
    const { standings } = bench.stores.inventory;
    expect(await standings.count({ ...ANY_KEY, accountId: ACCOUNT })).toBe(450);
    expect((await standings.countByFinding(ACCOUNT)).get('over_age')).toBe(360);
    const [first] = await standings.page(ANY_KEY, null, 1);
    expect(first?.key.userName).toBe('svc-449');
    expect(first?.standing?.urgency).toBeGreaterThan(0);
  });

  test('keep a quarantine through a look-up that fails, without proposing anything', async () => {
    await using bench = await KeysBench.open();
    await bench.connect();
    const value = ['AWSCompromisedKeyQuarantineV3'];
    const user = sampleUser({ quarantine: { known: true, value, asOf: NOW }, keysReadAt: NOW });
    const key = sampleKey({ lastUse: { kind: 'used', at: NOW, service: 's3', region: null, asOf: NOW } });
    const { standings } = bench.stores.inventory;
    const found = async () => (await standings.byKey(key.accessKeyId))?.findings;
    const quarantined = { code: 'quarantined', severity: 'critical' };
    await bench.keep([user], [key]);
    await assessAccount(bench.services, ACCOUNT);
    expect(await found()).toContainEqual({ ...quarantined, at: null, propose: 'deactivate' });
    const throttled = { known: false, why: 'throttled', since: NOW } as const;
    await bench.keep([{ ...user, quarantine: throttled }], [key]);
    for (let times = 0; times < 2; times += 1) await assessAccount(bench.services, ACCOUNT);
    expect(await found()).toContainEqual({ ...quarantined, at: null, propose: null });
    await bench.keep([{ ...user, quarantine: { known: true, value: [], asOf: NOW } }], [key]);
    await assessAccount(bench.services, ACCOUNT);
    expect((await found())?.map(({ code }) => code)).not.toContain('quarantined');
  });

  test('leave nothing behind when the account is forgotten meanwhile', async () => {
    await using bench = await KeysBench.open();
    await bench.connect();
    await filled(bench, 3);
    const { inventory } = bench.stores;
    const { standings } = inventory;
    // The last moment: everything is read, nothing is written.
    const late = {
      ...standings,
      ofKeys: async (ids: readonly string[]) => {
        const found = await standings.ofKeys(ids);
        await bench.stores.atomically(inventory.accounts.forget(ACCOUNT));
        return found;
      },
    };
    const stores = { ...bench.stores, inventory: { ...inventory, standings: late } };
    await assessAccount({ ...bench.services, stores }, ACCOUNT);
    await filled(bench, 3);
    expect(await standings.page({ ...ANY_KEY, accountId: ACCOUNT }, null, 9)).toMatchObject(
      Array.from({ length: 3 }, () => ({ standing: null })),
    );
    expect(await standings.countByFinding(null)).toEqual(new Map());
  });

  test('follow the policy of the connection that acts, and what was set for a key', async () => {
    await using bench = await KeysBench.open();
    await bench.connect();
    await filled(bench, 3);
    const { keyPolicies, keyChoices, standings } = bench.stores.inventory;
    const by = { updatedBy: ADMIN, updatedAt: NOW, version: 1 };
    await bench.stores.atomically([
      keyPolicies.insert({ connectionId: 'c1', policy: { ...DEFAULT_KEY_POLICY, maxAgeDays: 1 }, ...by }),
    ]);
    await assessAccount(bench.services, ACCOUNT);
    expect((await standings.countByFinding(ACCOUNT)).get('over_age')).toBe(2);
    const accessKeyId = 'AKIA0000000000000002';
    await bench.stores.atomically([
      keyChoices.insert({
        accessKeyId,
        accountId: ACCOUNT,
        kind: null,
        owners: [{ kind: 'user', userId: 'U0OWNER' }],
        policy: { maxAgeDays: 9 },
        ...by,
      }),
    ]);
    await assessKeys(bench.services, [accessKeyId, 'AKIANOBODY', accessKeyId]);
    expect((await standings.countByFinding(ACCOUNT)).get('over_age')).toBe(1);
    expect(await standings.byKey(accessKeyId)).toMatchObject({
      ownership: { from: 'key' },
      dueAt: NOW + 7 * DAY,
    });
  });

  test('stop when they are asked to', async () => {
    await using bench = await KeysBench.open();
    await bench.connect();
    await filled(bench, 3);
    const stopped = AbortSignal.abort(new Error('stopping'));
    await expect(assessAccount(bench.services, ACCOUNT, stopped)).rejects.toThrow('stopping');
  });
});

describe('the policy of a team', () => {
  test('still holds when AWS no longer lets its connection read the keys', async () => {
    await using bench = await KeysBench.open();
    await bench.connect({ lastCheck: able('no') });
    await filled(bench, 100);
    const policy = { ...DEFAULT_KEY_POLICY, maxAgeDays: 365, unusedDays: 300 };
    const by = { updatedBy: ADMIN, updatedAt: NOW, version: 1 };
    await bench.stores.atomically([
      bench.stores.inventory.keyPolicies.insert({ connectionId: 'c1', policy, ...by }),
    ]);
    await assessAccount(bench.services, ACCOUNT);
    const found = await bench.stores.inventory.standings.countByFinding(ACCOUNT);
    for (const code of ['over_age', 'unused', 'never_used'] as const) expect(found.get(code)).toBeUndefined();
    expect(await policyOfAccount(bench.services, ACCOUNT)).toEqual(policy);
    await bench.connect({ id: 'c0', name: 'leaving', createdAt: 0, state: 'disconnecting' });
    expect(await policyOfAccount(bench.services, ACCOUNT)).toEqual(policy);
  });
});

describe('the connection that acts', () => {
  test('is the oldest that may, else the oldest of which it is not known', async () => {
    await using bench = await KeysBench.open();
    const acting = async () => (await actingConnection(bench.services, ACCOUNT, 'inventory'))?.id ?? null;
    expect(await acting()).toBeNull();
    const add = (id: string, answer: 'yes' | 'no' | 'unknown' | null, createdAt: number) =>
      bench.connect({ id, name: id, createdAt, lastCheck: answer === null ? null : able(answer) });
    await add('no', 'no', 1);
    expect(await acting()).toBeNull();
    await add('unchecked', null, 5);
    await add('unknown', 'unknown', 4);
    expect(await acting()).toBe('unknown');
    await add('young', 'yes', 9);
    await add('old', 'yes', 8);
    expect(await acting()).toBe('old');
    await bench.connect({
      id: 'leaving',
      name: 'leaving',
      createdAt: 2,
      state: 'disconnecting',
      lastCheck: able('yes'),
    });
    expect(await acting()).toBe('old');
    expect(await policyOfAccount(bench.services, ACCOUNT)).toEqual(DEFAULT_KEY_POLICY);
  });
});

describe('settings of keys', () => {
  test('are the hours of a channel, of the workspace, or the default', async () => {
    await using bench = await KeysBench.open();
    const { services } = bench;
    const kathmandu = { ...DEFAULT_WORKING_HOURS, timeZone: 'Asia/Kathmandu' };
    const apia = { ...DEFAULT_WORKING_HOURS, timeZone: 'Pacific/Apia' };
    expect(await workingHours(services, 'C1')).toEqual(DEFAULT_WORKING_HOURS);
    await setWorkingHours(services, request('1'), null, kathmandu);
    await setWorkingHours(services, request('2'), 'C1', apia);
    expect([await workingHours(services, 'C1'), await workingHours(services, 'C2')]).toEqual([
      apia,
      kathmandu,
    ]);
    await setWorkingHours(services, request('3'), 'C1', null);
    expect([await keptHours(services, 'C1'), await workingHours(services, 'C1')]).toEqual([null, kathmandu]);
    const wrong = { ...apia, timeZone: 'Mars/Olympus' };
    await expect(setWorkingHours(services, request('4'), null, wrong)).rejects.toMatchObject({
      code: 'invalid',
    });
    await bench.stores.atomically([bench.stores.settings.set('hours', '{"days":', 1)]);
    expect(await workingHours(services, null)).toEqual(DEFAULT_WORKING_HOURS);
    expect((await bench.stores.audit.newest(9)).map(({ verb }) => verb)).toEqual(
      Array(3).fill('settings.hours'),
    );
  });

  test('are the tags that name owners and kinds', async () => {
    await using bench = await KeysBench.open();
    const { services } = bench;
    expect(await keyTags(services)).toEqual({ owners: ['owner', 'email'], kind: 'rekey-kind' });
    await setKeyTags(services, request('1'), { owners: ['Team:Contact', ' mail '], kind: 'purpose' });
    expect(await keyTags(services)).toEqual({ owners: ['Team:Contact', 'mail'], kind: 'purpose' });
    for (const [at, wrong] of ['', '<x>', 'x'.repeat(129)].entries()) {
      const tags = { owners: [wrong], kind: 'purpose' };
      await expect(setKeyTags(services, request(`w${at}`), tags)).rejects.toMatchObject({ code: 'invalid' });
    }
  });
});
