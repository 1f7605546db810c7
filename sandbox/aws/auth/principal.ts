import type { Account } from '../accounts/account.ts';
import type { Role } from '../accounts/role.ts';
import type { User } from '../accounts/user.ts';
import type { PolicyInForce } from '../policy/evaluate.ts';

/** Who a set of credentials stands for. */
export type Principal =
  | { readonly kind: 'root'; readonly account: Account }
  | { readonly kind: 'user'; readonly account: Account; readonly user: User }
  | { readonly kind: 'role'; readonly account: Account; readonly role: Role; readonly sessionName: string }
  | {
      readonly kind: 'federated';
      readonly account: Account;
      readonly user: User | null;
      readonly name: string;
    };

/** The ARN that GetCallerIdentity and refusals show. */
export function principalArn(principal: Principal): string {
  const { account } = principal;
  if (principal.kind === 'root') return account.arn('root');
  if (principal.kind === 'user') return principal.user.arn;
  const session =
    principal.kind === 'role'
      ? `assumed-role/${principal.role.name}/${principal.sessionName}`
      : `federated-user/${principal.name}`;
  return `arn:${account.partition}:sts::${account.id}:${session}`;
}

/** The `aws:userid` of a principal. */
export function principalUserId(principal: Principal): string {
  if (principal.kind === 'user') return principal.user.userId;
  if (principal.kind === 'role') return `${principal.role.roleId}:${principal.sessionName}`;
  const { id } = principal.account;
  return principal.kind === 'root' ? id : `${id}:${principal.name}`;
}

/** The `aws:PrincipalArn`: for a role session the role itself. */
export function policyPrincipalArn(principal: Principal): string {
  return principal.kind === 'role' ? principal.role.arn : principalArn(principal);
}

/** Whether the user or role behind the credentials is gone. */
export function isGone(principal: Principal): boolean {
  if (principal.kind === 'root') return false;
  if (principal.kind === 'role') return principal.role.deleted;
  return principal.user?.deleted ?? false;
}

/** The identity policies of a user with its groups, or of a role. */
export function identityPolicies(holder: User | Role): readonly PolicyInForce[] {
  const groups = 'groups' in holder ? [...holder.groups] : [];
  return [
    ...holder.policies.inForce(),
    ...groups.flatMap((name) => holder.account.group(name).policies.inForce()),
  ];
}
