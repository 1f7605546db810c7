import type { Secret } from '../domain/secret.ts';
import type { SealedBox } from '../domain/records.ts';

export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Ids {
  /** A new id: sortable by time, 128 bits or more of which at least 80 are random, [0-9a-z]. */
  next(): string;
  /** An unguessable external ID for a role's trust policy: at least 128 random bits. */
  externalId(): string;
}

/** Seals secrets for the database. `identity` names the row; a box does not open under another identity. */
export interface Sealer {
  /** The id of the newest master key: new boxes are wrapped by it. */
  readonly masterKeyId: string;
  seal(secret: Secret, identity: string): SealedBox;
  /** Throws RekeyError `internal` when the key is unknown, or the box or its identity was changed. */
  open(box: SealedBox, identity: string): Secret;
  /** The same secret, its data key wrapped by the newest master key. */
  rewrap(box: SealedBox, identity: string): SealedBox;
}

/** Structured log. Values pass through a redactor; a Secret prints as `[secret]`. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
  /** A log that adds these fields to every line. */
  with(fields: Record<string, unknown>): Log;
  /** Runs `work`; every line written by any log while it runs, however deep, carries these fields too. */
  within<T>(fields: Record<string, unknown>, work: () => T): T;
  /** The `correlationId` of the work under way, so that what comes of it can be found with it; null: there is none. */
  correlationId(): string | null;
}
