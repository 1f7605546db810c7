import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountFindings, assessKey, type KeyFacts } from '../../src/domain/assess-key.ts';
import type { FindingCode } from '../../src/domain/finding.ts';
import type { KeyChoices } from '../../src/domain/key-choices.ts';
import { KEY_KINDS } from '../../src/domain/key-kind.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import type { LastUse } from '../../src/domain/last-use.ts';
import { ACCOUNT, DAY, NOW, sampleFacts, sampleKey, sampleUser, tagged } from './key-samples.ts';

function codesOf(facts: KeyFacts): readonly FindingCode[] {
  return assessKey(facts, NOW).findings.map(({ code }) => code);
}

function proposalsOf(facts: KeyFacts): readonly unknown[] {
  return assessKey(facts, NOW).findings.flatMap(({ propose }) => propose ?? []);
}

function chosen(changes: Partial<KeyChoices>): KeyChoices {
  const by = { updatedBy: 'U0ADMIN', updatedAt: NOW, version: 1 };
  const nothing = { kind: null, owners: null, policy: null };
  return { accessKeyId: 'AKIAEXAMPLE000000001', accountId: ACCOUNT, ...nothing, ...by, ...changes };
}

const lost = { kind: 'unknown', why: 'slowed down by AWS', since: NOW - DAY, last: null } as const;
const silentFor = (days: number): LastUse => ({
  kind: 'used',
  at: NOW - days * DAY,
  service: 's3',
  region: null,
  asOf: NOW,
});
const neverSeen: LastUse = { kind: 'not_seen', asOf: NOW };

describe('the findings', () => {
  test('of a young key in use are none', () => {
    const standing = assessKey(sampleFacts(), NOW);
    expect(standing.findings).toEqual([]);
    expect(standing.dueAt).toBe(NOW + 60 * DAY);
  });

  test.each<readonly [name: string, changes: Partial<KeyFacts>, codes: readonly FindingCode[]]>([
    ['over its age', { key: sampleKey({ createdAt: NOW - 90 * DAY }) }, ['over_age']],
    ['14 days before', { key: sampleKey({ createdAt: NOW - 76 * DAY }) }, ['due_soon']],
    ['15 days before', { key: sampleKey({ createdAt: NOW - 75 * DAY }) }, []],
    ['Inactive and old', { key: sampleKey({ createdAt: NOW - 200 * DAY, status: 'Inactive' }) }, []],
    ['silent for 45 days', { key: sampleKey({ lastUse: silentFor(45) }) }, ['unused']],
    ['silent for 44 days', { key: sampleKey({ lastUse: silentFor(44) }) }, []],
    ['never used', { key: sampleKey({ createdAt: NOW - 60 * DAY, lastUse: neverSeen }) }, ['never_used']],
    ['young and never used', { key: sampleKey({ lastUse: neverSeen }) }, []],
    ['of unknown use', { key: sampleKey({ lastUse: lost, createdAt: NOW - 60 * DAY }) }, ['use_unknown']],
    ['of unknown age', { key: sampleKey({ createdAt: null, lastUse: neverSeen }) }, ['age_unknown']],
    [
      'Inactive for 30 days',
      { key: sampleKey({ status: 'Inactive', statusSince: NOW - 30 * DAY }) },
      ['inactive_long'],
    ],
    [
      'Expired for 30 days',
      { key: sampleKey({ status: 'Expired', statusSince: NOW - 30 * DAY }) },
      ['inactive_long'],
    ],
    ['Inactive for 29 days', { key: sampleKey({ status: 'Inactive', statusSince: NOW - 29 * DAY }) }, []],
    ['one of two', { siblings: [sampleKey(), sampleKey({ accessKeyId: 'AKIA2' })] }, ['two_active_keys']],
    ['beside an Inactive', { siblings: [sampleKey({ accessKeyId: 'AKIA2', status: 'Inactive' })] }, []],
    ['beside one that is gone', { siblings: [sampleKey({ accessKeyId: 'AKIA2', goneAt: NOW })] }, []],
    [
      'of a console user',
      { user: sampleUser({ console: { known: true, value: true, asOf: NOW } }) },
      ['console_user'],
    ],
    ['of a user of whom little is known', { user: null }, []],
    [
      'quarantined',
      {
        user: sampleUser({
          quarantine: { known: true, value: ['AWSCompromisedKeyQuarantineV3'], asOf: NOW },
        }),
      },
      ['quarantined'],
    ],
    ['without an owner', { ownership: { known: false, why: 'no tag, no rule' } }, ['owner_missing']],
    ['whose owner could not be asked', { ownership: { known: false, why: 'x', failed: true } }, []],
    ['without a tag', { policy: { ...DEFAULT_KEY_POLICY, requiredTags: ['Team'] } }, ['tag_missing']],
    [
      'with that tag, in another case',
      { policy: { ...DEFAULT_KEY_POLICY, requiredTags: ['Team'] }, user: tagged({ team: 'x' }) },
      [],
    ],
    [
      'whose tags could not be read',
      {
        policy: { ...DEFAULT_KEY_POLICY, requiredTags: ['Team'] },
        user: sampleUser({ tags: { known: false, why: 'denied', since: NOW } }),
      },
      [],
    ],
  ])('of a key %s', (_name, changes, codes) => {
    expect(codesOf(sampleFacts(changes))).toEqual(codes);
  });

  test('of an account name its root key only when it is known', () => {
    expect(accountFindings({ rootKeys: { known: true, value: 1, asOf: NOW } })).toMatchObject([
      { code: 'root_key', severity: 'high' },
    ]);
    expect(accountFindings({ rootKeys: { known: true, value: 0, asOf: NOW } })).toEqual([]);
    expect(accountFindings({ rootKeys: { known: false, why: 'denied', since: NOW } })).toEqual([]);
  });
});

