import type { Severity } from './notice.ts';

/** Who is mentioned: a user group of Slack, or one person. */
export interface OnCallRef {
  readonly kind: 'user' | 'group';
  /** Slack's id. */
  readonly id: string;
}

/** Who is mentioned in the first message of an incident, from which severity on; set in Slack. Times are ms. */
export interface OnCall extends OnCallRef {
  readonly least: Severity;
  readonly setBy: string;
  readonly setAt: number;
}
