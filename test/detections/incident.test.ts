import { assert, constantFrom, array, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WINDOW, addSignal, incidentsOf, subjectOf } from '../../src/detections/incident.ts';
import { SEVERITIES, isAtLeast } from '../../src/domain/notice.ts';
import { signal } from './signals.ts';

const HOUR = 3_600_000;

describe('an incident', () => {
  it('gathers the signals of one key within a window', () => {
    const found = incidentsOf([
      signal({ at: 0 }),
      signal({ at: HOUR, accessKeyId: 'AKIAEXAMPLE000000002' }),
      signal({ at: 5 * HOUR }),
      signal({ at: 10 * HOUR }),
      signal({ at: 10 * HOUR + WINDOW + 1 }),
    ]);
    expect(found.map(({ signals }) => signals.length)).toEqual([3, 1, 1]);
  });

  it('is more than its signals: a stranger who gives himself rights is critical', () => {
    const [found] = incidentsOf([
      signal({ at: 0, technique: 'T1078.004', severity: 'low' }),
      signal({ at: 1, technique: 'T1098.003', severity: 'high' }),
    ]);
    expect(found?.severity).toBe('critical');
  });

  it('grows with its stages', () => {
    const stages = ['T1526', 'T1098.001', 'T1562.008'].map((technique, at) => signal({ at, technique }));
    expect(incidentsOf(stages.slice(0, 1))[0]?.severity).toBe('medium');
    expect(incidentsOf(stages.slice(0, 2))[0]?.severity).toBe('high');
    expect(incidentsOf(stages)[0]?.stages).toEqual(['looking around', 'settling in', 'hiding']);
  });

  it('knows the stage of what is put into something that runs', () => {
    const loud = (technique: string, at: number) => signal({ at, technique, severity: 'medium' });
    const pushed = incidentsOf([loud('T1526', 0), loud('T1525', 1)]);
    const told = incidentsOf([loud('T1526', 0), loud('T1059', 1)]);
    expect([pushed[0]?.stages, told[0]?.stages]).toEqual([
      ['looking around', 'settling in'],
      ['looking around', 'settling in'],
    ]);
  });

  it('stays low when all of it is', () => {
    const low = ['T1526', 'T1098.001', 'T1562.008'].map((technique, at) =>
      signal({ at, technique, severity: 'low' }),
    );
    expect(incidentsOf(low)[0]?.severity).toBe('low');
  });

  it('knows what it was told already, and says when it got worse', () => {
    const first = addSignal(null, signal({ at: 0 }));
    expect(first.change).toBe('opened');
    expect(addSignal(first.incident, signal({ at: 0 })).change).toBe('known');
    expect(addSignal(first.incident, signal({ at: 1 })).change).toBe('grew');
    expect(addSignal(first.incident, signal({ at: 1, severity: 'critical' })).change).toBe('escalated');
  });

  it('takes all sessions of a role for one', () => {
    const of = (session: string) =>
      subjectOf(
        signal({ accessKeyId: null, principalArn: `arn:aws:sts::111122223333:assumed-role/web/${session}` }),
      );
    expect(of('a')).toBe(of('b'));
  });

  it('is bounded, keeps its first and its worst, and counts the rest', () => {
    let { incident } = addSignal(null, signal({ at: 0, severity: 'low' }));
    for (let at = 1; at < 500; at += 1) {
      const severity = at === 250 ? 'high' : 'low';
      incident = addSignal(incident, signal({ at, severity })).incident;
    }
    expect(incident.signals).toHaveLength(200);
    expect(incident.more).toBe(300);
    expect(incident.signals[0]?.at).toBe(0);
    expect(incident.signals.map(({ severity }) => severity)).toContain('high');
  });

  it('never becomes milder, and is the same in whatever order its signals come', () => {
    const techniques = constantFrom(
      'T1078.004',
      'T1526',
      'T1098.003',
      'T1562.008',
      'T1537',
      'T1496',
      'T9999',
    );
    const one = record({
      at: integer({ min: 0, max: WINDOW }),
      technique: techniques,
      severity: constantFrom(...SEVERITIES),
    });
    assert(
      property(array(one, { minLength: 1, maxLength: 12 }), (changes) => {
        const add = (ordered: typeof changes) => {
          let incident = null as ReturnType<typeof addSignal>['incident'] | null;
          for (const each of ordered) {
            const next = addSignal(incident, signal(each)).incident;
            expect(isAtLeast(next.severity, incident?.severity ?? 'info')).toBe(true);
            incident = next;
          }
          return incident;
        };
        const [there, back] = [add(changes), add(changes.toReversed())];
        expect(there?.severity).toBe(back?.severity);
        expect(there?.signals).toEqual(back?.signals);
      }),
    );
  });
});
