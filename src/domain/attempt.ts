import type { Method } from './connection.ts';

/** Work a person is waiting for that calls AWS; a row of it lets a restart finish the job. */
export type AttemptKind = 'connect' | 'replace' | 'test' | 'disconnect';

/** What the person typed, less every secret. */
export interface ConnectDraft {
  readonly name: string;
  readonly description: string;
  /** The account the person expects, or null when not given. */
  readonly accountId: string | null;
  readonly region: string | null;
  readonly method: Method;
  readonly accessKeyId: string | null;
  readonly roleArn: string | null;
  readonly externalId: string | null;
  readonly alertChannel: string | null;
  readonly owners: readonly string[];
}

/**
 * One pending piece of work. It is deleted, with its sealed secret, in the batch that records its outcome, so a
 * row that exists is work not yet done. Times are ms.
 */
export interface Attempt {
  readonly id: string;
  readonly kind: AttemptKind;
  readonly teamId: string;
  readonly userId: string;
  /** The modal that waits for the outcome, or null (then the person is told in a direct message). */
  readonly viewId: string | null;
  /** Null for `connect`. */
  readonly connectionId: string | null;
  /** For `connect` and `replace`. */
  readonly draft: ConnectDraft | null;
  /** For `disconnect`: also deactivate the access key in AWS. */
  readonly deactivateKey: boolean;
  readonly correlationId: string;
  /** Who works on it, and until when that claim holds. */
  readonly leaseOwner: string;
  readonly leaseUntil: number;
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** A sealed pending row lives ten minutes at the most. */
export const ATTEMPT_LIFE_MS = 10 * 60_000;

/** An external ID promised to one person for one account, kept while they make the role. Holds no secret. */
export interface ExternalIdDraft {
  readonly id: string;
  readonly teamId: string;
  readonly userId: string;
  /** Empty while the person has not said which account. */
  readonly accountId: string;
  readonly externalId: string;
  readonly createdAt: number;
  readonly expiresAt: number;
}

export const EXTERNAL_ID_DRAFT_LIFE_MS = 7 * 24 * 3_600_000;
