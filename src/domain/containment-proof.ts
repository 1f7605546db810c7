/** What CloudTrail shows since IAM confirmed. */
export interface ContainmentProof {
  /** Since when; ms. */
  readonly since: number;
  /** Everything up to here was seen; null when that is not known, for the reason `why`. */
  readonly completeTo: number | null;
  readonly why: string;
  /** Calls AWS accepted, apart from asking who one is, which nothing can deny. */
  readonly accepted: number;
  readonly lastAcceptedAt: number | null;
  /** The latest such calls, as `service:call` with the key that made them. */
  readonly calls: readonly string[];
  /** Calls AWS refused: somebody still tries. */
  readonly refused: number;
  readonly checkedAt: number;
}
