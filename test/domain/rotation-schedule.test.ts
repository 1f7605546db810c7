import { describe, expect, test } from 'vitest';
import { assessKey } from '../../src/domain/assess-key.ts';
import type { InventoryKey, IamUser } from '../../src/domain/inventory.ts';
import { DEFAULT_KEY_POLICY } from '../../src/domain/key-policy.ts';
import {
  DEFAULT_ROTATION_SCHEDULE,
  isRotationSchedule,
  scheduled,
  type ScheduledFacts,
} from '../../src/domain/rotation-schedule.ts';
import { DAY, NOW, sampleFacts, sampleKey, sampleUser, tagged } from './key-samples.ts';

/** A key of this age, in use, with one approved destination. */
function facts(
  days: number,
  changes: Partial<ScheduledFacts> & { readonly assess?: Parameters<typeof sampleFacts>[0] } = {},
): ScheduledFacts {
  const { assess, ...rest } = changes;
  const key = rest.key ?? sampleKey({ createdAt: NOW - days * DAY });
  const user = rest.user ?? sampleUser();
  return {
    key,
    user,
    siblings: [key],
    choices: null,
    policy: DEFAULT_KEY_POLICY,
    standing: assessKey(sampleFacts({ key, user, ...assess }), NOW),
    underWay: false,
    takenBackAt: null,
    places: { count: 1, refusal: null },
    own: false,
    ...rest,
  };
}

const answer = (given: ScheduledFacts, schedule = DEFAULT_ROTATION_SCHEDULE): ReturnType<typeof scheduled> =>
  scheduled(given, schedule, NOW);

describe('what the schedule takes', () => {
  test('is a key that will soon be of its maximum age, or is over it', () => {
    expect(answer(facts(83))).toEqual({ hit: true, dueAt: NOW + 7 * DAY });
    expect(answer(facts(120))).toEqual({ hit: true, dueAt: NOW - 30 * DAY });
    expect(answer(facts(82))).toEqual({ hit: false, why: 'not due before 29 Nov 2026' });
    expect(answer(facts(82), { ...DEFAULT_ROTATION_SCHEDULE, leadDays: 8 })).toMatchObject({ hit: true });
    expect(answer(facts(88), { ...DEFAULT_ROTATION_SCHEDULE, leadDays: 1 })).toMatchObject({ hit: false });
  });

  test('are the own keys of connections without a destination', () => {
    const nowhere = { places: { count: 0, refusal: null } };
    expect(answer(facts(120, { ...nowhere, own: true }))).toMatchObject({ hit: true });
    expect(answer(facts(120, nowhere))).toEqual({ hit: false, why: 'no destination is bound to its user' });
  });

  const old = (changes: Partial<InventoryKey>): InventoryKey =>
    sampleKey({ createdAt: NOW - 120 * DAY, ...changes });
  const user = (changes: Partial<IamUser>): { user: IamUser } => ({ user: sampleUser(changes) });

  test.each<readonly [name: string, changes: Parameters<typeof facts>[1], why: RegExp]>([
    ['gone', { key: old({ goneAt: NOW }) }, /no longer exists/],
    ['Inactive', { key: old({ status: 'Inactive' }) }, /Inactive/],
    ['Expired', { key: old({ status: 'Expired' }) }, /Expired/],
    ['of unknown age', { key: old({ createdAt: null }) }, /age is not known/],
    ['not assessed', { standing: null }, /not assessed/],
    ['without a user', { user: null }, /user is not known/],
    ['not read for three days', user({ keysReadAt: NOW - 3 * DAY }), /last read 25 Nov/],
    ['never read', user({ keysReadAt: null }), /not read yet/],
    [
      'quarantined',
      user({ quarantine: { known: true, value: ['AWSCompromisedKeyQuarantineV3'], asOf: NOW } }),
      /quarantined its user: a responder/,
    ],
    [
      'perhaps quarantined',
      user({ quarantine: { known: false, why: 'slowed down by AWS', since: NOW } }),
      /whether AWS quarantined/,
    ],
    ['of Terraform', { user: tagged({ ManagedBy: 'terraform' }) }, /Terraform/],
    ['a decoy', { user: tagged({ 'rekey-kind': 'decoy' }) }, /decoy/i],
    ['break-glass', { user: tagged({ 'rekey-kind': 'break-glass' }) }, /break-glass/i],
    [
      'of a kind that is not sure',
      user({ tags: { known: false, why: 'not allowed', since: NOW } }),
      /tags cannot be read/,
    ],
    [
      'unused',
      {
        key: old({
          lastUse: { kind: 'used', at: NOW - 60 * DAY, service: 's3', region: null, asOf: NOW },
        }),
      },
      /not used for 45 days/,
    ],
    ['never used', { key: old({ lastUse: { kind: 'not_seen', asOf: NOW } }) }, /not used for 45 days/],
    ['of a user whose rotation is open', { underWay: true }, /under way/],
    ['whose rotation was taken back', { takenBackAt: NOW - DAY }, /taken back .*: a person begins the next/],
    [
      'one of two',
      { siblings: [old({}), old({ accessKeyId: 'AKIAEXAMPLE000000002', status: 'Inactive' })] },
      /two keys: a person chooses/,
    ],
    ['without an approval', { places: { count: 1, refusal: 'waits for approval' } }, /waits for approval/],
  ])('is none that is %s', (_name, changes, why) => {
    const found = answer(facts(120, changes));
    expect(found.hit).toBe(false);
    expect(found).toMatchObject({ why: expect.stringMatching(why) });
  });

  test('is none that is snoozed, until the snooze is over', () => {
    const snooze = {
      id: 's',
      accessKeyId: sampleKey().accessKeyId,
      accountId: sampleKey().accountId,
      reason: 'vendor',
      by: 'U0OWNER',
      at: NOW - DAY,
      until: NOW + DAY,
      endedAt: null,
      endedBy: null,
    };
    expect(answer(facts(120, { assess: { snooze } }))).toMatchObject({ hit: false });
    expect(answer(facts(120, { assess: { snooze: { ...snooze, until: NOW - 1 } } }))).toMatchObject({
      hit: true,
    });
  });

  test('is a key of which only the last use is not known: that is no reason to keep it for ever', () => {
    const lastUse = { kind: 'unknown', why: 'slowed down by AWS', since: NOW - DAY, last: null } as const;
    expect(answer(facts(120, { key: old({ lastUse }) }))).toMatchObject({ hit: true });
  });
});

test('a schedule has a window, and numbers within limits', () => {
  const of = (changes: Partial<typeof DEFAULT_ROTATION_SCHEDULE>): boolean =>
    isRotationSchedule({ ...DEFAULT_ROTATION_SCHEDULE, ...changes });
  expect(of({})).toBe(true);
  expect(of({ mostAtOnce: 0 })).toBe(false);
  expect(of({ mostAtOnce: 21 })).toBe(false);
  expect(of({ mostAtOnce: 1.5 })).toBe(false);
  expect(of({ apartMinutes: 4 })).toBe(false);
  expect(of({ leadDays: 0 })).toBe(false);
  expect(of({ window: { ...DEFAULT_ROTATION_SCHEDULE.window, timeZone: 'Mars/Olympus' } })).toBe(false);
});
