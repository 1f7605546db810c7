import type { AuditEntry } from '../domain/records.ts';

/**
 * An entry as it is kept, untouched: `doer` and `detail` are the JSON texts themselves. The chain is made over these
 * texts, so that no byte of a row can change unseen; what somebody put there by hand may be of any kind.
 */
export interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly doer: string;
  readonly verb: string;
  readonly phase: string;
  readonly outcome: string | null;
  readonly entityKind: string;
  readonly entityId: string;
  readonly why: string;
  readonly detail: string;
  readonly correlationId: string;
  /** Its place in the chain, from 1; null until it is chained. */
  readonly seq: number | null;
  /** Hex; null until it is chained. */
  readonly hmac: string | null;
  /** The id of the master key that signed it; null until it is chained. */
  readonly keyId: string | null;
}

/** A row that is not chained yet, and what its link is to be. */
export interface AuditLink {
  readonly id: string;
  readonly seq: number;
  readonly hmac: string;
  readonly keyId: string;
}

/** Where the chain ends. */
export interface AuditHead {
  readonly seq: number;
  /** Of the row at `seq`. */
  readonly hmac: string;
  /** Counts up with every batch. */
  readonly version: number;
  readonly at: number;
  readonly keyId: string;
  /** Signs all of the above. */
  readonly mac: string;
}

/** What retention leaves behind: the last row it removed. */
export interface AuditCheckpoint {
  readonly seq: number;
  readonly hmac: string;
  /** How many rows went with it. */
  readonly removed: number;
  readonly at: number;
  /** JSON of who removed them. */
  readonly doer: string;
  readonly keyId: string;
  /** Signs all of the above. */
  readonly mac: string;
}

/** An entry with its link, null while it has none. */
export interface LinkedEntry extends AuditEntry {
  readonly seq: number | null;
  readonly hmac: string | null;
  readonly keyId: string | null;
}

/** What to look for in the log; null means any. */
export interface AuditFilter {
  readonly userId: string | null;
  /** `noun` of `noun.verb`. */
  readonly family: string | null;
  readonly connectionId: string | null;
  /** ms since the epoch. */
  readonly since: number | null;
}

/** The place of an entry in the order the log is read in: (at, id). */
export interface AuditPlace {
  readonly at: number;
  readonly id: string;
}

/** Makes the HMACs of the audit log with keys derived from the master keys; the keys stay inside. */
export interface AuditSigner {
  /** The id of the newest master key, which signs. */
  readonly keyId: string;
  /** HMAC-SHA-256 by the newest key, hex. */
  sign(bytes: Uint8Array): string;
  /** HMAC-SHA-256 by another key, hex; null when that key is not configured. */
  signBy(keyId: string, bytes: Uint8Array): string | null;
}
