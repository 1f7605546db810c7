import type { DestinationPlace } from './destination.ts';
import type { AccessKeyMetadata } from './aws.ts';
import type { Trail } from './trail.ts';
import type { Write } from './stores.ts';
import type { Known } from '../domain/known.ts';
import type { LastUse } from '../domain/last-use.ts';
import type { JournalEntry, Rotation } from '../domain/rotation.ts';
import type { Secret } from '../domain/secret.ts';

declare const proof: unique symbol;

/** That this key was Inactive for long enough. Only `src/rotation/proof.ts` makes one; without it nothing is deleted. */
export interface DeleteProof {
  readonly [proof]: true;
  readonly userName: string;
  readonly accessKeyId: string;
}

/** The user and all its keys, read just now. */
export interface UserLook {
  readonly userId: string;
  readonly keys: readonly AccessKeyMetadata[];
  /** Names of AWS's compromised-key policies on it. */
  readonly quarantine: Known<readonly string[]>;
}

/**
 * The account of a rotation, by whoever signs there now. Errors are AwsFailures; each mutation is tried once. `act`: see
 * `OwnAct`.
 */
export interface RotatedAccount {
  /** The ARN CloudTrail shows for who signs. */
  readonly signerArn: string;
  /** The key that signs, AKIA… or a session's ASIA…. */
  readonly signerKeyId: string;
  look(userName: string, signal: AbortSignal): Promise<UserLook>;
  /** Never throws: a failure is `unknown`. */
  lastUse(accessKeyId: string, signal: AbortSignal): Promise<LastUse>;
  /** A single attempt; the nonce goes into the user agent. */
  createKey(
    input: { readonly userName: string; readonly nonce: string },
    signal: AbortSignal,
  ): Promise<{ readonly accessKeyId: string; readonly secret: Secret }>;
  setStatus(
    input: {
      readonly userName: string;
      readonly accessKeyId: string;
      readonly status: 'Active' | 'Inactive';
      readonly act: string;
    },
    signal: AbortSignal,
  ): Promise<void>;
  deleteKey(proof: DeleteProof, act: string, signal: AbortSignal): Promise<void>;
  /** The description tag of a key, where permitted: a refusal is no failure. */
  tagKey(userName: string, accessKeyId: string, text: string | null, signal: AbortSignal): Promise<void>;
}

/** What one use of the new key showed. `not_yet`: refused, as a new key is for some seconds. */
export type KeyTrial =
  | { readonly answer: 'works' }
  | { readonly answer: 'not_yet' | 'unknown'; readonly why: string };

/** A destination that is bound to the rotated user and approved, or Rekey itself. */
export interface RotationPlace {
  readonly place: Pick<
    DestinationPlace<Readonly<Record<string, unknown>>>,
    'preflight' | 'write' | 'holds' | 'restore'
  >;
  readonly target: Readonly<Record<string, unknown>>;
  /** Its name in words. */
  readonly name: string;
}

/** Why nothing may be delivered there, as a sentence, and what to do. */
export interface RefusedPlace {
  readonly refused: string;
}

/** What a line of the journal says. `id`: of the line, and of its row in the audit log, where a call names it. */
export type JournalNote = Pick<JournalEntry, 'phase' | 'step' | 'outcome' | 'detail'> & {
  readonly id?: string;
};

export type HookAnswer =
  | { readonly ok: true }
  /** `retryAt`: it is under way; when to ask again, ms. */
  | {
      readonly ok: false;
      readonly why: string;
      readonly final: boolean;
      readonly retryAt?: number | null;
    };

/** What the machine asks of the world. */
export interface RotationWorld {
  /** Who may act in the account, signed by none of the keys `notBy`; null when there is nobody. */
  account(rotation: Rotation, notBy: readonly string[], signal: AbortSignal): Promise<RotatedAccount | null>;
  /** CloudTrail of the account; null when nothing may read it. */
  trail(rotation: Rotation, signal: AbortSignal): Promise<Trail | null>;
  /** Uses the new key once, in the region that matters. */
  tryKey(rotation: Rotation, accessKeyId: string, secret: Secret, signal: AbortSignal): Promise<KeyTrial>;
  /** Refused when the binding or its approval is gone. */
  place(
    rotation: Rotation,
    destinationId: string,
    signal: AbortSignal,
  ): Promise<RotationPlace | RefusedPlace>;
  /** Calls the redeploy hook; the same rotation twice is one deployment. */
  runHook(rotation: Rotation, destinationId: string, signal: AbortSignal): Promise<HookAnswer>;
  /** Why nothing may change now (the global pause, or the stop of those begun by schedule); null when it may. */
  paused(rotation: Rotation): Promise<string | null>;
  /** Why the old key must not be made Active: a containment keeps it off; null when none does. */
  keptOff(rotation: Rotation): Promise<string | null>;
  /**
   * What must be written together with lines of the journal, or a change of state: audit, notices, and erasing what is
   * no longer needed.
   */
  writesFor(before: Rotation, after: Rotation, notes: readonly JournalNote[]): Promise<readonly Write[]>;
  /** After that was written. Never throws. */
  written(before: Rotation, after: Rotation): Promise<void>;
}
