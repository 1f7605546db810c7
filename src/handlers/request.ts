import type { Actor } from '../domain/actor.ts';

/** What every handler gets beside its input: who asks, and under which id the log and the audit know it. */
export interface Request {
  readonly actor: Actor;
  readonly correlationId: string;
  /** The modal that waits for the outcome, or null. */
  readonly viewId: string | null;
  /** What makes this request one: claimed with its record, so that a second copy acts once. */
  readonly claimId: string;
  /** The callback or action id, for the record. */
  readonly name: string;
}
