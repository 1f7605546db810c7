import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { assessKey } from '../../src/domain/assess-key.ts';
import type { Snooze } from '../../src/domain/key-choices.ts';
import { DEFAULT_KEY_POLICY, type KeyPolicy } from '../../src/domain/key-policy.ts';
import type { KeyStanding } from '../../src/domain/key-standing.ts';
import {
  accountStages,
  ageStage,
  dueStages,
  isForOnCall,
  keyStages,
  topicsOver,
  type Audience,
  type Hearer,
  type ToldStage,
} from '../../src/domain/reminder.ts';
import { ACCOUNT, DAY, NOW, sampleFacts, sampleKey, sampleUser, tagged } from './key-samples.ts';

const POLICY: KeyPolicy = { ...DEFAULT_KEY_POLICY, onCallGroup: 'S0ONCALL' };
const CREATED = NOW - 30 * DAY;
const DUE = CREATED + 90 * DAY;

/** As the owner in a direct message, or as the account's channel. */
function as(audience: Audience): Hearer {
  return { audience, callsOut: audience === 'channel' };
}

function standingAt(now: number, snooze: Snooze | null = null, policy = DEFAULT_KEY_POLICY): KeyStanding {
  const lastUse = { kind: 'used', at: now - DAY, service: 's3', region: null, asOf: now } as const;
  const key = sampleKey({ createdAt: CREATED, lastUse });
  return assessKey(sampleFacts({ key, user: sampleUser({ keysReadAt: now }), snooze, policy }), now);
}

/** Looks at these moments, tells what is due, and answers what was told when (in days from the due date). */
function told(
  moments: readonly number[],
  audience: Audience,
  snoozes: readonly Snooze[] = [],
  policy: KeyPolicy = POLICY,
): string[] {
  const marks = new Map<string, ToldStage>();
  const said: string[] = [];
  for (const now of moments) {
    const snooze = snoozes.find((each) => each.at <= now && now < each.until) ?? null;
    const stages = keyStages(standingAt(now, snooze), policy, as(audience), now);
    for (const topic of topicsOver(new Set(stages.map((stage) => stage.topic)), [...marks.values()])) {
      if (snooze === null) marks.delete(topic);
    }
    for (const { topic, stage, silent } of dueStages(stages, [...marks.values()], now)) {
      marks.set(topic, { finding: topic, stage, at: now });
      if (!silent)
        said.push(`${Math.floor((now - DUE) / DAY)} ${topic} ${stage.replace(/:(\d{6,}|S0ONCALL)$/, '')}`);
    }
  }
  return said;
}

function daily(from: number, days: number): number[] {
  return Array.from({ length: days }, (_, day) => from + day * DAY);
}

describe('the stages of an age', () => {
  test.each([
    [-15, null],
    [-14, 'before:14'],
    [-8, 'before:14'],
    [-7, 'before:7'],
    [-3, 'before:3'],
    [-1, 'before:1'],
    [0, 'due'],
    [2, 'due'],
    [3, 'after:3'],
    [6, 'after:6'],
    [7, 'after:7'],
    [8, 'after:7'],
    [9, 'after:9'],
    [100, 'after:99'],
  ])('%i days from the maximum age: %s', (days, stage) => {
    expect(ageStage(DUE, POLICY, DUE + days * DAY)?.stage ?? null).toBe(stage);
  });

  test('have none for an on-call group that is not set', () => {
    expect(ageStage(DUE, DEFAULT_KEY_POLICY, DUE + 7 * DAY)?.stage).toBe('after:6');
  });
});