describe('kinds', () => {
  const old = sampleKey({ createdAt: NOW - 200 * DAY, lastUse: silentFor(100) });

  test('decide what is asked of a key', () => {
    const of = (kind: string) => codesOf(sampleFacts({ key: old, user: tagged({ 'rekey-kind': kind }) }));
    expect(of('ordinary')).toEqual(['over_age', 'unused']);
    expect(of('Managed Elsewhere')).toEqual(['over_age', 'unused']);
    expect(of('break-glass')).toEqual([]);
    expect(of('decoy')).toEqual([]);
    expect(of('something')).toEqual(['over_age', 'unused']);
  });

  test('of a key that nobody should use make its use a finding', () => {
    const used = sampleKey();
    const of = (kind: string) =>
      assessKey(sampleFacts({ key: used, user: tagged({ 'rekey-kind': kind }) }), NOW).findings;
    expect(of('break-glass')).toMatchObject([{ code: 'unexpected_use', severity: 'high' }]);
    expect(of('decoy')).toMatchObject([{ code: 'unexpected_use', severity: 'critical' }]);
    const before = sampleKey({ firstSeenAt: NOW - 3_600_000 });
    expect(codesOf(sampleFacts({ key: before, user: tagged({ 'rekey-kind': 'decoy' }) }))).toEqual([]);
  });

  test('set in Slack win over tags, and tags over guesses', () => {
    const user = tagged({ 'rekey-kind': 'decoy', 'aws:cloudformation:stack-name': 'web' });
    const kindOf = (changes: Partial<KeyFacts>) => assessKey(sampleFacts({ user, ...changes }), NOW).kind;
    expect(kindOf({ choices: chosen({ kind: 'ordinary' }) })).toMatchObject({
      kind: 'ordinary',
      from: 'slack',
    });
    expect(kindOf({})).toMatchObject({ kind: 'decoy', from: 'tag' });
    expect(kindOf({ kindTag: 'other' })).toEqual({
      kind: 'managed_elsewhere',
      from: 'guess',
      managedBy: 'CloudFormation',
    });
  });

  test.each([
    [{ ManagedBy: 'terraform' }, 'Terraform'],
    [{ 'managed-by': 'OpenTofu' }, 'Terraform'],
    [{ 'org:managed_by': 'pulumi' }, 'Pulumi'],
    [{ 'aws:cloudformation:stack-name': 'web' }, 'CloudFormation'],
    [{ Note: 'terraform' }, null],
  ])('are guessed from tags such as %o', (tags, managedBy) => {
    const { kind } = assessKey(sampleFacts({ user: tagged(tags) }), NOW);
    expect(kind).toMatchObject({ managedBy, from: managedBy === null ? 'default' : 'guess' });
  });

  test('of SMTP users are guessed from the name, and their end is not proposed', () => {
    const key = sampleKey({ userName: 'ses-smtp-user.20240101-120000', lastUse: silentFor(60) });
    const standing = assessKey(sampleFacts({ key }), NOW);
    expect(standing.kind).toEqual({ kind: 'managed_elsewhere', from: 'guess', managedBy: 'SES SMTP' });
    expect(standing.findings).toMatchObject([{ code: 'unused', propose: null }]);
  });
});

