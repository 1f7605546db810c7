import { randomBytes } from 'node:crypto';
import type { DiagnosisContext } from '../domain/diagnosis.ts';
import { iamRegion, partitionOfRegion } from '../domain/partition.ts';
import { parseRoleArn } from '../domain/role-arn.ts';
import type { RoleArn } from '../domain/role-arn.ts';
import type { Verification, Warning } from '../domain/verification.ts';
import type { HostIdentity, Sts } from '../ports/aws.ts';
import { DEFAULT_DEADLINE_MS, foreignTo } from './candidate.ts';
import type { RoleCandidate, RoleCheckDeps } from './candidate.ts';
import { readRights } from './capabilities.ts';
import { ASSUME, FIRST_CALL, PROBE, READ, openPace } from './pace.ts';
import type { Pace } from './pace.ts';
import { commonRefusal, couldNotCheck } from './readings.ts';
import { ADMINISTRATOR, hasAdministratorPolicy } from './user-facts.ts';
import { contextOf, noted, rejected, unknown, verdictOf } from './verdict.ts';
import type { NotVerified } from './verdict.ts';

/** The shortest session AWS gives; s. */
const SESSION_SECONDS = 900;

/**
 * Finds out whether a role can be assumed with its external ID and only with it, and what it may do, by reads
 * alone. Throws only the signal's reason.
 */
export async function verifyRole(
  deps: RoleCheckDeps,
  candidate: RoleCandidate,
  signal: AbortSignal,
): Promise<Verification> {
  return noted(deps, { roleArn: candidate.roleArn }, await checkRole(deps, candidate, signal));
}

async function checkRole(
  deps: RoleCheckDeps,
  candidate: RoleCandidate,
  signal: AbortSignal,
): Promise<Verification> {
  const { roleArn, externalId } = candidate;
  const now = () => deps.clock.now();
  const parsed = parseRoleArn(roleArn);
  if (!parsed.ok) return rejected('role_not_assumable', { roleArn, externalId }, now());
  const role = parsed.value;
  const known = refusedByArn(candidate, role, deps.host, now());
  if (known !== null) return known;

  const given = candidate.region;
  const fits = given !== null && partitionOfRegion(given) === role.partition;
  const region = fits ? given : iamRegion(role.partition);
  const pace = openPace(deps.clock, candidate.deadlineMs ?? DEFAULT_DEADLINE_MS, signal);
  const sts = deps.aws.sts({ kind: 'host' }, region);
  const context: DiagnosisContext = {
    roleArn,
    externalId,
    region,
    accountId: role.accountId,
    hostArn: deps.host.available ? deps.host.arn : null,
  };

  const session = await pace.attempt((both) => assume(sts, roleArn, externalId, both), ASSUME);
  if (!session.ok) {
    const { failure } = session;
    if (failure.code === 'denied_by_policy') {
      const known = { ...contextOf(failure), ...context };
      return (session.patient ? rejected : unknown)('role_not_assumable', known, now());
    }
    return hostFailure(verdictOf(failure, context, now()));
  }
  const caller = await pace.attempt(
    (both) => deps.aws.sts(session.value, region).getCallerIdentity(both),
    FIRST_CALL,
  );
  if (!caller.ok) return hostFailure(verdictOf(caller.failure, context, now()));
  const { accountId, userId } = caller.value;
  const uniqueId = userId.split(':')[0] ?? userId;
  const { pinned } = candidate;
  if (accountId !== role.accountId) return unknown('unexpected', { action: 'sts:GetCallerIdentity' }, now());
  if (pinned !== null && !pinned.sameAccountIsEnough && pinned.uniqueId !== uniqueId) {
    return rejected('changed_identity', { ...context, arn: roleArn, formerArn: pinned.arn ?? null }, now());
  }

  const open = await provedClosed(sts, pace, roleArn, externalId, context, now);
  if (open !== null) return open;

  const iam = deps.aws.iam(session.value, role.partition);
  const [policies, alias] = await Promise.all([
    pace.attempt((both) => iam.listAttachedRolePolicies(role.name, both), READ),
    pace.attempt((both) => iam.accountAlias(both), READ),
  ]);
  const refusal = commonRefusal([policies, alias], { accountId, arn: roleArn }, now());
  if (refusal !== null) return refusal;
  const subject = { kind: 'role', arn: roleArn, partition: role.partition, accountId, region } as const;
  const rights = await readRights(iam, pace, subject);

  const byPolicy = policies.ok && hasAdministratorPolicy(policies.value);
  const warnings: Warning[] = rights.administrator === true || byPolicy ? [ADMINISTRATOR] : [];
  if (rights.simulation !== null) {
    warnings.push(couldNotCheck('all of what the role may do', rights.simulation));
  }
  if (!policies.ok) warnings.push(couldNotCheck('the policies attached to the role', policies.failure));
  if (!alias.ok) warnings.push(couldNotCheck('the alias of the account', alias.failure));
  return {
    status: 'verified',
    report: {
      accountId,
      accountAlias: alias.ok ? alias.value : null,
      partition: role.partition,
      region,
      arn: roleArn,
      uniqueId,
      userName: null,
      accessKeyId: null,
      keyCreatedAt: null,
      capabilities: rights.capabilities,
      warnings,
      checkedAt: now(),
    },
  };
}

