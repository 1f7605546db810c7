import type { Severity } from '../domain/notice.ts';
import type { Signal } from '../domain/signal.ts';
import type { Evidence } from './evidence.ts';
import { withoutSecrets } from './redact.ts';

/** Names what a file of evidence is; a change that others must know of counts the version up (docs/evidence.md). */
export const EVIDENCE_SCHEMA = 'rekey.evidence';
export const EVIDENCE_VERSION = 1;

/** How one region was read. Times are ms. */
export interface RegionRead {
  readonly region: string;
  readonly pages: number;
  /** Records AWS gave, those that belong to others among them. */
  readonly records: number;
  /** Why it is not complete; empty when it is. */
  readonly gaps: readonly string[];
}

/** What was read, and how far that is all there is. */
export interface EvidenceCoverage {
  readonly from: number;
  readonly to: number;
  /** Everything up to here was seen; null where something could not be read, which `gaps` tells. */
  readonly completeTo: number | null;
  readonly gaps: readonly string[];
  readonly regions: readonly RegionRead[];
}

/** Something that was done about it: by whom, when, and how it came out. */
export interface EvidenceAction {
  readonly at: number;
  /** A Slack user id, `rekey`, or a user of the host. */
  readonly by: string;
  readonly what: string;
  readonly outcome: string | null;
  readonly why: string;
}

/** Moments, and what lay between; ms, null where it has not happened or is not known. */
export interface EvidenceTimes {
  /** When the first signal's event happened. */
  readonly firstSignalAt: number | null;
  /** When Rekey judged it. */
  readonly detectedAt: number | null;
  /** When its message stood in Slack. */
  readonly notifiedAt: number | null;
  /** When somebody asked for the containment, and when IAM confirmed it. */
  readonly containAskedAt: number | null;
  readonly containedAt: number | null;
  readonly toDetectMs: number | null;
  readonly toNotifyMs: number | null;
  readonly toContainMs: number | null;
  /** From the request to what IAM confirms. */
  readonly containmentTookMs: number | null;
}

/** What it is about. */
export interface EvidenceSubject {
  readonly kind: 'incident' | 'containment';
  readonly id: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly partition: string;
  /** Access keys, or the role or user where no key is known. */
  readonly subjects: readonly string[];
  readonly userName: string | null;
  readonly severity: Severity | null;
}

/** Everything there is in the evidence; what a file of it holds, beside the schema's name and version. */
export interface EvidenceDocument {
  readonly madeAt: number;
  readonly rekey: string;
  readonly subject: EvidenceSubject;
  readonly coverage: EvidenceCoverage;
  /** What CloudTrail's event history never shows. */
  readonly neverShown: readonly string[];
  readonly times: EvidenceTimes;
  readonly evidence: Evidence;
  readonly signals: readonly Signal[];
  readonly actions: readonly EvidenceAction[];
  /** As AWS gave them: what is written of them is without secrets. */
  readonly events: readonly unknown[];
}

/** What CloudTrail does not show, however long one waits. */
export const NEVER_SHOWN: readonly string[] = [
  'Calls on data: objects of S3 that were read, written or deleted, items of DynamoDB, functions that were called. They are not in the event history.',
  'Calls AWS did not authenticate: with a wrong secret, or with a key that is Inactive.',
  'What was done inside instances, containers and databases, and what a command left there. Credentials of an instance’s role that were taken from there act under a name that no event ties to this key.',
  'What roles did that were assumed in other accounts: it is in the event history there.',
  'Values CloudTrail hides, such as secrets, passwords and parameters of commands.',
  'Anything older than 90 days, and events of the last minutes: they appear up to 20 minutes late.',
];

function span(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.max(0, to - from);
}

/** The moments with the spans between them. */
export function timesOf(
  moments: Pick<
    EvidenceTimes,
    'firstSignalAt' | 'detectedAt' | 'notifiedAt' | 'containAskedAt' | 'containedAt'
  >,
): EvidenceTimes {
  const { firstSignalAt, detectedAt, notifiedAt, containAskedAt, containedAt } = moments;
  return {
    ...moments,
    toDetectMs: span(firstSignalAt, detectedAt),
    toNotifyMs: span(firstSignalAt, notifiedAt),
    toContainMs: span(firstSignalAt, containedAt),
    containmentTookMs: span(containAskedAt, containedAt),
  };
}

/**
 * The document as JSON text: what is packed, and what the hash is of. Piece by piece, since the events of a busy key are
 * more than a process should hold twice, and take longer than others should wait.
 */
export function* jsonPieces(document: EvidenceDocument): Generator<string> {
  const { events, evidence } = document;
  const blank = { ...document, evidence: { ...evidence, calls: [] }, events: [] };
  const whole = JSON.stringify({ schema: EVIDENCE_SCHEMA, version: EVIDENCE_VERSION, ...blank }, isoTimes, 1);
  // In texts quotes and ends of lines are escaped: these are the two lists.
  const calls = whole.indexOf('"calls": []', whole.indexOf('\n "evidence": {')) + '"calls": '.length;
  const last = whole.lastIndexOf('[]');
  yield whole.slice(0, calls);
  yield* listed(evidence.calls, '  ', (each) => JSON.stringify(each, isoTimes, 1));
  yield whole.slice(calls + 2, last);
  // What AWS gave stays as it is, numbers too.
  yield* listed(events, ' ', (each) => JSON.stringify(withoutSecrets(each), null, 1));
  yield `${whole.slice(last + 2)}\n`;
}

/** A list as `JSON.stringify` lays it out at this depth. */
function* listed<Item>(
  items: readonly Item[],
  indent: string,
  write: (item: Item) => string,
): Generator<string> {
  if (items.length === 0) return yield '[]';
  for (const [at, item] of items.entries()) {
    const text = write(item).replaceAll('\n', `\n${indent} `);
    yield `${at === 0 ? '[' : ','}\n${indent} ${text}`;
  }
  yield `\n${indent}]`;
}

/** Times are ISO 8601 in files: people read them, and other tools take them. */
function isoTimes(name: string, value: unknown): unknown {
  const isTime = /^(?:at|from|to|completeTo|.*At)$/.test(name);
  return isTime && typeof value === 'number' && Math.abs(value) <= 8.64e15
    ? new Date(value).toISOString()
    : value;
}