describe('a proposal', () => {
  const silent = sampleKey({ lastUse: silentFor(60) });
  const inactive = sampleKey({ status: 'Inactive', statusSince: NOW - 40 * DAY });

  test('follows from silence and from long inactivity', () => {
    expect(proposalsOf(sampleFacts({ key: silent }))).toEqual(['deactivate']);
    expect(proposalsOf(sampleFacts({ key: inactive }))).toEqual(['delete']);
  });

  test.each<readonly [name: string, changes: Partial<KeyFacts>]>([
    [
      'tags that could not be read',
      { user: sampleUser({ tags: { known: false, why: 'denied', since: NOW } }) },
    ],
    ['a user who could not be read', { user: null }],
    ['keys that were read long ago', { user: sampleUser({ keysReadAt: NOW - 3 * DAY }) }],
  ])('does not follow from %s', (_name, changes) => {
    expect(proposalsOf(sampleFacts({ key: silent, ...changes }))).toEqual([]);
    expect(proposalsOf(sampleFacts({ key: inactive, ...changes }))).toEqual([]);
  });

  test('does not follow from an old answer, nor does the finding', () => {
    const key = sampleKey({ lastUse: { ...silentFor(60), asOf: NOW - 3 * DAY } as LastUse });
    expect(codesOf(sampleFacts({ key }))).toEqual([]);
  });
});

describe('what was set for one key', () => {
  test('wins over the policy, both ways', () => {
    const key = sampleKey({ createdAt: NOW - 100 * DAY });
    expect(codesOf(sampleFacts({ key, choices: chosen({ policy: { maxAgeDays: 365 } }) }))).toEqual([]);
    const strict = chosen({ policy: { maxAgeDays: 10 } });
    expect(codesOf(sampleFacts({ choices: strict }))).toEqual(['over_age']);
    expect(assessKey(sampleFacts({ choices: strict }), NOW).dueAt).toBe(NOW - 20 * DAY);
  });
});

const days = fc.integer({ min: 0, max: 1_000 });
const use: fc.Arbitrary<LastUse> = fc.oneof(
  fc.record({ kind: fc.constant('not_seen' as const), asOf: days.map((ago) => NOW - ago * DAY) }),
  fc.tuple(days, fc.integer({ min: 0, max: 5 })).map(([ago, asOf]): LastUse => ({
    kind: 'used',
    at: NOW - (ago + asOf) * DAY,
    service: null,
    region: null,
    asOf: NOW - asOf * DAY,
  })),
  fc.constant(lost),
);
const anyFacts: fc.Arbitrary<KeyFacts> = fc
  .record({
    createdDays: fc.option(days),
    lastUse: use,
    status: fc.constantFrom('Active', 'Inactive', 'Expired'),
    sinceDays: days,
    kind: fc.option(fc.constantFrom(...KEY_KINDS)),
    tagsKnown: fc.boolean(),
    readDays: fc.option(fc.integer({ min: 0, max: 5 })),
    twin: fc.boolean(),
    console: fc.boolean(),
    owned: fc.boolean(),
    maxAgeDays: fc.option(fc.integer({ min: 1, max: 400 })),
  })
  .map((any) => {
    const asOf = NOW;
    return sampleFacts({
      key: sampleKey({
        createdAt: any.createdDays === null ? null : NOW - any.createdDays * DAY,
        lastUse: any.lastUse,
        status: any.status as 'Active',
        statusSince: NOW - any.sinceDays * DAY,
      }),
      user: sampleUser({
        tags: any.tagsKnown ? { known: true, value: {}, asOf } : { known: false, why: 'denied', since: NOW },
        console: { known: true, value: any.console, asOf },
        keysReadAt: any.readDays === null ? null : NOW - any.readDays * DAY,
      }),
      siblings: any.twin ? [sampleKey({ accessKeyId: 'AKIA2' })] : [],
      choices: chosen({
        kind: any.kind,
        policy: any.maxAgeDays === null ? null : { maxAgeDays: any.maxAgeDays },
      }),
      ...(any.owned ? {} : { ownership: { known: false, why: 'nobody' } as const }),
    });
  });

