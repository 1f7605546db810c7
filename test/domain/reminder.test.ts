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
  type ToldStage,
} from '../../src/domain/reminder.ts';
import { ACCOUNT, DAY, NOW, sampleFacts, sampleKey, sampleUser, tagged } from './key-samples.ts';

const POLICY: KeyPolicy = { ...DEFAULT_KEY_POLICY, onCallGroup: 'S0ONCALL' };
const CREATED = NOW - 30 * DAY;
const DUE = CREATED + 90 * DAY;

function standingAt(now: number, snooze: Snooze | null = null): KeyStanding {
  const lastUse = { kind: 'used', at: now - DAY, service: 's3', region: null, asOf: now } as const;
  const key = sampleKey({ createdAt: CREATED, lastUse });
  return assessKey(sampleFacts({ key, user: sampleUser({ keysReadAt: now }), snooze }), now);
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
    const stages = keyStages(standingAt(now, snooze), policy, audience, now);
    for (const topic of topicsOver(new Set(stages.map((stage) => stage.topic)), [...marks.values()])) {
      if (snooze === null) marks.delete(topic);
    }
    for (const { topic, stage, silent } of dueStages(stages, [...marks.values()])) {
      marks.set(topic, { finding: topic, stage });
      if (!silent) said.push(`${Math.floor((now - DUE) / DAY)} ${topic} ${stage.replace(/:\d{6,}$/, '')}`);
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
    expect(ageStage(DUE, POLICY, DUE + days * DAY)).toBe(stage);
  });

  test('have none for an on-call group that is not set', () => {
    expect(ageStage(DUE, DEFAULT_KEY_POLICY, DUE + 7 * DAY)).toBe('after:6');
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
      keyStages(standingAt(NOW, snooze('s', NOW, until)), POLICY, 'owner', NOW);
    const ended = { finding: 'snooze_ended', stage: `ended:${NOW + 30 * DAY}` } as const;
    const noted = dueStages(paused(NOW + 7 * DAY), [ended]).map(({ stage }) => stage);
    expect(noted).toEqual([`paused:${NOW + 7 * DAY}`]);
    const after = keyStages(standingAt(DUE + DAY), POLICY, 'owner', DUE + DAY);
    const due = dueStages(after, [{ finding: 'snooze_ended', stage: noted[0] ?? '' }]);
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
    const stages = keyStages(standing, POLICY, 'channel', NOW);
    expect(stages).toMatchObject([{ topic: 'unexpected_use', urgent: true }]);
    const before = { finding: 'unexpected_use', stage: `use:${NOW - 2 * DAY}` } as const;
    expect(dueStages(stages, [before])).toHaveLength(1);
    expect(dueStages(stages, [{ ...before, stage: stages[0]?.stage ?? '' }])).toEqual([]);
  });

  test('of an unknown last use waits until it has lasted', () => {
    const since = (days: number) => {
      const lastUse = { kind: 'unknown', why: 'slow', since: NOW - days * DAY, last: null } as const;
      return keyStages(assessKey(sampleFacts({ key: sampleKey({ lastUse }) }), NOW), POLICY, 'owner', NOW);
    };
    expect(since(1)).toEqual([]);
    expect(since(2)).toMatchObject([{ topic: 'use_unknown', stage: 'new' }]);
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
    const marks = one.map(({ topic, stage }) => ({ finding: topic, stage }));
    expect(dueStages(one, marks)).toEqual([]);
    expect(dueStages(stages({ gaps: [gap(NOW - 3 * DAY), gap(NOW - DAY)] }), marks)).toHaveLength(1);
  });

  test('tells of sweeps that fail, or no longer come, again and again', () => {
    expect(stages({ trouble: { why: 'denied', since: NOW - 3_600_000 } })).toEqual([]);
    expect(stages({ trouble: { why: 'denied', since: NOW - DAY } })).toMatchObject([{ stage: 'day:0' }]);
    expect(stages({ trouble: { why: 'denied', since: NOW - 7 * DAY } })).toMatchObject([{ stage: 'day:6' }]);
    expect(stages({ sweptAt: NOW - 3 * DAY })).toMatchObject([{ topic: 'sweep_failing', stage: 'day:3' }]);
  });
});
