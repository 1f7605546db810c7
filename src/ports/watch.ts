import type { Expectation } from '../domain/expectation.ts';
import type { KeptIncident } from '../domain/incident.ts';
import type { Severity } from '../domain/notice.ts';
import type { Signal } from '../domain/signal.ts';
import type { AccountWatch } from '../domain/watch.ts';
import type { Write } from './stores.ts';
import type { TrailFileStore, TrailQueueStore } from './trail-queue.ts';

export interface WatchStore {
  /** By account id. */
  list(): Promise<AccountWatch[]>;
  byId(accountId: string): Promise<AccountWatch | null>;
  /** A row already there makes the batch a `conflict`. */
  insert(watch: AccountWatch): Write;
  /** Stores it if the stored version is `watch.version - 1`; else a `conflict`. */
  update(watch: AccountWatch): Write;
  /** Forgets how an account was watched, its profiles and what was remembered; incidents stay. Any number of rows. */
  forget(accountId: string): readonly Write[];
}

/** Marks of the events of one region that were taken in, by the ten minutes they happened in. */
export interface SeenBucket {
  /** Its beginning; ms. */
  readonly bucket: number;
  readonly marks: readonly string[];
}

export interface SeenStore {
  /** Those of a region from one beginning to another, both included, in the order of time. */
  read(accountId: string, region: string, from: number, to: number): Promise<SeenBucket[]>;
  /** Inserts or replaces. */
  put(accountId: string, region: string, buckets: readonly SeenBucket[]): Write;
  /** Buckets that began before. Any number of rows. */
  removeBefore(at: number): Write;
}

/** A profile as JSON text, opaque here. */
export interface KeptProfile {
  readonly subject: string;
  readonly profile: string;
  readonly lastSeen: number;
}

export interface ProfileStore {
  /** Of any number of subjects; those without one are left out. */
  ofSubjects(accountId: string, subjects: readonly string[]): Promise<KeptProfile[]>;
  /** Inserts or replaces any number of rows. */
  put(accountId: string, profiles: readonly KeptProfile[]): Write;
  /** Those last seen before. Any number of rows. */
  removeBefore(lastSeen: number): Write;
}

/** What the detector remembers beside profiles; `at`: when it was written. */
export interface KeptMemory {
  readonly kind: string;
  readonly id: string;
  readonly value: string;
  readonly at: number;
}

export interface MemoryStore {
  /** The newest of an account, the oldest of them first. */
  ofAccount(accountId: string, limit: number): Promise<KeptMemory[]>;
  /** Inserts or replaces any number of rows. */
  put(accountId: string, entries: readonly KeptMemory[]): Write;
  /** Entries of a kind written before. Any number of rows. */
  removeBefore(kind: string, at: number): Write;
}

/** Which incidents; null means any. */
export interface IncidentFilter {
  readonly open: boolean | null;
  readonly least: Severity | null;
  readonly accountId: string | null;
  /** A part of the key id, principal or user name, ignoring ASCII case. */
  readonly text: string | null;
}

export const ANY_INCIDENT: IncidentFilter = { open: null, least: null, accountId: null, text: null };

/** The place of an incident in the list. */
export interface IncidentPlace {
  readonly lastAt: number;
  readonly id: string;
}

export interface IncidentStore {
  byId(id: string): Promise<KeptIncident | null>;
  /** Which of any number of them are not closed; those that are gone are not among them. */
  openAmong(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Of any number of subjects of an account: those not closed whose last signal is not older than `since`. */
  current(accountId: string, subjects: readonly string[], since: number): Promise<KeptIncident[]>;
  /** Latest first (then by id); those before a place are the ones next to it, in the same order. */
  page(
    filter: IncidentFilter,
    from: { readonly after: IncidentPlace } | { readonly before: IncidentPlace } | null,
    limit: number,
  ): Promise<KeptIncident[]>;
  count(filter: IncidentFilter): Promise<number>;
  insert(incident: KeptIncident): Write;
  /** Stores it if the stored version is `incident.version - 1`; else a `conflict`. */
  update(incident: KeptIncident): Write;
}

/** A signal with where it went. */
export interface KeptSignal {
  readonly signal: Signal;
  readonly accountId: string;
  /** Null when an expectation kept it quiet. */
  readonly incidentId: string | null;
  readonly expectedBy: string | null;
  readonly createdAt: number;
}

export interface SignalStore {
  /** Which of these ids are there already. */
  known(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** The newest of an incident, oldest first. */
  ofIncident(incidentId: string, limit: number): Promise<KeptSignal[]>;
  /** Written since, in an incident, whose session no key is known for; oldest first. */
  unattributed(accountId: string, since: number, limit: number): Promise<KeptSignal[]>;
  /** How many each expectation kept quiet. */
  countExpected(): Promise<ReadonlyMap<string, number>>;
  /** An id that is there already makes the batch a `conflict`. */
  add(signals: readonly KeptSignal[]): Write;
  /** Puts one down to another key and incident. */
  move(signal: KeptSignal): Write;
  /** Any number of rows. */
  removeBefore(createdAt: number): Write;
}

export interface ExpectationStore {
  byId(id: string): Promise<Expectation | null>;
  /** Those in force, newest first. */
  inForce(now: number): Promise<Expectation[]>;
  add(expectation: Expectation): Write;
  /** Ends one; `conflict` when it was ended before. */
  end(id: string, at: number, by: string): Write;
}

/** Everything about watching, as one part of the stores. */
export interface WatchStores {
  readonly accounts: WatchStore;
  readonly seen: SeenStore;
  readonly profiles: ProfileStore;
  readonly memory: MemoryStore;
  readonly incidents: IncidentStore;
  readonly signals: SignalStore;
  readonly expectations: ExpectationStore;
  readonly queues: TrailQueueStore;
  readonly files: TrailFileStore;
}