describe('what is told', () => {
  test('to owners follows the whole schedule, each stage once', () => {
    expect(told(daily(DUE - 20 * DAY, 31), 'owner')).toEqual([
      '-14 due_soon before:14',
      '-7 due_soon before:7',
      '-3 due_soon before:3',
      '-1 due_soon before:1',
      '0 over_age due',
      '3 over_age after:3',
      '6 over_age after:6',
      '7 over_age after:7',
      '9 over_age after:9',
    ]);
  });

  test('to the channel begins later', () => {
    expect(told(daily(DUE - 20 * DAY, 18), 'channel')).toEqual([
      '-7 due_soon before:7',
      '-3 due_soon before:3',
    ]);
    const five = { ...POLICY, channelDays: 5 };
    expect(told(daily(DUE - 20 * DAY, 18), 'channel', [], five)).toEqual([
      '-5 due_soon before:7',
      '-3 due_soon before:3',
    ]);
  });

  test('after a time in which nobody looked is the latest only', () => {
    expect(told([DUE - 20 * DAY, DUE - 14 * DAY, DUE + 8 * DAY, DUE + 8.5 * DAY], 'owner')).toEqual([
      '-14 due_soon before:14',
      '8 over_age after:7',
    ]);
  });

  test('pauses while it is snoozed, and tells that the snooze is over', () => {
    const at = DUE - 6.5 * DAY;
    const snooze: Snooze = {
      id: 's1',
      accessKeyId: 'a',
      accountId: ACCOUNT,
      reason: 'holiday',
      by: 'U0OWNER',
      at,
      until: at + 10 * DAY,
      endedAt: null,
      endedBy: null,
    };
    expect(told(daily(DUE - 8 * DAY, 16), 'owner', [snooze])).toEqual([
      '-8 due_soon before:14',
      '-7 due_soon before:7',
      '4 over_age after:3',
      '4 snooze_ended ended',
      '6 over_age after:6',
      '7 over_age after:7',
    ]);
  });

  test('tells the end of a short snooze that follows a longer one which was ended early', () => {
    const snooze = (id: string, from: number, until: number): Snooze => ({
      id,
      accessKeyId: 'a',
      accountId: ACCOUNT,
      reason: 'holiday',
      by: 'U0OWNER',
      at: from,
      until,
      endedAt: null,
      endedBy: null,
    });
    const paused = (until: number) =>
      keyStages(standingAt(NOW, snooze('s', NOW, until)), POLICY, as('owner'), NOW);
    const ended = { finding: 'snooze_ended', stage: `ended:${NOW + 30 * DAY}`, at: NOW } as const;
    const noted = dueStages(paused(NOW + 7 * DAY), [ended], NOW).map(({ stage }) => stage);
    expect(noted).toEqual([`paused:${NOW + 7 * DAY}`]);
    const after = keyStages(standingAt(DUE + DAY), POLICY, as('owner'), DUE + DAY);
    const mark = { finding: 'snooze_ended', stage: noted[0] ?? '', at: NOW } as const;
    const due = dueStages(after, [mark], DUE + DAY);
    expect(due.map(({ stage }) => stage)).toContain(`ended:${NOW + 7 * DAY}`);
  });

  test('at any rhythm of looks is no stage twice, and never an earlier one after a later one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 * 24 }), { maxLength: 60 }), (hours) => {
        let now = DUE - 30 * DAY;
        const moments = hours.map((away) => (now += away * 3_600_000));
        const said = told(moments, 'owner').map((line) => line.split(' ')[2] ?? '');
        expect(new Set(said).size).toBe(said.length);
        const order = said.map((stage) =>
          Number(stage.replace('before:', '-').replace('due', '0').replace('after:', '')),
        );
        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }),
    );
  });

  test('of a use is each of them, at once', () => {
    const key = sampleKey();
    const standing = assessKey(sampleFacts({ key, user: tagged({ 'rekey-kind': 'decoy' }) }), NOW);
    const stages = keyStages(standing, POLICY, as('channel'), NOW);
    expect(stages).toMatchObject([{ topic: 'unexpected_use', urgent: true }]);
    const before = { finding: 'unexpected_use', stage: `use:${NOW - 2 * DAY}`, at: NOW } as const;
    expect(dueStages(stages, [before], NOW)).toHaveLength(1);
    expect(dueStages(stages, [{ ...before, stage: stages[0]?.stage ?? '' }], NOW)).toEqual([]);
  });

  test('of an unknown last use waits until it has lasted', () => {
    const since = (days: number) => {
      const lastUse = { kind: 'unknown', why: 'slow', since: NOW - days * DAY, last: null } as const;
      return keyStages(
        assessKey(sampleFacts({ key: sampleKey({ lastUse }) }), NOW),
        POLICY,
        as('owner'),
        NOW,
      );
    };
    expect(since(1)).toEqual([]);
    expect(since(2)).toMatchObject([{ topic: 'use_unknown', stage: 'new' }]);
  });
});

