/** What a team expects of its access keys: DESIGN's defaults, set per connection, and in part per key. */
export interface KeyPolicy {
  /** No AWS rule: AWS's keys never expire. CIS and Security Hub (IAM.3) ask for 90 days. */
  readonly maxAgeDays: number;
  /** Days before the maximum age at which people are told; largest first. */
  readonly warnDays: readonly number[];
  /** How often they are told again once it is over. */
  readonly repeatDays: number;
  /** Silent for so long: propose deactivation. */
  readonly unusedDays: number;
  /** Inactive for so long: propose deletion. */
  readonly inactiveDays: number;
  /** The channel is told from so many days before the maximum age; the owner from the first warning. */
  readonly channelDays: number;
  /** The on-call group is mentioned from so many days after the maximum age. */
  readonly onCallDays: number;
  /** Slack user group to mention then, or null. */
  readonly onCallGroup: string | null;
  /** Longest time one snooze may last. */
  readonly snoozeDays: number;
  /** User tags that must be there; none by default. */
  readonly requiredTags: readonly string[];
  /** Whether the owners of a key may start its rotation without a role. */
  readonly ownersRotate: boolean;
}

export const DEFAULT_KEY_POLICY: KeyPolicy = {
  maxAgeDays: 90,
  warnDays: [14, 7, 3, 1],
  repeatDays: 3,
  unusedDays: 45,
  inactiveDays: 30,
  channelDays: 7,
  onCallDays: 7,
  onCallGroup: null,
  snoozeDays: 30,
  requiredTags: [],
  ownersRotate: false,
};

/** What may differ for a single key. */
export type KeyPolicyOverride = Partial<Pick<KeyPolicy, 'maxAgeDays' | 'unusedDays' | 'inactiveDays'>>;

/** The policy that holds for a key. */
export function policyFor(policy: KeyPolicy, override: KeyPolicyOverride | null): KeyPolicy {
  return { ...policy, ...override };
}
