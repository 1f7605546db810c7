import { expect, test } from 'vitest';
import { Crowd } from '../../../sandbox/aws/crowd/crowd.ts';
import { AwsStandIn } from '../../../sandbox/aws/stand-in.ts';
import type { Account, User } from '../../../sandbox/aws/world.ts';
import { assessKey, type KeyFacts } from '../../../src/domain/assess-key.ts';
import type { FindingCode } from '../../../src/domain/finding.ts';
import type { IamUser, InventoryKey } from '../../../src/domain/inventory.ts';
import { DEFAULT_KEY_POLICY } from '../../../src/domain/key-policy.ts';
import { known } from '../../../src/domain/known.ts';
import type { LastUse } from '../../../src/domain/last-use.ts';

const DAY = 86_400_000;
const BEGAN = Date.UTC(2026, 10, 30, 9);

interface Seen {
  readonly firstSeenAt: number;
  readonly statuses: Map<string, { readonly status: string; readonly since: number }>;
}

/** What a sweep at `now` would know of a user's keys. */
function factsOf(user: User, now: number, seen: Seen): KeyFacts[] {
  const { name, userId, path } = user;
  const base = { accountId: user.account.id, userId, userName: name, goneAt: null };
  const iamUser: IamUser = {
    ...base,
    arn: user.arn,
    createdAt: user.createdAt,
    tags: known(Object.fromEntries(user.tags), now),
    console: known(user.loginProfileAt !== null, now),
    quarantine: known(
      user.policies.attachedArns().filter((arn) => arn.includes('Quarantine')),
      now,
    ),
    reportRow: null,
    firstSeenAt: seen.firstSeenAt,
    keysReadAt: now,
  };
  const keys = user.keys.existing().map((key): InventoryKey => {
    const { accessKeyId, createdAt, lastUsed } = key;
    const status = key.currentStatus === 'Active' ? 'Active' : 'Inactive';
    const before = seen.statuses.get(accessKeyId);
    const since = before?.status === status ? before.since : now;
    seen.statuses.set(accessKeyId, { status, since });
    const sealed: LastUse = { kind: 'unknown', why: 'not allowed', since: now, last: null };
    const use: LastUse =
      lastUsed === null ? { kind: 'not_seen', asOf: now } : { kind: 'used', asOf: now, ...lastUsed };
    return {
      ...base,
      accessKeyId,
      status,
      createdAt,
      description: user.tags.get(accessKeyId) ?? null,
      lastUse: path === '/vault/' ? sealed : use,
      firstSeenAt: seen.firstSeenAt,
      statusSince: since,
      statusSeen: before !== undefined,
    };
  });
  const owned = [...user.tags.keys()].some((tag) => /^(?:owner|email)$/i.test(tag));
  return keys.map((key) => ({
    key,
    user: iamUser,
    siblings: keys,
    choices: null,
    snooze: null,
    policy: { ...DEFAULT_KEY_POLICY, requiredTags: ['team'] },
    ownership: owned
      ? { known: true, owners: [{ kind: 'user', userId: 'U0ADA' }], from: 'tag' }
      : { known: false, why: 'no tag' },
  }));
}

/** `KEY finding` of every key of an account. */
function findings(account: Account, now: number, seen: Seen): Map<string, FindingCode> {
  const facts = [...account.users.values()].flatMap((user) => factsOf(user, now, seen));
  return new Map(
    facts.flatMap((each) =>
      assessKey(each, now).findings.map(({ code }) => [`${each.key.accessKeyId} ${code}`, code] as const),
    ),
  );
}

test('every finding that AWS lets one make comes up, and something new on nearly every day', async () => {
  let now = BEGAN;
  const standIn = await AwsStandIn.start({ clock: () => now });
  try {
    const crowd = new Crowd(standIn);
    const platform = standIn.world.account(crowd.keys.platform.accountId);
    if (platform === null) throw new Error('The large account is missing');
    const seen: Seen = { firstSeenAt: BEGAN, statuses: new Map() };
    const codes = new Set<FindingCode>();
    let before = new Map<string, FindingCode>();
    const quiet: number[] = [];
    for (let day = 0; day <= 40; day += 1) {
      now = BEGAN + day * DAY;
      crowd.advance(now);
      const found = findings(platform, now, seen);
      for (const code of found.values()) codes.add(code);
      if (![...found.keys()].some((name) => !before.has(name))) quiet.push(day);
      before = found;
    }
    // `age_unknown` cannot come up (AWS always says when a key was made), `root_key` is one of the account.
    const all: readonly FindingCode[] = [
      'quarantined',
      'unexpected_use',
      'over_age',
      'due_soon',
      'unused',
      'never_used',
      'inactive_long',
      'two_active_keys',
      'console_user',
      'owner_missing',
      'tag_missing',
      'use_unknown',
    ];
    expect([...codes].toSorted()).toEqual(all.toSorted());
    expect(quiet.filter((day) => day <= 30)).toEqual([]);
  } finally {
    await standIn.stop();
  }
});