/** What can be said before any call. */
function refusedByArn(
  candidate: RoleCandidate,
  role: RoleArn,
  host: HostIdentity,
  checkedAt: number,
): NotVerified | null {
  const { accountId, partition } = role;
  const foreign = foreignTo(candidate, accountId);
  if (foreign !== null) {
    return rejected('wrong_account', { accountId, ...foreign, toldBy: 'role_arn' }, checkedAt);
  }
  if (!host.available) {
    return rejected('host_identity_missing', { hostWhy: host.why, hostMend: host.mend }, checkedAt);
  }
  if (host.partition === partition) return null;
  return rejected(
    'host_identity_missing',
    {
      hostWhy: `Rekey’s own identity is in the partition ${host.partition}, the role in ${partition}; roles cannot be assumed across partitions.`,
      hostMend: `Use the method Access key for ${partition}, or run a Rekey there.`,
    },
    checkedAt,
  );
}

function assume(sts: Sts, roleArn: string, externalId: string | null, signal: AbortSignal) {
  return sts.assumeRole(
    { roleArn, sessionName: 'rekey-verify', externalId, durationSeconds: SESSION_SECONDS },
    signal,
  );
}

/** Here the credentials AWS judged are the host's own: their fault does not reject the role. */
function hostFailure(verdict: NotVerified): NotVerified {
  const { diagnosis } = verdict;
  if (diagnosis.code !== 'key_not_active' && diagnosis.code !== 'wrong_secret') return verdict;
  const why = `The host’s own credentials did not work: ${diagnosis.what}`;
  return {
    status: 'unknown',
    diagnosis: {
      ...diagnosis,
      what: 'Rekey could not use its own AWS identity.',
      why,
      mend: 'Check the host’s own AWS credentials (doctor tells more), then try again.',
    },
    checkedAt: verdict.checkedAt,
  };
}

/**
 * An external ID that is not this one but begins alike: a trust policy that checks by wildcard lets it in, as it
 * would let in every other.
 */
function otherExternalId(externalId: string): string {
  return `${externalId.slice(0, Math.floor(externalId.length / 2))}${randomBytes(12).toString('hex')}`;
}

/**
 * Null when AWS refuses the role without the external ID and with another one (IAM user guide, "third party": the
 * confused deputy). Anything but a clear refusal is not proof.
 */
async function provedClosed(
  sts: Sts,
  pace: Pace,
  roleArn: string,
  externalId: string,
  context: DiagnosisContext,
  now: () => number,
): Promise<NotVerified | null> {
  const probes = await Promise.all(
    [null, otherExternalId(externalId)].map((probe) =>
      pace.attempt((signal) => assume(sts, roleArn, probe, signal), PROBE),
    ),
  );
  if (probes.some((probe) => probe.ok)) return rejected('role_open', context, now());
  for (const probe of probes) {
    if (!probe.ok && !probe.failure.code.startsWith('denied_')) {
      const verdict = verdictOf(probe.failure, context, now());
      return { ...verdict, status: 'unknown' };
    }
  }
  return null;
}