describe('after a change of the policy', () => {
  /** Looks daily under the policy of that day; answers on which days from the first due date what was told. */
  function under(policyOn: (day: number) => KeyPolicy, days: number, hearer: Hearer): string[] {
    const marks = new Map<string, ToldStage>();
    const said: string[] = [];
    for (let day = -20; day < days; day += 1) {
      const now = DUE + day * DAY;
      const policy = policyOn(day);
      const standing = standingAt(now, null, policy);
      const codes = new Set(standing.findings.map(({ code }) => code));
      for (const topic of topicsOver(codes, [...marks.values()])) marks.delete(topic);
      for (const { topic, stage } of dueStages(
        keyStages(standing, policy, hearer, now),
        [...marks.values()],
        now,
      )) {
        marks.set(topic, { finding: topic, stage, at: now });
        said.push(`${day} ${stage}`);
      }
    }
    return said;
  }
  const from = (day: number, changes: Partial<KeyPolicy>) => (today: number) =>
    today < day ? DEFAULT_KEY_POLICY : { ...DEFAULT_KEY_POLICY, ...changes };

  test('that lets keys grow older, what is over age goes on by the new schedule', () => {
    // Told on day 9 as nine days over; from day 10 on it is over since day 5 only.
    expect(under(from(10, { maxAgeDays: 95 }), 16, as('owner')).slice(-4)).toEqual([
      '6 after:6',
      '9 after:9',
      '11 after:6',
      '14 after:9',
    ]);
  });

  test('that lets keys grow less old, what was told lately is not told twice', () => {
    expect(under(from(10, { maxAgeDays: 80 }), 16, as('owner')).slice(-3)).toEqual([
      '9 after:9',
      '11 after:21',
      '14 after:24',
    ]);
  });

  test('that asks for it more often, it is', () => {
    expect(under(from(4, { repeatDays: 1 }), 7, as('owner')).slice(-4)).toEqual([
      '3 after:3',
      '4 after:4',
      '5 after:5',
      '6 after:6',
    ]);
  });

  test('that names an on-call group, or another, it is called at once, and once a stage', () => {
    const policyOn = (day: number): KeyPolicy => ({
      ...DEFAULT_KEY_POLICY,
      repeatDays: 30,
      onCallGroup: day < 12 ? null : day < 20 ? 'S0ONE' : day < 25 ? 'S0TWO' : null,
    });
    expect(under(policyOn, 33, as('channel')).slice(3)).toEqual([
      '0 due',
      '12 after:7:S0ONE',
      '20 after:7:S0TWO',
      '30 after:30',
    ]);
    expect(under(policyOn, 33, as('owner')).slice(5)).toEqual(['12 after:7', '30 after:30']);
  });

  test('of any kind and at any time nothing due is silent, and nothing is told twice meanwhile', () => {
    const aPolicy = fc
      .record({
        maxAgeDays: fc.integer({ min: 1, max: 200 }),
        warnDays: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
        repeatDays: fc.integer({ min: 1, max: 30 }),
        onCallDays: fc.integer({ min: 0, max: 30 }),
        onCallGroup: fc.constantFrom(null, 'S0ONE', 'S0TWO'),
      })
      .map((changes): KeyPolicy => ({ ...DEFAULT_KEY_POLICY, ...changes }));
    const life = fc.array(
      fc.record({ policy: aPolicy, hours: fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 }) }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(life, (periods) => {
        const marks = new Map<string, ToldStage>();
        let now = CREATED;
        for (const { policy, hours } of periods) {
          const said: string[] = [];
          for (const away of hours) {
            now += away * 3_600_000;
            const standing = standingAt(now, null, policy);
            const codes = new Set(standing.findings.map(({ code }) => code));
            for (const topic of topicsOver(codes, [...marks.values()])) marks.delete(topic);
            const stages = keyStages(standing, policy, as('channel'), now);
            for (const { topic, stage } of dueStages(stages, [...marks.values()], now)) {
              marks.set(topic, { finding: topic, stage, at: now });
              said.push(`${topic} ${stage}`);
            }
            // Whatever stands now was told since it began.
            for (const { topic, since } of stages) {
              expect(marks.get(topic)?.at ?? -1).toBeGreaterThanOrEqual(since ?? 0);
            }
          }
          expect(new Set(said).size).toBe(said.length);
        }
      }),
    );
  });

  test('and a clock that was set back, the names of the stages decide', () => {
    const at = (days: number) =>
      keyStages(standingAt(DUE + days * DAY), POLICY, as('owner'), DUE + days * DAY);
    const mark = { finding: 'over_age', stage: 'after:3', at: DUE + 300 * DAY } as const;
    expect(dueStages(at(3), [mark], DUE + 3 * DAY)).toEqual([]);
    expect(dueStages(at(6), [mark], DUE + 6 * DAY)).toHaveLength(1);
  });
});

