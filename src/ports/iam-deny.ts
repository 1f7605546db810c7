/**
 * The calls of IAM that deny a user, and take that back. Changes are tried once, and are idempotent; errors are
 * AwsFailures, of which `timeout` leaves the outcome unknown. `act`: see `OwnAct`.
 */
export interface IamDeny {
  /** The text of an inline policy as JSON, or null when the user has none by that name. */
  userPolicy(userName: string, policyName: string, signal?: AbortSignal): Promise<string | null>;
  attachPolicy(userName: string, policyArn: string, act: string, signal?: AbortSignal): Promise<void>;
  /** Also done when it was not attached. */
  detachPolicy(userName: string, policyArn: string, act: string, signal?: AbortSignal): Promise<void>;
  /** Makes or replaces an inline policy. */
  putPolicy(
    userName: string,
    policyName: string,
    document: string,
    act: string,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Also done when there was none. */
  deletePolicy(userName: string, policyName: string, act: string, signal?: AbortSignal): Promise<void>;
}
