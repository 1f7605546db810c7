import { quotedName } from '../../domain/connection.ts';
import type { Connection } from '../../domain/connection.ts';
import { RekeyError } from '../../errors.ts';
import { AwsFailure } from '../../ports/aws.ts';
import type { AwsFailureCode } from '../../ports/aws.ts';
import { reasonOf } from '../../verification/reasons.ts';

/** Failures that are not about the one thing that was asked: every other call would fail alike. */
const OF_ALL_CALLS: ReadonlySet<AwsFailureCode> = new Set<AwsFailureCode>([
  'key_not_active',
  'wrong_secret',
  'expired_session',
  'no_credentials',
  'clock_off',
  'region_wrong',
  'region_not_enabled',
  'denied_by_source_ip',
  'no_route',
  'proxy_trouble',
  'tls_trouble',
]);

const OF_THE_CREDENTIALS: ReadonlySet<AwsFailureCode> = new Set<AwsFailureCode>([
  'key_not_active',
  'wrong_secret',
  'expired_session',
  'no_credentials',
]);

export type Tried<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: AwsFailure };

/**
 * Asks, and gives AWS's refusal as an answer where it is about this question alone.
 * @throws the signal's reason; AwsFailure when no other call would do better; whatever is no AwsFailure.
 */
export async function tried<T>(signal: AbortSignal, call: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AwsFailure) || OF_ALL_CALLS.has(error.code)) throw error;
    return { ok: false, failure: error };
  }
}

/** Whether it is what AWS or Rekey itself says in words for people; a database that does not answer is not. */
export function isTrouble(error: unknown): error is AwsFailure | RekeyError {
  return error instanceof AwsFailure || (error instanceof RekeyError && error.code !== 'unreachable');
}

/** Whether every other call would fail alike. */
export function isOfAllCalls(failure: AwsFailure): boolean {
  return OF_ALL_CALLS.has(failure.code);
}

/** Why a sweep failed as a whole, in a sentence. */
export function troubleWords(failure: AwsFailure, connection: Connection): string {
  if (!OF_THE_CREDENTIALS.has(failure.code)) return reasonOf(failure);
  return `AWS does not accept the credentials of ${quotedName(connection.name)} (${failure.awsName ?? failure.code}).`;
}

/** Whether it concerns the session of a role, which then is made anew. */
export function endsSession(failure: AwsFailure): boolean {
  return OF_THE_CREDENTIALS.has(failure.code);
}

/** Whether AWS did not say no, but did not answer: others may fail alike. */
export function isBusy(failure: AwsFailure): boolean {
  return ['throttled', 'aws_down', 'timeout', 'not_aws'].includes(failure.code);
}
