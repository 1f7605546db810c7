import type { Incident, Stage } from '../domain/incident.ts';
import { SEVERITIES, isAtLeast, type Severity } from '../domain/notice.ts';
import type { Signal } from './signal.ts';
import { words } from './words.ts';

export type { Incident, Stage } from '../domain/incident.ts';

/** What a signal did to the incidents: opened one, made one worse, is one more, or was known already. */
export type Change = 'opened' | 'escalated' | 'grew' | 'known';

const STAGE_OF_TECHNIQUE: ReadonlyMap<string, Stage> = new Map([
  ...stages('looking around', 'T1526 T1580 T1087 T1087.004 T1619 T1069'),
  ...stages(
    'settling in',
    'T1098 T1098.001 T1098.003 T1136.003 T1484.002 T1550.001 T1556 T1556.006 T1648 T1651 T1578 T1525 T1059',
  ),
  ...stages('hiding', 'T1562 T1562.001 T1562.007 T1562.008 T1070 T1535'),
  ...stages('taking', 'T1537 T1530 T1552 T1552.005 T1555.006 T1040 T1190'),
  ...stages('harming', 'T1485 T1486 T1489 T1490 T1496 T1531'),
]);

/** A signal joins an incident of its key that had its last one within this time. */
export const WINDOW = 6 * 3_600_000;
const MOST_SIGNALS = 200;

/** Whose incident a signal belongs to: its key's, else that of the role, user or session. */
export function subjectOf({ accessKeyId, principalArn, sessionKeyId }: Signal): string {
  // The name of a role's session changes; the role does not.
  const principal = principalArn?.replace(/^(arn:[a-z-]+:sts::\d{12}:assumed-role\/[^/]+)\/.*$/, '$1');
  return accessKeyId ?? principal ?? sessionKeyId ?? 'unknown';
}

/** True when a signal belongs to an incident. */
export function belongs(signal: Signal, { subject, openedAt, lastAt }: Incident): boolean {
  if (subjectOf(signal) !== subject) return false;
  const at = signal.at ?? lastAt;
  return at <= lastAt + WINDOW && at >= openedAt - WINDOW;
}

/** Adds a signal to the incident it belongs to, or opens one (`incident` null). */
export function addSignal(
  incident: Incident | null,
  signal: Signal,
): { readonly incident: Incident; readonly change: Change } {
  if (incident === null) {
    const at = signal.at ?? 0;
    const opened = { id: signal.id, subject: subjectOf(signal), openedAt: at, lastAt: at, more: 0 };
    return { incident: judged(opened, [signal]), change: 'opened' };
  }
  if (incident.signals.some(({ id }) => id === signal.id)) return { incident, change: 'known' };
  const at = signal.at ?? incident.lastAt;
  const grown = {
    ...incident,
    openedAt: Math.min(incident.openedAt, at),
    lastAt: Math.max(incident.lastAt, at),
  };
  const next = judged(grown, [...incident.signals, signal]);
  // What was let go still counts.
  const severity = worse(incident.severity, next.severity);
  const isWorse = severity !== incident.severity;
  return { incident: { ...next, severity }, change: isWorse ? 'escalated' : 'grew' };
}

/** Puts signals, in the order of time, into incidents. */
export function incidentsOf(signals: readonly Signal[]): readonly Incident[] {
  const open = new Map<string, Incident>();
  const closed: Incident[] = [];
  for (const signal of signals) {
    const subject = subjectOf(signal);
    const current = open.get(subject) ?? null;
    const fits = current !== null && belongs(signal, current);
    if (current !== null && !fits) closed.push(current);
    open.set(subject, addSignal(fits ? current : null, signal).incident);
  }
  return [...closed, ...open.values()].sort((a, b) => a.openedAt - b.openedAt || (a.id < b.id ? -1 : 1));
}

/** The stage a signal shows, or null. */
export function stageOf({ technique }: Signal): Stage | null {
  if (technique.startsWith('T1078')) return 'stranger';
  return STAGE_OF_TECHNIQUE.get(technique) ?? null;
}

function judged(
  base: Omit<Incident, 'severity' | 'stages' | 'signals'>,
  signals: readonly Signal[],
): Incident {
  const sorted = [...signals].sort((a, b) => (a.at ?? 0) - (b.at ?? 0) || (a.id < b.id ? -1 : 1));
  const serious = sorted.filter(({ severity }) => isAtLeast(severity, 'low'));
  const seen = [...new Set(serious.flatMap((signal) => stageOf(signal) ?? []))];
  const worst = sorted.reduce<Severity>((most, { severity }) => worse(most, severity), 'info');
  const kept = sorted.length <= MOST_SIGNALS ? sorted : withoutMildest(sorted);
  return {
    ...base,
    more: base.more + sorted.length - kept.length,
    stages: seen,
    severity: raised(worst, seen),
    signals: kept,
  };
}

/**
 * Two stages make a medium incident high; three, or a high one of somebody who came from nowhere, critical: a network
 * never seen before and a right given to oneself are more than two signals.
 */
function raised(worst: Severity, seen: readonly Stage[]): Severity {
  if (!isAtLeast(worst, 'medium')) return worst;
  const isStranger = seen.includes('stranger');
  if (seen.length >= 3) return isAtLeast(worst, 'high') || isStranger ? 'critical' : 'high';
  if (seen.length === 2 && isStranger && isAtLeast(worst, 'high')) return 'critical';
  return seen.length === 2 ? worse(worst, 'high') : worst;
}

function withoutMildest(sorted: readonly Signal[]): readonly Signal[] {
  let mildest = sorted.length - 1;
  for (let place = sorted.length - 1; place > 0; place -= 1) {
    const [here, least] = [sorted[place]?.severity ?? 'info', sorted[mildest]?.severity ?? 'info'];
    if (SEVERITIES.indexOf(here) < SEVERITIES.indexOf(least)) mildest = place;
  }
  return sorted.filter((_, place) => place !== mildest);
}

function worse(a: Severity, b: Severity): Severity {
  return isAtLeast(a, b) ? a : b;
}

function stages(stage: Stage, techniques: string): [string, Stage][] {
  return words(techniques).map((technique) => [technique, stage]);
}
