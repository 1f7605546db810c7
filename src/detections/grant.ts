import type { CloudTrailEvent } from './event.ts';
import { textAt } from './json.ts';
import type { About } from './rule.ts';

/** Policies of AWS that let their holder do everything, or give himself the rest. */
const ADMIN_POLICY =
  /:policy\/(?:job-function\/)?(?:AdministratorAccess(?:-\w+)?|PowerUserAccess|IAMFullAccess|SystemAdministrator|AWSOrganizationsFullAccess|AWSLambda_FullAccess|AmazonSSMFullAccess|AmazonEC2FullAccess|SecretsManagerReadWrite|AWSCloudFormationFullAccess)$/;

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
