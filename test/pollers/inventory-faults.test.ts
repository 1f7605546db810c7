import { describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../sandbox/aws/faults.ts';
import type { InventoryKey } from '../../src/domain/inventory.ts';
import { DAY_MS, HOUR_MS, InventoryWorld } from './world.ts';

const ACTIONS = [
  'ListUsers',
  'GetAccountAuthorizationDetails',
  'GenerateCredentialReport',
  'GetCredentialReport',
  'GetAccountSummary',
  'ListAccessKeys',
  'GetAccessKeyLastUsed',
  'ListUserTags',
  'ListAttachedUserPolicies',
  'GetLoginProfile',
] as const;

const DENIED: FaultEffect = {
  kind: 'error',
  code: 'AccessDenied',
  status: 403,
  message: 'User: x is not authorized to perform this because no identity-based policy allows it',
};

const EFFECTS: readonly FaultEffect[] = [
  DENIED,
  { kind: 'throttle' },
  { kind: 'service-failure' },
  { kind: 'drop-before' },
  { kind: 'drop-after' },
  { kind: 'hang' },
  { kind: 'proxy-page' },
  { kind: 'error', code: 'NoSuchEntity', status: 404, message: 'cannot be found.' },
  { kind: 'error', code: 'Odd', status: 418, message: 'odd' },
];

/** Users whose keys were all used, some beyond proof by the report, in an account that also needs the slow way. */
async function seeded(world: InventoryWorld): Promise<ReadonlyMap<string, number>> {
  const { account, clock } = world;
  await world.connect();
  const from = clock.now();
  const used = new Map<string, number>();
  for (let n = 0; n < 4; n += 1) {
    const user = account.addUser(`user-${n}`, { createdAt: from - 90 * DAY_MS, tags: { owner: `o${n}` } });
    for (let k = 0; k <= n % 2; k += 1) {
      const at = Math.floor((from - (n + k + 1) * DAY_MS) / 1_000) * 1_000;
      const lastUsed = { at, service: 's3', region: 'N/A' };
      const { accessKeyId } = user.addKey({ createdAt: from - 80 * DAY_MS, lastUsed });
      used.set(accessKeyId, at);
    }
  }
  return used;
}

async function existing({ inventory, accountId }: InventoryWorld): Promise<InventoryKey[]> {
  return inventory.keys.page(accountId, null, 1_000);
}

/** Nothing is gone, and whatever is said of a key's use is true or *unknown*. */
function holds(keys: readonly InventoryKey[], used: ReadonlyMap<string, number>): void {
  for (const [accessKeyId, at] of used) {
    const key = keys.find((each) => each.accessKeyId === accessKeyId);
    expect(key?.accessKeyId).toBe(accessKeyId);
    expect(key?.lastUse.kind).not.toBe('not_seen');
    const last = key?.lastUse.kind === 'unknown' ? key.lastUse.last : key?.lastUse;
    expect(last).toMatchObject({ at, service: 's3' });
  }
}

describe.each(ACTIONS)('when %s', (action) => {
  it.each(EFFECTS.map((effect) => [JSON.stringify(effect).slice(0, 60), effect] as const))(
    'gives %s, nothing is guessed, nothing is gone, and it is all read again later',
    async (_, effect) => {
      await using world = await InventoryWorld.open(effect.kind === 'hang' ? { requestMs: 400 } : {});
      const { standIn, inventory, accountId } = world;
      const used = await seeded(world);
      await world.sweep();
      holds(await existing(world), used);

      world.forward(DAY_MS);
      // The slow way is part of it: without the one call for all users.
      const slow =
        action === 'GetAccountAuthorizationDetails' ? [] : [{ action: 'GetAccountAuthorizationDetails' }];
      for (const rule of slow) standIn.faults.add({ ...rule, effect: DENIED });
      standIn.faults.add({ action, effect });
      await world.sweep('due');
      const first = await inventory.accounts.byId(accountId);
      holds(await existing(world), used);
      expect(await inventory.users.count(accountId)).toBe(5);

      // It stays so: since when is that of the first time.
      world.forward(HOUR_MS);
      await world.sweep('full');
      const second = await inventory.accounts.byId(accountId);
      holds(await existing(world), used);
      expect(second?.trouble?.since).toBe(first?.trouble?.since);
      for (const gap of second?.gaps ?? []) {
        const before = first?.gaps.find((each) => each.what === gap.what && each.subject === gap.subject);
        expect(gap.since).toBe(before?.since ?? gap.since);
      }

      standIn.faults.clear();
      world.forward(DAY_MS);
      await world.sweep('due');
      const after = await inventory.accounts.byId(accountId);
      expect(after).toMatchObject({ gaps: [], trouble: null, running: null, users: 5, keys: used.size + 1 });
      for (const key of await existing(world)) expect(key.lastUse.kind).toBe('used');
    },
    60_000,
  );
});

describe('what could not be read', () => {
  async function afterFault(action: string, effect: FaultEffect, slow = false) {
    const world = await InventoryWorld.open();
    const used = await seeded(world);
    await world.sweep();
    world.forward(DAY_MS);
    if (slow) world.standIn.faults.add({ action: 'GetAccountAuthorizationDetails', effect: DENIED });
    world.standIn.faults.add({ action, effect });
    await world.sweep('full');
    return { world, used, account: await world.inventory.accounts.byId(world.accountId) };
  }

  it('of last uses is unknown with the permission that is missing, and named', async () => {
    const { world, used, account } = await afterFault('GetAccessKeyLastUsed', DENIED);
    await using _ = world;
    const why = 'The permission iam:GetAccessKeyLastUsed is missing.';
    // Those with two keys, used at different times, are beyond proof.
    expect(
      account?.gaps
        .filter(({ what }) => what === 'last_use')
        .map(({ subject }) => subject)
        .sort(),
    ).toEqual(['user-1', 'user-3']);
    const unknown = (await existing(world)).filter(({ lastUse }) => lastUse.kind === 'unknown');
    expect(unknown).toHaveLength(4);
    for (const { lastUse, accessKeyId } of unknown) {
      expect(lastUse).toMatchObject({ why, last: { at: used.get(accessKeyId) } });
    }
    expect(account?.fullAt).toBe(account?.sweptAt);
  });

  it('of tags and policies is a gap of that user, and unknown', async () => {
    const { world, account } = await afterFault('ListUserTags', DENIED, true);
    await using _ = world;
    const tags = account?.gaps.filter(({ what }) => what === 'tags') ?? [];
    expect(tags).toHaveLength(5);
    const user = await world.inventory.users.byName(world.accountId, 'user-0');
    expect(user?.tags).toMatchObject({ known: false, why: 'The permission iam:ListUserTags is missing.' });
    expect(user?.quarantine).toMatchObject({ known: true });
  });

  it('of root keys and the report is a gap of the account', async () => {
    const { world, account } = await afterFault('GetCredentialReport', DENIED);
    await using _ = world;
    expect(account?.gaps).toEqual([expect.objectContaining({ what: 'report', subject: null })]);
    world.standIn.faults.add({ action: 'GetAccountSummary', effect: DENIED });
    await world.sweep('full');
    const later = await world.inventory.accounts.byId(world.accountId);
    expect(later?.gaps.map(({ what }) => what).sort()).toEqual(['report', 'root_keys']);
    expect(later?.rootKeys).toMatchObject({
      known: false,
      why: 'The permission iam:GetAccountSummary is missing.',
    });
  });

  it('of a whole account is its trouble, and the account stays as it was', async () => {
    const { world, used, account } = await afterFault('GetAccountAuthorizationDetails', { kind: 'throttle' });
    await using _ = world;
    expect(account?.trouble).toMatchObject({ why: 'AWS was too busy to answer.' });
    expect(account?.running).toMatchObject({ heldBy: null, listedAt: null });
    holds(await existing(world), used);
  });

  it('stops a sweep when AWS answers nobody, and leaves what is known', async () => {
    const { world, used, account } = await afterFault('ListAccessKeys', { kind: 'throttle' });
    await using _ = world;
    expect(account?.trouble).toMatchObject({ why: 'AWS was too busy to answer.' });
    expect((await existing(world)).every(({ lastUse }) => lastUse.kind === 'used')).toBe(true);
    holds(await existing(world), used);
  });

  it('because the key was rejected is said with the name of the connection', async () => {
    const { world, used } = await afterFault('Nothing', DENIED);
    await using _ = world;
    world.robot.keys.existing()[0]?.change('Inactive', world.clock.now());
    world.forward(HOUR_MS);
    await world.sweep('full');
    const account = await world.inventory.accounts.byId(world.accountId);
    expect(account?.trouble?.why).toBe(
      'AWS does not accept the credentials of “main” (InvalidClientTokenId).',
    );
    holds(await existing(world), used);
  });

  it('is tried again within minutes at first, then less often', async () => {
    const { world, account } = await afterFault('GetAccountAuthorizationDetails', { kind: 'throttle' });
    await using _ = world;
    const waits: number[] = [];
    let kept = account;
    for (let n = 0; n < 14; n += 1) {
      const until = kept?.running?.heldUntil ?? 0;
      waits.push(until - world.clock.now());
      world.standIn.requests.clear();
      await world.sweep('due');
      expect(world.standIn.requests.length).toBe(0);
      world.forward(until - world.clock.now() + 1);
      await world.sweep('due');
      expect(world.standIn.requests.length).toBeGreaterThan(0);
      kept = await world.inventory.accounts.byId(world.accountId);
    }
    expect(waits[0]).toBeLessThanOrEqual(60_000);
    expect(waits.at(-1)).toBeGreaterThan(14 * 60_000);
    expect(kept?.trouble?.since).toBe(account?.trouble?.since);
  });
});