describe('whatever the facts', () => {
  test('an unknown last use is never silence, and never ends a key', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { findings } = assessKey({ ...facts, key: { ...facts.key, lastUse: lost } }, NOW);
        expect(findings.map(({ code }) => code)).not.toContain('unused');
        expect(findings.map(({ code }) => code)).not.toContain('never_used');
        expect(findings.filter(({ propose }) => propose === 'deactivate' || propose === 'delete')).toEqual(
          [],
        );
      }),
    );
  });

  test('an unknown kind never ends a key', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const tags = { known: false, why: 'denied', since: NOW } as const;
        const user = { ...(facts.user ?? sampleUser()), tags };
        const { findings } = assessKey({ ...facts, user, choices: null }, NOW);
        expect(findings.filter(({ propose }) => propose !== null && propose !== 'rotate')).toEqual([]);
      }),
    );
  });

  test('an older key is never less urgent', () => {
    fc.assert(
      fc.property(anyFacts, days, (facts, more) => {
        fc.pre(facts.key.createdAt !== null);
        const older = { ...facts.key, createdAt: (facts.key.createdAt ?? 0) - more * DAY };
        const now = assessKey(facts, NOW).urgency;
        expect(assessKey({ ...facts, key: older }, NOW).urgency).toBeGreaterThanOrEqual(now);
      }),
    );
  });

  test('a longer maximum age never makes a key more urgent', () => {
    fc.assert(
      fc.property(anyFacts, fc.integer({ min: 1, max: 400 }), (facts, maxAgeDays) => {
        const set = (value: number) =>
          assessKey({ ...facts, choices: chosen({ ...facts.choices, policy: { maxAgeDays: value } }) }, NOW);
        expect(set(maxAgeDays + 30).urgency).toBeLessThanOrEqual(set(maxAgeDays).urgency);
      }),
    );
  });

  test('a quarantined key is told of however old AWS’s word is, and its end proposed only while it is fresh', () => {
    const value = ['AWSCompromisedKeyQuarantineV3'];
    const at = (asOf: number, keysReadAt: number | null, status: 'Active' | 'Inactive' = 'Active') => {
      const user = sampleUser({ quarantine: { known: true, value, asOf }, keysReadAt });
      return assessKey(sampleFacts({ key: sampleKey({ status }), user }), NOW).findings;
    };
    const old = NOW - 2 * DAY - 1;
    const told = { code: 'quarantined', severity: 'critical' };
    expect(at(NOW, NOW)).toMatchObject([{ ...told, propose: 'deactivate' }]);
    for (const stale of [at(old, NOW), at(NOW, old), at(NOW, null)]) {
      expect(stale).toMatchObject([{ ...told, propose: null }]);
    }
    expect(at(NOW, NOW, 'Inactive')).toMatchObject([{ code: 'quarantined', propose: null }]);
  });

  test('a quarantine that cannot be read any more stays, without a proposal', () => {
    const user = sampleUser({ quarantine: { known: false, why: 'throttled', since: NOW } });
    const facts = sampleFacts({ key: sampleKey(), user });
    expect(assessKey(facts, NOW).findings).toEqual([]);
    expect(assessKey({ ...facts, wasQuarantined: true }, NOW).findings).toMatchObject([
      { code: 'quarantined', severity: 'critical', propose: null },
    ]);
    const lifted = sampleFacts({ user: sampleUser({ quarantine: { known: true, value: [], asOf: NOW } }) });
    expect(assessKey({ ...lifted, wasQuarantined: true }, NOW).findings).toEqual([]);
  });

  test('a quarantined key is most urgent while it is Active, and waits once it is not', () => {
    const value = ['AWSCompromisedKeyQuarantineV3'];
    const user = sampleUser({ quarantine: { known: true, value, asOf: NOW } });
    const urgency = (status: 'Active' | 'Inactive') =>
      assessKey(sampleFacts({ key: sampleKey({ status }), user }), NOW).urgency;
    const overAge = sampleFacts({ key: sampleKey({ createdAt: NOW - 400 * DAY }) });
    expect(urgency('Active')).toBeGreaterThan(assessKey(overAge, NOW).urgency);
    expect(urgency('Inactive')).toBeLessThan(assessKey(overAge, NOW).urgency);
  });

  test('a key with a finding comes before one without, and a snoozed one between', () => {
    const snooze = { id: 's', accessKeyId: 'a', accountId: ACCOUNT, reason: 'r', by: 'U', at: NOW } as const;
    const running = { ...snooze, until: NOW + DAY, endedAt: null, endedBy: null };
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const standing = assessKey(facts, NOW);
        const quiet = assessKey({ ...facts, snooze: running }, NOW);
        const none = assessKey(
          sampleFacts({ key: sampleKey({ createdAt: NOW - 80_000 * DAY, status: 'Inactive' }) }),
          NOW,
        );
        expect(quiet.urgency).toBeLessThanOrEqual(standing.urgency);
        expect(quiet.snoozedUntil).toBe(NOW + DAY);
        expect(quiet.urgency > none.urgency || standing.findings.length === 0).toBe(true);
      }),
    );
  });
});
