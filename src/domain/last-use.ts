/** When AWS began to record the use of access keys (IAM user guide): 22 April 2015. */
export const TRACKING_BEGAN = Date.UTC(2015, 3, 22);

/** AWS records a use at most once in this span (IAM user guide, credential report). */
export const USE_GRANULARITY_MS = 15 * 60_000;

/** One recorded use. AWS counts authenticated calls, denied ones among them. */
export interface Use {
  /** ms since the epoch; up to {@link USE_GRANULARITY_MS} before the last call. */
  readonly at: number;
  /** AWS's name of the service, such as `s3`; null when it does not say. */
  readonly service: string | null;
  /** Null when AWS does not say, as for S3. */
  readonly region: string | null;
}

/**
 * When an access key was last used.
 * - `used`: AWS's record as it stood at `asOf`
 * - `not_seen`: AWS has no record since tracking began, as it stood at `asOf`
 * - `unknown`: it could not be read (`why`) since `since`; `last` is the record from before that, if there was one
 */
export type LastUse =
  | ({ readonly kind: 'used'; readonly asOf: number } & Use)
  | { readonly kind: 'not_seen'; readonly asOf: number }
  | { readonly kind: 'unknown'; readonly why: string; readonly since: number; readonly last: Use | null };
