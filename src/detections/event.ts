import type { Address } from './address.ts';
import type { Agent } from './agent.ts';
import type { Call } from './call.ts';
import type { Lineage } from './lineage.ts';
import type { Profile } from './profile.ts';

/** Who a record says made the call; `null` wherever it does not say, or says something that cannot be understood. */
export interface Caller {
  /** IAMUser, AssumedRole, Root, FederatedUser, AWSService, … */
  readonly type: string | null;
  readonly arn: string | null;
  readonly accountId: string | null;
  readonly userName: string | null;
  /** Name and ARN of the role a session belongs to. */
  readonly roleName: string | null;
  readonly issuerArn: string | null;
  /** The name a role session was given. */
  readonly sessionName: string | null;
  /** An id that begins with AKIA: it lasts until somebody ends it. */
  readonly longTermKeyId: string | null;
  /** The id of a temporary key. */
  readonly sessionKeyId: string | null;
  readonly withMfa: boolean | null;
  /** Who noted whose key it is, and where the profile of the key is: not part of a record, but found without a search. */
  notedBy: Lineage | null;
  profile: Profile | null;
}

/** One record of CloudTrail with only what Rekey uses, read once. */
export interface CloudTrailEvent {
  /** What tells this event from all others: its eventID and recipient, or a digest of a record without them. */
  readonly id: string;
  /** As recorded. */
  readonly eventID: string | null;
  readonly eventTime: string | null;
  /** ms since the epoch; null when the record has no time that can be read. */
  readonly at: number | null;
  readonly call: Call;
  readonly region: string | null;
  readonly caller: Caller;
  /** Null when the call came from inside AWS or from something that cannot be understood. */
  readonly address: Address | null;
  readonly agent: Agent;
  /** A service of AWS called on somebody's behalf, or for itself. */
  readonly byService: boolean;
  /** A person in the AWS console, not a program with a key. */
  readonly fromConsole: boolean;
  /** Nothing but its user agent says so, and that is what the caller wrote. */
  readonly saysConsole: boolean;
  readonly errorCode: string | null;
  /** What AWS said when it refused, at most 512 characters; else null. */
  readonly refusal: string | null;
  /** AWS refused it for want of permission. */
  readonly denied: boolean;
  /** It changed nothing: refused, malformed, or its target is not there. */
  readonly failed: boolean;
  /** The account it happened in. */
  readonly accountId: string | null;
  /**
   * `requestParameters`, `responseElements`, `additionalEventData`: kept only where a rule reads them, else null (the
   * last of calls that change something only). */
  readonly asked: unknown;
  readonly answered: unknown;
  readonly additional: unknown;
  /** The account that owns the bucket a change is about, where a rule reads it and it is neither the caller's nor ours; else null. */
  readonly owner: string | null;
}
