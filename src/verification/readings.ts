import type { AwsFailure } from '../ports/aws.ts';
import type { Warning } from '../domain/verification.ts';
import type { Tried } from './pace.ts';
import { reasonOf } from './reasons.ts';
import { lostOnTheWay, rejected, verdictOf } from './verdict.ts';
import type { NotVerified } from './verdict.ts';

/** The warning for something that may not be read: what stays unknown, and the permission it takes. */
export function couldNotCheck(what: string, failure: AwsFailure): Warning {
  return { code: 'could_not_check', text: `Could not check ${what}: ${reasonOf(failure)}` };
}

const MS_PER_DAY = 24 * 3_600_000;

/** The warning about a key older than the policy allows, or null. */
export function ageWarning(createdAt: number, now: number, maxAgeDays: number): Warning | null {
  const days = Math.floor((now - createdAt) / MS_PER_DAY);
  if (days <= maxAgeDays) return null;
  return {
    code: 'age_over_policy',
    text: `The access key is ${days} days old; the policy says at most ${maxAgeDays}. It should be rotated.`,
  };
}

/**
 * The verdict when every read failed in one and the same way, else null. One read that is not allowed is a missing
 * permission; all of them denied by an explicit rule, or by the organization, is a rule about this caller.
 */
export function commonRefusal(
  readings: readonly Tried<unknown>[],
  context: { readonly accessKeyId?: string; readonly accountId: string; readonly arn: string },
  checkedAt: number,
): NotVerified | null {
  const failures = readings.flatMap((reading) => (reading.ok ? [] : [reading.failure]));
  const [first] = failures;
  if (first === undefined || failures.length < readings.length) return null;
  if (failures.every((failure) => failure.code === 'key_not_active')) {
    return verdictOf(first, context, checkedAt);
  }
  if (failures.every((failure) => failure.code === 'denied_by_organization')) {
    return rejected(
      'denied_by_organization',
      { ...context, action: 'every call to IAM', awsName: first.awsName, requestId: first.requestId },
      checkedAt,
    );
  }
  // AWS names no source address in its refusals: a denial of everything is what such a condition looks like.
  if (failures.every((failure) => failure.code === 'denied_by_source_ip' || failure.explicitDeny)) {
    return rejected(
      'denied_by_source_ip',
      { ...context, action: 'every call to IAM', awsName: first.awsName, requestId: first.requestId },
      checkedAt,
    );
  }
  if (failures.every((failure) => lostOnTheWay(failure))) return verdictOf(first, context, checkedAt);
  return null;
}
