/** How long replicas of IAM lag behind, in milliseconds, per kind of change. All zero until a test or a person asks. */
export interface ReplicaLag {
  /** A new key is refused and accepted in turn for so long. */
  newKeyMs: number;
  /** A key that was deactivated, reactivated or deleted goes on as before for so long. */
  keyStatusMs: number;
  /** ListAccessKeys and the policy lists show the past of so long ago. */
  listMs: number;
  /** Changed policies take effect only after so long. */
  policyMs: number;
}

/** No lag at all. */
export function noLag(): ReplicaLag {
  return { newKeyMs: 0, keyStatusMs: 0, listMs: 0, policyMs: 0 };
}
