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

/**
 * A warning when the rotated user itself may read the place: whoever has stolen the old key could fetch its successor
 * (facts: peers, 2.1). Also when that could not be asked.
 */
export async function readerWarnings(
  iam: Iam,
  about: RotatedKey,
  action: string,
  resource: string,
  signal: AbortSignal,
): Promise<string[]> {
  try {
    const question = { principalArn: about.userArn, actions: [action], resource };
    const decisions = await iam.simulate(question, signal);
    if (decisions.get(action) !== 'allowed') return [];
    return [
      `${about.userName} itself may read this place: whoever holds its old key could fetch the new one there.`,
    ];
  } catch (error) {
    if (!(error instanceof AwsFailure)) throw error;
    return [`Could not check whether ${about.userName} itself may read this place: ${whyOf(error)}.`];
  }
}
