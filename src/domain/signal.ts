import type { Severity } from './notice.ts';

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
  /** The network around the address. */
  readonly network: string | null;
  /** The family of the program, as it named itself; null when it did not. */
  readonly agent: string | null;
  readonly facts: Readonly<Record<string, string>>;
}
