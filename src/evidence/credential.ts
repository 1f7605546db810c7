/**
 * How a credential came into the evidence:
 * - `subject`: what the incident is about
 * - `known`: a session the watcher had put down to it before
 * - `session`: made by STS for one of these
 * - `made_key`: an access key one of these made
 * - `made_user`: a user one of these made, or gave a password to
 * - `same_user`: a session of the same user; which credential made it does not show
 * - `console`: a console session of the same role session or federated user
 */
export type CredentialKind =
  | 'subject'
  | 'known'
  | 'session'
  | 'made_key'
  | 'made_user'
  | 'same_user'
  | 'console';

/** Somebody who acts in the evidence. Times are ms. */
export interface Credential {
  /** The key's id (AKIA…, ASIA…), or `user NAME` where calls carry no key. */
  readonly id: string;
  readonly kind: CredentialKind;
  /** The credential that made it; null for those nothing here made. */
  readonly madeBy: string | null;
  /** The call that made it, such as `sts:AssumeRole`. */
  readonly how: string | null;
  /** The user, role or session it acts as, as far as that shows. */
  readonly who: string | null;
  readonly madeAt: number | null;
  /** When a session ends by itself; null: it does not, or that does not show. */
  readonly endsAt: number | null;
}

/** What is asked of CloudTrail about a credential, in every region. */
export interface EvidenceQuestion {
  readonly by: 'AccessKeyId' | 'Username';
  readonly value: string;
}
