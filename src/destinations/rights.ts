import { AwsFailure } from '../ports/aws.ts';
import type { Iam } from '../ports/aws.ts';
import type { Preflight, RotatedKey } from '../ports/destination.ts';
import { whyOf } from './failed.ts';

/**
 * Whether the connection may make these calls there, asked of IAM without trying one. Null: it may.
 * Resource policies and the rights on a customer's own KMS key are beyond what IAM's simulation tells.
 */
export async function refusalToWrite(
  iam: Iam,
  principalArn: string | null,
  actions: readonly string[],
  resource: string,
  signal: AbortSignal,
): Promise<Preflight | null> {
  if (principalArn === null) return { answer: 'unknown', why: 'whose rights to ask for is not known' };
  try {
    const decisions = await iam.simulate({ principalArn, actions, resource }, signal);
    const missing = actions.filter((action) => decisions.get(action) !== 'allowed');
    if (missing.length === 0) return null;
    return {
      answer: 'no',
      why: `the connection may not call ${missing.join(', ')} there`,
      mend: 'Give the connection the capability “deliver”; /aws-test shows the policy.',
    };
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return { answer: 'unknown', why: whyOf(error) };
  }
}

/** A place the rotated user might read, and the call that reads it. */
export interface ReadPlace {
  readonly action: string;
  readonly resource: string;
  /** The policy on the place itself, as JSON: it may let in whom IAM does not. Null: it has none. */
  readonly policy: string | null;
}

/**
 * A warning when the rotated user itself may read the place: whoever has stolen the old key could fetch its successor
 * (facts: peers, 2.1). Also when that could not be asked.
 */
export async function readerWarnings(
  iam: Iam,
  about: RotatedKey,
  { action, resource, policy: resourcePolicy }: ReadPlace,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const question = { principalArn: about.userArn, actions: [action], resource, resourcePolicy };
    const decisions = await iam.simulate(question, signal);
    if (decisions.get(action) !== 'allowed') return [];
    return [
      `${about.userName} itself may read this place: whoever holds its old key could fetch the new one there.`,
    ];
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return [notChecked(about, error)];
  }
}

/** Says that nobody could look whether the rotated user itself may read the place. */
export function notChecked({ userName }: RotatedKey, failure: AwsFailure): string {
  return `Could not check whether ${userName} itself may read this place: ${whyOf(failure)}.`;
}
