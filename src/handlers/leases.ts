/** How long work that a person waits for may take, and how long who does it is taken for alive. */
export interface Leases {
  /** A check of AWS may take this long; ms. */
  readonly workMs: number;
  /** Longer than the work, so that two processes do not work on one attempt; ms. */
  readonly leaseMs: number;
}

export const LEASES: Leases = { workMs: 60_000, leaseMs: 90_000 };
