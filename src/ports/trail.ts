/** One event of CloudTrail's history as it came: `record` is the full record, parsed from its JSON. */
export interface TrailEvent {
  readonly eventId: string;
  readonly eventTime: number;
  readonly eventName: string;
  readonly accessKeyId: string | null;
  readonly record: Readonly<Record<string, unknown>>;
}

/** Exactly one attribute a look-up (facts: AWS takes no more). */
export type TrailQuestion =
  | { readonly by: 'AccessKeyId'; readonly value: string }
  | { readonly by: 'EventName'; readonly value: string }
  | { readonly by: 'Username'; readonly value: string }
  | { readonly by: 'ResourceName'; readonly value: string }
  | { readonly by: 'ReadOnly'; readonly value: 'true' | 'false' }
  | null;

/** CloudTrail's event history of one account: 90 days, management events only, by region. Errors are AwsFailures. */
export interface Trail {
  /**
   * Newest first, page by page, inside the account's and region's budget; `people` goes before `watch`.
   * @param window inclusive, ms; parts older than 90 days are not there
   */
  lookUp(
    region: string,
    question: TrailQuestion,
    window: { readonly from: number; readonly to: number },
    priority: 'people' | 'watch',
    signal: AbortSignal,
  ): AsyncIterable<readonly TrailEvent[]>;
  /** Regions that are enabled in the account (ec2:DescribeRegions). */
  enabledRegions(signal: AbortSignal): Promise<readonly string[]>;
}

/** One event of the history as it came, whatever it holds. */
export interface HistoryEvent {
  /** ms; null when AWS did not say. */
  readonly at: number | null;
  /** The full record as JSON text, or what stands in its place. */
  readonly text: string;
  /** What AWS says of it beside the record, as a record in JSON; only where the record is plainly cut off. */
  readonly outer?: string;
}

/** The event history for whoever reads all of it: nothing in an event stops the reading. Errors are AwsFailures. */
export interface EventHistory {
  /**
   * Newest first, page by page, inside the account's and region's budget, behind people. A token AWS does not take any
   * more is an `invalid_request`: the window must be read anew.
   * @param window inclusive, ms; `to` may be Infinity: whatever is there, however fast the clock of AWS is
   */
  pages(
    region: string,
    question: TrailQuestion,
    window: { readonly from: number; readonly to: number },
    signal: AbortSignal,
  ): AsyncIterable<readonly HistoryEvent[]>;
}
