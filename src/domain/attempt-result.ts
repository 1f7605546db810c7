import type { Connection } from './connection.ts';
import type { Diagnosis, VerificationReport } from './verification.ts';

/** How one attempt ended. Carries what the person is shown, and no secret. */
export type AttemptResult =
  | { readonly kind: 'connected'; readonly connection: Connection; readonly report: VerificationReport }
  | { readonly kind: 'replaced'; readonly connection: Connection; readonly report: VerificationReport }
  /** A check of an existing connection; its verdict is `connection.lastCheck`. */
  | { readonly kind: 'tested'; readonly connection: Connection; readonly changes: readonly string[] }
  | {
      readonly kind: 'disconnected';
      readonly connection: Connection;
      readonly key: KeyAfterDisconnect;
    }
  /** Nothing was kept. `unknown` when nobody can say whether the credentials are good. */
  | { readonly kind: 'not_verified'; readonly verdict: 'rejected' | 'unknown'; readonly diagnosis: Diagnosis }
  /** AWS may have done what it was asked or not, and nobody can say which; the connection was kept. */
  | {
      readonly kind: 'undecided';
      readonly connection: Connection;
      readonly why: string;
      readonly next: string;
    }
  /** Nothing was done, or nothing was kept: why, in words for people. */
  | { readonly kind: 'stopped'; readonly why: string; readonly next: string };

/** What became of the access key in AWS when its connection was removed. */
export type KeyAfterDisconnect =
  | { readonly state: 'untouched' }
  /** `confirmed`: AWS was seen refusing it; else AWS took the change, which needs some seconds to be seen. */
  | { readonly state: 'inactive'; readonly confirmed: boolean }
  /** AWS refuses the key, again and again: it is Inactive or deleted, which look alike from outside. */
  | { readonly state: 'refused' };
