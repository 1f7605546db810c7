/** How long work that a person waits for may take, and how long who does it is taken for alive. */
export interface Leases {
  /** A check of AWS may take this long; ms. */
  readonly workMs: number;
  /** Longer than the work, so that two processes do not work on one attempt; ms. */
  readonly leaseMs: number;
  /** A process that died over long work in the background is noticed after about this; ms, 10 s at least. */
  readonly heartbeatMs: number;
}

export const LEASES: Leases = { workMs: 60_000, leaseMs: 90_000, heartbeatMs: 45_000 };
