import type { KnownPlace, Normal } from '../domain/incident.ts';
import type { OwnAct } from '../domain/own-act.ts';
import type { Signal } from '../domain/signal.ts';
import type { KeptProfile, SeenBucket } from './watch.ts';

/** What is noted of a key, for the rules. */
export interface NotedKey {
  readonly accessKeyId: string;
  readonly kind: 'ordinary' | 'decoy' | 'break_glass';
  readonly replacedAt: number | null;
}

/** How Rekey itself signs in the account, and the keys it made there. */
export interface OwnIdentity {
  readonly accessKeyIds: readonly string[];
  /** Keys that sign, or signed, while another takes their place: up to `until` (ms), where that is over. */
  readonly changing: readonly { readonly accessKeyId: string; readonly until: number | null }[];
  readonly roleArns: readonly string[];
  readonly rotations: readonly OwnRotation[];
}

/** What the journal of a rotation says of the keys that Rekey made. Times are ms. */
export interface OwnRotation {
  readonly userName: string;
  /** Keys it made. */
  readonly made: readonly string[];
  /** Its tries to make one: AWS may have acted on each between these times. */
  readonly tries: readonly { readonly nonce: string; readonly from: number; readonly to: number }[];
  /** Up to here Rekey tries what it made; null: it may do so yet. */
  readonly triedTo: number | null;
}

/** An event as it came; `at`: when it happened, as AWS told, inside the part of time that was asked for; ms. */
export type RawEvent = { readonly at: number } &
  /** `outer`: what stands in for a record that cannot be read. */
  (
    | { readonly text: string; readonly outer?: string }
    /** Parsed already: a record, or what stands in its place. */
    | { readonly value: unknown }
  );

/** What a file of a trail is taken to be of, where its records do not say. */
export interface FileSubject {
  /** Whose records are wanted; empty: nobody's, they are only counted. */
  readonly accountId: string;
  readonly region: string;
  /** When it was announced: nothing in it happened later; ms. */
  readonly at: number;
}

/** How many records of a region a part has, and from when to when; ms. */
export interface PartGroup {
  readonly region: string;
  readonly records: number;
  readonly from: number;
  readonly to: number;
}

/** A part of a file, held beside the event loop until the next is asked for. */
export interface FilePart {
  readonly groups: readonly PartGroup[];
  /** Records of other accounts, by account. */
  readonly others: Readonly<Record<string, number>>;
  /** Texts that are no records. */
  readonly broken: number;
  readonly isLast: boolean;
}

/** A file that is being taken apart. */
export interface OpenFile {
  /** Names it in batches. */
  readonly id: number;
  /**
   * The next part; null after the last.
   * @throws UnreadableFile; another error when the thread breaks down
   */
  next(): Promise<FilePart | null>;
  close(): void;
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
  /** The events, or those of one region in the present part of an open file. */
  readonly events: readonly RawEvent[] | { readonly file: number; readonly region: string };
  /** Marks of the part of time the events are of, by the same source, and by the other one. */
  readonly seen: readonly SeenBucket[];
  readonly seenElsewhere?: readonly SeenBucket[];
  /** What happened before is left out: it was learned; ms. */
  readonly notBefore?: number;
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
  /** When the first of the new events happened that change what a trail writes; null: none did. */
  readonly trailFrom: number | null;
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
  /** What the audit log says of these acts of Rekey's in the account; those it does not have are not there. */
  acts(ids: readonly string[]): Promise<readonly OwnAct[]>;
}

/** The thread failed at what it was about, or went down with it: out of memory, or a defect. */
export class ThreadEnded extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'ThreadEnded';
  }
}

/** Judges events beside the event loop; one batch of an account at a time. */
export interface Judges {
  /** Throws only when the judging itself breaks down; no event does that. */
  judge(batch: Batch, knowledge: Knowledge): Promise<Judged>;
  /** Begins to take a file apart; the bytes are given away. */
  open(bytes: Uint8Array, subject: FileSubject): OpenFile;
  close(): Promise<void>;
}
