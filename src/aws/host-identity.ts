import { partsOfArn } from '../domain/account.ts';
import { diagnose } from '../domain/diagnosis.ts';
import { AwsFailure } from '../ports/aws.ts';
import type { Aws, AwsFailureCode, CallerIdentity, HostIdentity } from '../ports/aws.ts';
import type { DiagnosisCode } from '../domain/verification.ts';
import type { AwsEnvironment } from './transport.ts';

const GIVE_ONE =
  'Give Rekey’s host an identity (an instance profile, a task role, or AWS_PROFILE) that may call sts:AssumeRole, then restart; or connect by Access key.';

/** The chain asks a metadata service that may not exist; nothing of it is worth a longer wait. */
const DEADLINE_MS = 12_000;

/** The region the host's own calls go to. */
function hostRegion(env: AwsEnvironment): string {
  return env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || 'us-east-1';
}

/**
 * Finds out who Rekey itself is in AWS. Never throws for a missing or broken identity: that is an answer, with the
 * reason and the mend in words. A role's session is told as the role, since that is what a trust policy names (its
 * path is not in the session's ARN and is left out).
 */
export async function readHostIdentity(
  aws: Pick<Aws, 'sts'>,
  env: AwsEnvironment,
  signal?: AbortSignal,
): Promise<HostIdentity> {
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const both = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
  try {
    const sts = aws.sts({ kind: 'host' }, hostRegion(env));
    return identityOf(await orAborted(sts.getCallerIdentity(both), both));
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline.aborted) {
      return { available: false, why: 'Looking for the host’s AWS identity took too long.', mend: GIVE_ONE };
    }
    if (!(error instanceof AwsFailure)) throw error;
    return absent(error, hostRegion(env));
  }
}

/** The SDK's chain does not heed a signal while it looks for credentials. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function identityOf(caller: CallerIdentity): HostIdentity {
  const parts = partsOfArn(caller.arn);
  if (parts === null) {
    return {
      available: false,
      why: `AWS named the host ${caller.arn}, which Rekey cannot read.`,
      mend: GIVE_ONE,
    };
  }
  if (parts.resource === 'root') {
    return {
      available: false,
      why: 'The host’s credentials are those of a root user, which cannot assume roles.',
      mend: GIVE_ONE,
    };
  }
  const role = /^assumed-role\/([^/]+)\//.exec(parts.resource)?.[1];
  const arn = role === undefined ? caller.arn : `arn:${parts.partition}:iam::${parts.accountId}:role/${role}`;
  return { available: true, arn, accountId: caller.accountId, partition: parts.partition };
}

const IN_WORDS: Partial<Record<AwsFailureCode, DiagnosisCode>> = {
  key_not_active: 'key_not_active',
  wrong_secret: 'wrong_secret',
  clock_off: 'clock_off',
  region_wrong: 'region_wrong',
  region_not_enabled: 'region_not_enabled',
  expired_session: 'expired_session',
  throttled: 'throttled',
  aws_down: 'aws_down',
  timeout: 'aws_down',
  no_route: 'no_route',
  proxy_trouble: 'proxy_trouble',
  not_aws: 'proxy_trouble',
  tls_trouble: 'tls_trouble',
};

function absent(failure: AwsFailure, region: string): HostIdentity {
  if (failure.code === 'no_credentials') {
    return { available: false, why: 'The host has no AWS credentials of its own.', mend: GIVE_ONE };
  }
  const said = diagnose(IN_WORDS[failure.code] ?? 'unexpected', {
    action: failure.action,
    region,
    clockOffsetMs: failure.clockOffsetMs,
    awsName: failure.awsName,
    requestId: failure.requestId,
  });
  const hint =
    failure.code === 'key_not_active' ? ` In China and GovCloud also set AWS_REGION (now ${region}).` : '';
  return {
    available: false,
    why: `The host’s own credentials did not work: ${said.what}`,
    mend: `${said.mend}${hint}`,
  };
}
