import type { Containment, ContainmentState } from '../domain/containment.ts';
import type { Write } from './stores.ts';

/** What a containment may be looked for by; null: not by that. */
export interface ContainmentSubject {
  readonly accessKeyId: string | null;
  readonly userId: string | null;
  readonly userName: string | null;
}

export interface ContainmentStore {
  byId(id: string): Promise<Containment | null>;
  /** The states of any number of them; those that are gone are not there. */
  states(ids: readonly string[]): Promise<ReadonlyMap<string, ContainmentState>>;
  /** Those that are not over: what is under way or held first, then the newest. */
  open(limit: number): Promise<Containment[]>;
  /** Open ones of an account, oldest first. */
  openOfAccount(accountId: string): Promise<Containment[]>;
  /**
   * Open ones of an account that one of these may belong to, oldest first: a key that is named anywhere in them, a user
   * by its id or name. Perhaps others, too, but never without those.
   */
  openAbout(accountId: string, about: ContainmentSubject): Promise<Containment[]>;
  /** Those of an account that ended after a recovery, and were written last at `since` or later; oldest first. */
  endedOfAccount(accountId: string, since: number): Promise<Containment[]>;
  /** Those of an account that were begun since, also ones that are over; oldest first. */
  ofAccount(accountId: string, since: number): Promise<Containment[]>;
  /** Those that stand, nobody looking any more; after this id, by id. */
  standing(after: string | null, limit: number): Promise<Containment[]>;
  /** Open ones that were written after `since`, oldest first. */
  openSince(since: number): Promise<Containment[]>;
  /**
   * Open ones whose `nextAt` has come, whoever has their lease, oldest first: nothing else is read. Those that were
   * written well after `now` are due, too: the clock was set back.
   */
  due(now: number, limit: number): Promise<Containment[]>;
  /** When the next one is due; null when none ever is. */
  nextAt(): Promise<number | null>;
  /** How many open ones there are in each state; a state without any is not there. */
  countByState(): Promise<ReadonlyMap<ContainmentState, number>>;
  /** When the one that is longest due was to be looked at, whoever has its lease; null when none is due. */
  longestDue(now: number): Promise<number | null>;
  /** Those whose use is to be read in CloudTrail, oldest first. */
  proofDue(now: number, limit: number): Promise<Containment[]>;
  /** A second open one of a user, or of a key whose user is being found, makes the batch a `conflict`. */
  insert(containment: Containment): Write;
  /** Stores it if the stored version is `containment.version - 1`; else a `conflict`, as for `insert`. */
  update(containment: Containment): Write;
  /** Removes those that were over before; any number of rows. */
  removeEnded(before: number): Write;
}
