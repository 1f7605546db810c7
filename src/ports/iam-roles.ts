/** A role as IAM shows it. */
export interface RoleDetail {
  readonly roleId: string;
  readonly arn: string;
  /** The longest session; ms. */
  readonly longestMs: number;
  /** When and where it was used last, by any session; null where AWS has no record of it. */
  readonly lastUsed: { readonly at: number; readonly region: string } | null;
  /** Its trust policy as JSON: who may assume it. */
  readonly trust: string;
}

/**
 * The calls of IAM that end the sessions of a role, and take that back. Changes are tried once, and are idempotent; errors
 * are AwsFailures, of which `timeout` leaves the outcome unknown. `act`: see `OwnAct`.
 */
export interface IamRoles {
  /** Null when there is none by that name. */
  role(roleName: string, signal?: AbortSignal): Promise<RoleDetail | null>;
  /** The text of an inline policy as JSON, or null when the role has none by that name, or is gone. */
  rolePolicy(roleName: string, policyName: string, signal?: AbortSignal): Promise<string | null>;
  /** Makes or replaces an inline policy. */
  putPolicy(
    roleName: string,
    policyName: string,
    document: string,
    act: string,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Also done when there was none. */
  deletePolicy(roleName: string, policyName: string, act: string, signal?: AbortSignal): Promise<void>;
}
