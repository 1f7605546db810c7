/**
 * - `break_glass`: any use is announced; no age reminders
 * - `decoy`: any use is critical; no reminders at all
 * - `managed_elsewhere`: a tool made it; warn before rotating
 */
export type KeyKind = 'ordinary' | 'break_glass' | 'decoy' | 'managed_elsewhere';

export const KEY_KINDS: readonly KeyKind[] = ['ordinary', 'break_glass', 'decoy', 'managed_elsewhere'];

/** A kind with where it comes from; what people set in Slack wins over tags. */
export interface KindOfKey {
  readonly kind: KeyKind;
  readonly from: 'slack' | 'tag' | 'guess' | 'default';
  /** The tool, for `managed_elsewhere`: “Terraform”, “CloudFormation”, “SES SMTP”; null when unknown. */
  readonly managedBy: string | null;
}
