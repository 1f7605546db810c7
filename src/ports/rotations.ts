import type { Binding, KeptDestination } from '../domain/destination.ts';
import type { JournalEntry, Rotation, RotationState, RotationUse } from '../domain/rotation.ts';
import type { Write } from './stores.ts';

export interface RotationStore {
  byId(id: string): Promise<Rotation | null>;
  /** The open one (not done, not undone) that has this key as its old or new one. */
  openOfKey(accessKeyId: string): Promise<Rotation | null>;
  /** Open ones of a user. */
  openOfUser(accountId: string, userId: string): Promise<Rotation[]>;
  openOfConnection(connectionId: string): Promise<Rotation[]>;
  /** Open ones that replace a connection's own key. */
  openOwn(): Promise<Rotation[]>;
  openOfAccount(accountId: string): Promise<Rotation[]>;
  /** Newest first. */
  page(
    filter: {
      readonly state: RotationState | null;
      readonly accountId: string | null;
      readonly open: boolean | null;
    },
    after: string | null,
    limit: number,
  ): Promise<Rotation[]>;
  /** Open ones whose `nextAt` has come and whose lease is over, oldest first: nothing else is read. */
  due(now: number, limit: number): Promise<Rotation[]>;
  /** Open ones in these states whose `nextAt` is after `soon`, and any whose `nextAt` is after `late`; a few of them. */
  dueAfter(states: readonly RotationState[], soon: number, late: number, limit: number): Promise<Rotation[]>;
  countOpen(): Promise<number>;
  /** How many open ones there are in each state; a state without any is not there. */
  countByState(): Promise<ReadonlyMap<RotationState, number>>;
  /** When the one that is longest due was to be looked at, whoever has its lease; null when none is due. */
  longestDue(now: number): Promise<number | null>;
  /** A second open rotation of one user makes the batch a `conflict`. */
  insert(rotation: Rotation): Write;
  /** Removes those that have ended and were begun before `at`, with their journals; any number of rows. */
  removeEnded(at: number): Write;
  /** Stores it if the stored version is `rotation.version - 1`; else a `conflict`. */
  update(rotation: Rotation): Write;
}

export interface JournalStore {
  /** The newest `limit`, oldest first. */
  ofRotation(rotationId: string, limit: number): Promise<JournalEntry[]>;
  add(entry: JournalEntry): Write;
}

export interface DestinationStore {
  list(): Promise<KeptDestination[]>;
  byId(id: string): Promise<KeptDestination | null>;
  byName(name: string): Promise<KeptDestination | null>;
  insert(destination: KeptDestination): Write;
  update(destination: KeptDestination): Write;
  /** Changes nothing; a `conflict` unless it still is at this version. */
  still(id: string, version: number): Write;
  remove(id: string, version: number): Write;
}

export interface BindingStore {
  /** Oldest first. */
  list(): Promise<Binding[]>;
  byId(id: string): Promise<Binding | null>;
  ofUser(accountId: string, userId: string): Promise<Binding[]>;
  ofDestination(destinationId: string): Promise<Binding[]>;
  insert(binding: Binding): Write;
  /** Sets what was found and decided, if approval, version and notice still are `from`'s; else a `conflict`. */
  update(from: Binding, to: Binding): Write;
  remove(id: string): Write;
}

/** Who uses the keys of rotations, for their cards. */
export interface RotationUseStore {
  byId(rotationId: string): Promise<RotationUse | null>;
  /** Those whose `nextAt` has come, oldest first. */
  due(now: number, limit: number): Promise<RotationUse[]>;
  /** Inserts or replaces. */
  put(use: RotationUse): Write;
  /** Sets when it is read next, if that still is what was read; else a `conflict`: somebody else reads it. */
  take(from: RotationUse, nextAt: number): Write;
  /** Any number of rows. */
  remove(rotationId: string): Write;
}

/** Everything about rotations, as one part of the stores. */
export interface RotationStores {
  readonly rotations: RotationStore;
  readonly journal: JournalStore;
  readonly destinations: DestinationStore;
  readonly bindings: BindingStore;
  readonly uses: RotationUseStore;
}
