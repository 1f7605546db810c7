import type { Severity } from '../domain/notice.ts';

/** One detector's verdict on one event. All of it is JSON; texts are bounded, but written by callers: escape them. */
export interface Signal {
  /** Rule and event: the same verdict cannot come twice. */
  readonly id: string;
  readonly rule: string;
  readonly title: string;
  readonly severity: Severity;
  readonly technique: string;
  /** The long-term key at the root of the lineage, or null. */
  readonly accessKeyId: string | null;
  /** The temporary key that acted, or null. */
  readonly sessionKeyId: string | null;
  readonly principalArn: string | null;
  readonly eventID: string | null;
  readonly eventTime: string | null;
  /** ms; null when the record has no time that can be read. */
  readonly at: number | null;
  readonly eventName: string;
  readonly service: string;
  readonly region: string | null;
  readonly address: string | null;
  readonly facts: Readonly<Record<string, string>>;
}

/** The signal, put down to the key its session comes from, now that this is known; null when there is nothing to change. */
export function attributed(signal: Signal, rootOf: (sessionKeyId: string) => string | null): Signal | null {
  if (signal.accessKeyId !== null || signal.sessionKeyId === null) return null;
  const accessKeyId = rootOf(signal.sessionKeyId);
  return accessKeyId === null ? null : { ...signal, accessKeyId };
}

const LONGEST = 200;
// Control characters, and marks that are not seen or turn the reading order.
const UNREADABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Facts as short texts; what is null is left out. */
export function shortFacts(facts: Readonly<Record<string, string | number | null>>): Record<string, string> {
  const short: Record<string, string> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (value === null) continue;
    const text = String(value).replace(UNREADABLE, ' ');
    short[name] = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
  }
  return short;
}
