import type { DiagnosisContext } from '../domain/diagnosis.ts';
import type { Secret } from '../domain/secret.ts';
import type { Aws, HostIdentity } from '../ports/aws.ts';
import type { Clock, Log } from '../ports/world.ts';

/** What a check works with. */
export interface CheckDeps {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly log: Log;
}

export interface RoleCheckDeps extends CheckDeps {
  readonly host: HostIdentity;
}

/** Who the credentials must turn out to be, when they stand in for a connection's. */
export interface PinnedIdentity {
  readonly accountId: string;
  /** IAM unique id, AIDA… or AROA…. */
  readonly uniqueId: string;
  /** The ARN until now, for the words. */
  readonly arn?: string;
  /** Another user or role of the same account will do (a replacement). */
  readonly sameAccountIsEnough: boolean;
}

interface Candidate {
  /** The account the person typed, or null. */
  readonly expectedAccountId: string | null;
  /** Null: the partition is found out, and its own region used. */
  readonly region: string | null;
  readonly pinned: PinnedIdentity | null;
  /** Older keys are warned about; 90 when omitted (CIS, Security Hub IAM.3). */
  readonly maxAgeDays?: number;
  /** The whole check ends by then, as unknown; 45 s when omitted. */
  readonly deadlineMs?: number;
}

export interface AccessKeyCandidate extends Candidate {
  readonly accessKeyId: string;
  readonly secret: Secret;
}

export interface RoleCandidate extends Candidate {
  readonly roleArn: string;
  readonly externalId: string;
}

export const DEFAULT_MAX_AGE_DAYS = 90;
export const DEFAULT_DEADLINE_MS = 45_000;

/**
 * What to say of credentials of another account than was expected, else null: the account that was expected, and
 * whether a person typed it or the connection is bound to it.
 */
export function foreignTo(
  { expectedAccountId, pinned }: Pick<AccessKeyCandidate, 'expectedAccountId' | 'pinned'>,
  accountId: string,
): Pick<DiagnosisContext, 'expectedAccountId' | 'ofConnection'> | null {
  if (pinned !== null && pinned.accountId !== accountId) {
    return { expectedAccountId: pinned.accountId, ofConnection: true };
  }
  return expectedAccountId === null || expectedAccountId === accountId ? null : { expectedAccountId };
}
