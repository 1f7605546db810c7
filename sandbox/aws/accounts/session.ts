import type { Principal } from '../auth/principal.ts';
import type { PolicyInForce } from '../policy/evaluate.ts';

/** Temporary credentials of STS. They outlive the key they were made with. */
export interface Session {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly origin: 'GetSessionToken' | 'GetFederationToken' | 'AssumeRole';
  readonly principal: Principal;
  /** Policies given with the call; what they do not allow is not allowed. Null: none were given. */
  readonly policies: readonly PolicyInForce[] | null;
  readonly mfa: boolean;
  /** The key id that asked for the session. */
  readonly parentAccessKeyId: string;
}
