import type { KnownPlace, Normal } from '../domain/incident.ts';
import type { Signal } from '../domain/signal.ts';
import type { KeptProfile, SeenBucket } from './watch.ts';

/** What is noted of a key, for the rules. */
export interface NotedKey {
  readonly accessKeyId: string;
  readonly kind: 'ordinary' | 'decoy' | 'break_glass';
  readonly replacedAt: number | null;
}

/** How Rekey itself signs in the account: what it reads there is no news. */
export interface OwnIdentity {
  readonly accessKeyIds: readonly string[];
  readonly roleArns: readonly string[];
}

/** An event as it came; `at`: when it happened, as AWS told, inside the part of time that was asked for; ms. */
export interface RawEvent {
  readonly at: number;
  readonly text: string;
}

/** Events of one account and region that are judged together. All of it can be sent to another thread. */
export interface Batch {
  readonly accountId: string;
  /** What was written last of profiles and memory; an older copy of them is read again. */
  readonly basis: string;
  /** What they are called after this batch is written. */
  readonly nextBasis: string;
  /** They are normal: nothing is raised, and nothing is marked as seen. */
  readonly learn: boolean;
  readonly events: readonly RawEvent[];
  /** Marks of the part of time the events are of. */
  readonly seen: readonly SeenBucket[];
  /** New events up to here come late; ms. */
  readonly completeTo: number;
  readonly noted: readonly NotedKey[];
  readonly own: OwnIdentity;
  /** Sessions of earlier signals that no key is known for yet. */
  readonly keyless: readonly string[];
}

/** What came of a batch, all of it to be written together. */
export interface Judged {
  readonly signals: readonly Signal[];
  readonly seen: readonly SeenBucket[];
  readonly profiles: readonly KeptProfile[];
  readonly memory: readonly { readonly kind: string; readonly id: string; readonly value: string }[];
  /** Events that were new, those that could not be read, and the earliest late one's time. */
  readonly fresh: number;
  readonly unreadable: number;
  readonly lateFrom: number | null;
  /** Whether somebody other than Rekey and AWS's services was at work. */
  readonly active: boolean;
  /** Of the subjects of the signals. */
  readonly about: Readonly<Record<string, { readonly userName: string | null; readonly normal: Normal }>>;
  /** Of the addresses of the signals. */
  readonly places: Readonly<Record<string, KnownPlace>>;
  /** Keys now known behind the sessions that were asked about. */
  readonly roots: Readonly<Record<string, string>>;
}

/** Where a judge reads what was kept. */
export interface Knowledge {
  memory(): Promise<readonly { readonly kind: string; readonly id: string; readonly value: string }[]>;
  profiles(subjects: readonly string[]): Promise<readonly KeptProfile[]>;
}

/** Judges events beside the event loop; one batch of an account at a time. */
export interface Judges {
  /** Throws only when the judging itself breaks down; no event does that. */
  judge(batch: Batch, knowledge: Knowledge): Promise<Judged>;
  close(): Promise<void>;
}
