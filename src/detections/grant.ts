import type { CloudTrailEvent } from './event.ts';
import { textAt } from './json.ts';
import type { About } from './rule.ts';

/** Policies of AWS that let their holder do everything, or give himself the rest. */
const ADMIN_POLICY =
  /:policy\/(?:job-function\/)?(?:AdministratorAccess(?:-\w+)?|PowerUserAccess|IAMFullAccess|SystemAdministrator|AWSOrganizationsFullAccess|AWSLambda_FullAccess|AmazonSSMFullAccess|AmazonEC2FullAccess|SecretsManagerReadWrite|AWSCloudFormationFullAccess)$/;

const QUARANTINE = /AWSCompromisedKeyQuarantine|AWSExposedCredentialPolicy/i;

/** True for the name or ARN of what AWS puts on a user whose key it found in public, in any version. */
export function isQuarantine(policy: string): boolean {
  return QUARANTINE.test(policy);
}

/** True for a call that puts on AWS's own quarantine, or one that allows nothing: such a name may be anybody's. */
export function onlyQuarantines({ asked }: Pick<CloudTrailEvent, 'asked'>): boolean {
  const policyArn = textAt(asked, 'policyArn');
  if (policyArn !== null) return policyArn.includes(':iam::aws:policy/') && isQuarantine(policyArn);
  const document = textAt(asked, 'policyDocument');
  return isQuarantine(textAt(asked, 'policyName') ?? '') && document !== null && !/allow/i.test(document);
}

/** True for a managed policy whose holder can do everything, or take it. */
export function isAdminPolicy(policyArn: string | null): boolean {
  return policyArn !== null && ADMIN_POLICY.test(policyArn);
}

/** The user, role or group an IAM call is about; a call on oneself need not name the user. */
export function targetOf({ asked, caller }: CloudTrailEvent): string | null {
  return (
    textAt(asked, 'userName') ?? textAt(asked, 'roleName') ?? textAt(asked, 'groupName') ?? caller.userName
  );
}

/** True when an IAM call changes the rights of the one who makes it: the user, the key's user, or the role in use. */
export function isOnOneself({ asked, caller }: CloudTrailEvent, { userName }: About): boolean {
  const user = textAt(asked, 'userName');
  const role = textAt(asked, 'roleName');
  if (user !== null) return isSame(user, caller.userName) || isSame(user, userName);
  if (role !== null) return isSame(role, caller.roleName);
  return false;
}

/** True when it is about another user than the caller and the key's user. Unknown is not another. */
export function isOnAnother({ asked, caller }: CloudTrailEvent, { userName }: About): boolean {
  const user = textAt(asked, 'userName');
  if (user === null) return false;
  return !isSame(user, caller.userName) && !isSame(user, userName);
}

/** IAM does not tell names apart by case. */
function isSame(name: string, other: string | null): boolean {
  return other !== null && name.toLowerCase() === other.toLowerCase();
}
