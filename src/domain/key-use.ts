import type { Known } from './known.ts';

/** Somebody who uses a key, as CloudTrail shows it. */
export interface KeyUser {
  /** An address, or the name AWS gives in its place. */
  readonly network: string;
  readonly userAgent: string;
  readonly service: string;
  readonly region: string;
  readonly lastAt: number;
  readonly calls: number;
  /** True for Rekey's own calls, which do not count. */
  readonly ours: boolean;
}

/** Who used a key since a time. Data events never appear in `LookupEvents`. */
export interface KeyUse {
  readonly accessKeyId: string;
  readonly since: number;
  /** Every call up to here was seen, in every region asked; null when a region could not be read. */
  readonly completeTo: Known<number>;
  readonly users: readonly KeyUser[];
  readonly lastAt: number | null;
}
