import { accountOfKeyId } from '../domain/access-key-id.ts';
import { partsOfArn } from '../domain/account.ts';
import { canaryOwner } from '../domain/canary.ts';
import type { Verification, Warning } from '../domain/verification.ts';
import type { AwsCredentials } from '../ports/aws.ts';
import { DEFAULT_DEADLINE_MS, DEFAULT_MAX_AGE_DAYS, foreignTo } from './candidate.ts';
import type { AccessKeyCandidate, CheckDeps } from './candidate.ts';
import { readRights } from './capabilities.ts';
import type { Rights } from './capabilities.ts';
import { identify } from './identify.ts';
import type { Identified } from './identify.ts';
import { openPace } from './pace.ts';
import { commonRefusal, couldNotCheck } from './readings.ts';
import { ADMINISTRATOR, hasAdministratorPolicy, quarantineIn, readUser, userWarnings } from './user-facts.ts';
import type { UserFacts } from './user-facts.ts';
import { noted, rejected } from './verdict.ts';
import type { NotVerified } from './verdict.ts';

/**
 * Finds out what an access key is, by reads alone. Verified, rejected with the reason, or unknown: whatever does not
 * come from AWS's own judgement of the key never rejects it. A canary account or a foreign account that the key's
 * ID tells is refused before any call. Throws only the signal's reason.
 */
export async function verifyAccessKey(
  deps: CheckDeps,
  candidate: AccessKeyCandidate,
  signal: AbortSignal,
): Promise<Verification> {
  return noted(deps, { accessKeyId: candidate.accessKeyId }, await checkAccessKey(deps, candidate, signal));
}

async function checkAccessKey(
  deps: CheckDeps,
  candidate: AccessKeyCandidate,
  signal: AbortSignal,
): Promise<Verification> {
  const { accessKeyId } = candidate;
  const now = () => deps.clock.now();
  const known = refusedById(candidate, now());
  if (known !== null) return known;

  const pace = openPace(deps.clock, candidate.deadlineMs ?? DEFAULT_DEADLINE_MS, signal);
  const credentials: AwsCredentials = { kind: 'access_key', accessKeyId, secret: candidate.secret };
  const found = await identify(deps.aws, pace, { accessKeyId, credentials, region: candidate.region }, now);
  if ('status' in found) return found;
  const wrong = refusedIdentity(candidate, found, now());
  if (wrong !== null) return wrong;

  const { identity, partition, region } = found;
  const userName = identity.arn.slice(identity.arn.lastIndexOf('/') + 1);
  const iam = deps.aws.iam(credentials, partition);
  const facts = await readUser(iam, pace, userName);
  const quarantine = facts.policies.ok ? quarantineIn(facts.policies.value) : null;
  const context = { accessKeyId, accountId: identity.accountId, arn: identity.arn };
  if (quarantine !== null) return rejected('quarantined', { ...context, policyName: quarantine }, now());
  const refusal = commonRefusal(Object.values(facts), context, now());
  if (refusal !== null) return refusal;

  const subject = {
    kind: 'user',
    arn: identity.arn,
    partition,
    accountId: identity.accountId,
    region,
  } as const;
  const rights = await readRights(iam, pace, subject);
  const checkedAt = now();
  const maxAgeDays = candidate.maxAgeDays ?? DEFAULT_MAX_AGE_DAYS;
  const { warnings, keyCreatedAt } = userWarnings(facts, accessKeyId, checkedAt, maxAgeDays);
  return {
    status: 'verified',
    report: {
      accountId: identity.accountId,
      accountAlias: facts.alias.ok ? facts.alias.value : null,
      partition,
      region,
      arn: identity.arn,
      uniqueId: identity.userId,
      userName,
      accessKeyId,
      keyCreatedAt,
      capabilities: rights.capabilities,
      warnings: [...rightsWarnings(facts, rights), ...warnings],
      checkedAt,
    },
  };
}

/** What the key's ID tells by itself. */
function refusedById(candidate: AccessKeyCandidate, checkedAt: number): NotVerified | null {
  const { accessKeyId } = candidate;
  const accountId = accountOfKeyId(accessKeyId);
  if (accountId === null) return null;
  const owner = canaryOwner(accountId);
  if (owner !== null)
    return rejected('canary_key', { accessKeyId, accountId, canaryOwner: owner }, checkedAt);
  const foreign = foreignTo(candidate, accountId);
  return foreign === null
    ? null
    : rejected('wrong_account', { accessKeyId, accountId, ...foreign, toldBy: 'key_id' }, checkedAt);
}

function refusedIdentity(
  candidate: AccessKeyCandidate,
  { identity }: Identified,
  checkedAt: number,
): NotVerified | null {
  const { accessKeyId, pinned } = candidate;
  const { accountId, arn } = identity;
  const resource = partsOfArn(arn)?.resource ?? '';
  const foreign = foreignTo(candidate, accountId);
  if (foreign !== null) {
    return rejected('wrong_account', { accessKeyId, accountId, ...foreign, toldBy: 'aws' }, checkedAt);
  }
  if (resource === 'root') return rejected('root_key', { accessKeyId, accountId }, checkedAt);
  if (!resource.startsWith('user/'))
    return rejected('not_a_user', { accessKeyId, accountId, arn }, checkedAt);
  if (pinned !== null && !pinned.sameAccountIsEnough && pinned.uniqueId !== identity.userId) {
    return rejected(
      'changed_identity',
      { accessKeyId, accountId, arn, formerArn: pinned.arn ?? null },
      checkedAt,
    );
  }
  return null;
}

function rightsWarnings(facts: UserFacts, rights: Rights): Warning[] {
  const byPolicy = facts.policies.ok && hasAdministratorPolicy(facts.policies.value);
  const warnings: Warning[] = rights.administrator === true || byPolicy ? [ADMINISTRATOR] : [];
  if (rights.simulation !== null) {
    warnings.push(couldNotCheck('all of what these credentials may do', rights.simulation));
  }
  return warnings;
}
