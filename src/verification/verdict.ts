import { diagnose } from '../domain/diagnosis.ts';
import type { DiagnosisContext } from '../domain/diagnosis.ts';
import type { DiagnosisCode, Verification } from '../domain/verification.ts';
import type { AwsFailure, AwsFailureCode } from '../ports/aws.ts';
import type { Log } from '../ports/world.ts';

export type NotVerified = Exclude<Verification, { status: 'verified' }>;

/** What each failure of a call says about the credentials: `rejected` only where AWS judged them. */
const MEANING: Record<AwsFailureCode, readonly [NotVerified['status'], DiagnosisCode]> = {
  key_not_active: ['rejected', 'key_not_active'],
  wrong_secret: ['rejected', 'wrong_secret'],
  region_not_enabled: ['rejected', 'region_not_enabled'],
  denied_by_policy: ['rejected', 'denied_by_policy'],
  denied_by_source_ip: ['rejected', 'denied_by_source_ip'],
  denied_by_organization: ['rejected', 'denied_by_organization'],
  clock_off: ['unknown', 'clock_off'],
  region_wrong: ['unknown', 'region_wrong'],
  expired_session: ['unknown', 'expired_session'],
  throttled: ['unknown', 'throttled'],
  aws_down: ['unknown', 'aws_down'],
  timeout: ['unknown', 'aws_down'],
  no_route: ['unknown', 'no_route'],
  proxy_trouble: ['unknown', 'proxy_trouble'],
  not_aws: ['unknown', 'proxy_trouble'],
  tls_trouble: ['unknown', 'tls_trouble'],
  no_credentials: ['rejected', 'host_identity_missing'],
  no_such_entity: ['unknown', 'unexpected'],
  quota: ['unknown', 'unexpected'],
  invalid_request: ['unknown', 'unexpected'],
  unexpected: ['unknown', 'unexpected'],
};

const ON_THE_WAY: ReadonlySet<AwsFailureCode> = new Set([
  'no_route',
  'proxy_trouble',
  'not_aws',
  'tls_trouble',
]);

/** True when the call did not reach AWS. */
export function lostOnTheWay(failure: AwsFailure): boolean {
  return ON_THE_WAY.has(failure.code);
}

/** The verdict a failed call gives, in words. */
export function verdictOf(failure: AwsFailure, context: DiagnosisContext, checkedAt: number): NotVerified {
  const [status, code] = MEANING[failure.code];
  return { status, diagnosis: diagnose(code, { ...contextOf(failure), ...context }), checkedAt };
}

export function rejected(code: DiagnosisCode, context: DiagnosisContext, checkedAt: number): NotVerified {
  return { status: 'rejected', diagnosis: diagnose(code, context), checkedAt };
}

export function unknown(code: DiagnosisCode, context: DiagnosisContext, checkedAt: number): NotVerified {
  return { status: 'unknown', diagnosis: diagnose(code, context), checkedAt };
}

/** What a failure itself tells. */
export function contextOf(failure: AwsFailure): DiagnosisContext {
  return {
    action: failure.action,
    awsName: failure.awsName,
    requestId: failure.requestId,
    clockOffsetMs: failure.clockOffsetMs,
    networkCode: failure.awsName === null && failure.said !== '' ? failure.said : null,
  };
}

/** Leaves one line about a check in the log, and passes its verdict on. */
export function noted(
  { log }: { readonly log: Log },
  who: Readonly<Record<string, string>>,
  verdict: Verification,
): Verification {
  const outcome =
    verdict.status === 'verified'
      ? { accountId: verdict.report.accountId, warnings: verdict.report.warnings.map(({ code }) => code) }
      : { code: verdict.diagnosis.code, reference: verdict.diagnosis.reference };
  log.info('credentials checked', { ...who, status: verdict.status, ...outcome });
  return verdict;
}
