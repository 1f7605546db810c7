import type { Containment } from './containment.ts';
import type { Severity } from './notice.ts';
import type { Ownership } from './owner.ts';
import type { Partition } from './partition.ts';
import type { Signal } from './signal.ts';

/** What somebody with a stolen key does, stage by stage. */
export type Stage = 'stranger' | 'looking around' | 'settling in' | 'hiding' | 'taking' | 'harming';

/** Signals of one key that belong together. Times are ms. */
export interface Incident {
  /** That of its first signal: it stays when more come. */
  readonly id: string;
  /** The key; without one, the principal. */
  readonly subject: string;
  readonly openedAt: number;
  readonly lastAt: number;
  /** Of all of it together: more than its worst signal when several kinds of things come together. */
  readonly severity: Severity;
  readonly stages: readonly Stage[];
  /** In the order of time; of very many, the first and the worst. */
  readonly signals: readonly Signal[];
  /** Signals that were let go, because there are so many. */
  readonly more: number;
}

/** What somebody found an incident to be; `merged`: Rekey itself put it into that of the key behind a session. */
export type Verdict = 'attack' | 'false_alarm' | 'test' | 'ours' | 'merged';

/** What is normal for a key: values it was seen with before the day of the incident, the most frequent first. */
export interface Normal {
  /** Since when it is known; ms, null when it never was before. */
  readonly since: number | null;
  readonly settled: boolean;
  readonly networks: readonly string[];
  readonly operators: readonly string[];
  readonly agents: readonly string[];
  readonly regions: readonly string[];
  readonly services: readonly string[];
}

/** Who runs a network, and where, as far as the offline database knows. */
export interface KnownPlace {
  readonly operator: string | null;
  readonly country: string | null;
}

/** How an incident ended. */
export interface Closing {
  readonly verdict: Verdict;
  readonly by: string;
  readonly at: number;
  readonly note: string;
}

/** An incident as it is kept: the signals are in rows of their own. */
export interface KeptIncident extends Omit<Incident, 'signals'> {
  readonly accountId: string;
  /** How many signals there are, those let go included. */
  readonly count: number;
  /** Rules of its signals, the worst first. */
  readonly rules: readonly string[];
  readonly userName: string | null;
  readonly normal: Normal;
  /** By address, of its signals. */
  readonly places: Readonly<Record<string, KnownPlace>>;
  /** Its message in Slack, once there is one. */
  readonly noticeId: string | null;
  /** The worst severity that was told. */
  readonly toldAs: Severity | null;
  readonly closed: Closing | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Counts up with each change; the compare-and-swap of every write. */
  readonly version: number;
}

/** Incidents from this severity on are told in the alert channel; milder ones are only listed. */
export const TOLD_FROM: Severity = 'medium';

/** An incident with what people need to judge it. */
export interface IncidentLook {
  readonly incident: KeptIncident;
  /** In the order of time; of very many, the latest. */
  readonly signals: readonly Signal[];
  /** Null where no key is known, or it was not worked out. */
  readonly ownership: Ownership | null;
  /** What its connection is called. */
  readonly accountName: string;
  readonly partition: Partition;
  /** By rule. */
  readonly advice: Readonly<Record<string, string>>;
  /** Of its key, for whatever reason; null when there is none. */
  readonly containment: Containment | null;
  readonly now: number;
}