describe('the on-call group', () => {
  test('is mentioned from its day on', () => {
    const at = (days: number) => isForOnCall(standingAt(DUE + days * DAY), POLICY, DUE + days * DAY);
    expect([at(6), at(7), at(30)]).toEqual([false, true, true]);
    expect(isForOnCall(standingAt(DUE + 30 * DAY), DEFAULT_KEY_POLICY, DUE + 30 * DAY)).toBe(false);
  });
});

describe('an account', () => {
  const fine = { gaps: [], trouble: null, sweptAt: NOW };
  const stages = (changes: object) => accountStages({ ...fine, ...changes }, [], POLICY, NOW);

  test('with everything read says nothing', () => {
    expect(stages({})).toEqual([]);
    expect(stages({ sweptAt: null })).toEqual([]);
  });

  test('tells of a gap that lasts, and again of a new one', () => {
    const gap = (since: number) => ({ what: 'tags', subject: null, why: 'denied', since }) as const;
    expect(stages({ gaps: [gap(NOW - DAY / 2)] })).toEqual([]);
    const one = stages({ gaps: [gap(NOW - 3 * DAY)] });
    const marks = one.map(({ topic, stage }) => ({ finding: topic, stage, at: NOW }));
    expect(dueStages(one, marks, NOW)).toEqual([]);
    const both = stages({ gaps: [gap(NOW - 3 * DAY), gap(NOW - DAY)] });
    expect(dueStages(both, marks, NOW)).toHaveLength(1);
  });

  test('tells of sweeps that fail, or no longer come, again and again', () => {
    expect(stages({ trouble: { why: 'denied', since: NOW - 3_600_000 } })).toEqual([]);
    expect(stages({ trouble: { why: 'denied', since: NOW - DAY } })).toMatchObject([{ stage: 'day:0' }]);
    expect(stages({ trouble: { why: 'denied', since: NOW - 7 * DAY } })).toMatchObject([{ stage: 'day:6' }]);
    expect(stages({ sweptAt: NOW - 3 * DAY })).toMatchObject([{ topic: 'sweep_failing', stage: 'day:3' }]);
  });
});
