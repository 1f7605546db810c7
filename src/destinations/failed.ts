import { AwsFailure } from '../ports/aws.ts';
import type { Holding, Preflight, Written } from '../ports/destination.ts';

type Failed = Extract<Written, { ok: false }>;

const RETRY_MS = 30_000;

const DENIED = new Set(['denied_by_policy', 'denied_by_source_ip', 'denied_by_organization']);
/** What goes on by itself, or may: nothing says that the place does not take the key. */
const PASSING = new Set([
  'throttled',
  'aws_down',
  'timeout',
  'no_route',
  'proxy_trouble',
  'tls_trouble',
  'not_aws',
  'clock_off',
  'expired_session',
  'no_credentials',
  'unexpected',
]);

/** Stops until a person has looked. */
export function stopped(why: string, mend: string): Failed {
  return { ok: false, why, mend, final: true, retryAt: null };
}

/** Goes on at `retryAt`. */
export function later(why: string, mend: string, retryAt: number): Failed {
  return { ok: false, why, mend, final: false, retryAt };
}

/** A failed call as the answer of a write: what may pass is tried again. What AWS said is not repeated. */
export function writeFailed(error: unknown, now: number): Failed {
  if (!(error instanceof AwsFailure)) throw error;
  const why = whyOf(error);
  if (PASSING.has(error.code)) return later(why, 'Rekey tries again by itself.', now + RETRY_MS);
  const mend = DENIED.has(error.code)
    ? `Allow ${error.action} to the connection that writes there; /aws-test shows the policy.`
    : 'Look at the destination’s settings and at the connection with /aws-test, then try again.';
  return stopped(why, mend);
}

/** A failed read says nothing about what the place holds. */
export function holdingUnknown(error: unknown): Holding {
  if (!(error instanceof AwsFailure)) throw error;
  return { answer: 'unknown', why: whyOf(error) };
}

/** A failed look before the key exists: not knowing is not a refusal. */
export function preflightFailed(error: unknown): Preflight {
  if (!(error instanceof AwsFailure)) throw error;
  if (!DENIED.has(error.code)) return { answer: 'unknown', why: whyOf(error) };
  const mend = `Allow ${error.action} to the connection that writes there; /aws-test shows the policy.`;
  return { answer: 'no', why: whyOf(error), mend };
}

/** In words, by code and by AWS's own name: never AWS's sentence, which could hold what we sent. */
export function whyOf(failure: AwsFailure): string {
  const name = failure.awsName === null ? '' : ` (${failure.awsName})`;
  if (DENIED.has(failure.code)) return `AWS does not allow ${failure.action}${name}`;
  if (failure.code === 'throttled') return `AWS asked to slow down at ${failure.action}${name}`;
  if (failure.code === 'timeout') return `AWS did not answer ${failure.action} in time`;
  return `${failure.action} failed: ${failure.code.replaceAll('_', ' ')}${name}`;
}
