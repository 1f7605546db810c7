import type { AwsFailure, AwsFailureCode } from '../ports/aws.ts';

const REASON: Partial<Record<AwsFailureCode, string>> = {
  throttled: 'AWS was too busy to answer.',
  aws_down: 'AWS failed to answer.',
  timeout: 'AWS did not answer in time.',
  no_route: 'AWS could not be reached.',
  proxy_trouble: 'The proxy did not let it through.',
  not_aws: 'Something other than AWS answered.',
  tls_trouble: 'The certificate shown was not trusted.',
  key_not_active: 'AWS did not accept the key this time; a new key needs some time.',
};

/** Why one call gave nothing, in a sentence; for a denial, the permission that is missing. */
export function reasonOf(failure: AwsFailure): string {
  if (failure.code === 'denied_by_organization') return `The organization denies ${failure.action}.`;
  if (failure.code.startsWith('denied_')) {
    return failure.explicitDeny
      ? `A policy denies ${failure.action}.`
      : `The permission ${failure.action} is missing.`;
  }
  return REASON[failure.code] ?? `${failure.action} failed (${failure.awsName ?? failure.code}).`;
}
