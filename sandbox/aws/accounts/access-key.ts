import type { ReplicaLag } from './lag.ts';
import { Versioned } from './versioned.ts';

export type KeyStatus = 'Active' | 'Inactive';

export interface LastUsed {
  readonly at: number;
  readonly service: string;
  readonly region: string;
}

const lastUsedSpanMs = 15 * 60_000;

/** A long-term access key and its history. */
export class AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly createdAt: number;
  lastUsed: LastUsed | null;
  /** Created, or status changed: what the credential report calls "last rotated". */
  lastChangedAt: number;
  private readonly status: Versioned<KeyStatus | 'Deleted'>;
  /** Null for a key that was there before the world began to turn: it never flaps. */
  private readonly announcedAt: number | null;
  private attemptsWhileNew = 0;

  constructor(from: {
    accessKeyId: string;
    secretAccessKey: string;
    createdAt: number;
    announcedAt: number | null;
    status: KeyStatus;
    lastUsed: LastUsed | null;
  }) {
    this.accessKeyId = from.accessKeyId;
    this.secretAccessKey = from.secretAccessKey;
    this.createdAt = from.createdAt;
    this.lastChangedAt = from.createdAt;
    this.announcedAt = from.announcedAt;
    this.status = new Versioned<KeyStatus | 'Deleted'>(from.status);
    this.lastUsed = from.lastUsed;
  }

  /** The true status, which replicas may not know yet. */
  get currentStatus(): KeyStatus | 'Deleted' {
    return this.status.latest;
  }

  change(status: KeyStatus | 'Deleted', at: number): void {
    this.lastChangedAt = at;
    this.status.set(status, at);
  }

  /** What a listing shows that looks at the state of `time`; null when the key is not in it. */
  listedAs(time: number): KeyStatus | null {
    if (this.announcedAt !== null && time < this.announcedAt) return null;
    const status = this.status.asOf(time);
    return status === 'Deleted' ? null : status;
  }

  /**
   * Whether the replica that is asked now accepts the key. While a new key spreads, replicas differ: it is refused and
   * accepted in turn, beginning with a refusal.
   */
  accepted(now: number, lag: ReplicaLag): boolean {
    if (this.status.asOf(now - lag.keyStatusMs) !== 'Active') return false;
    if (this.announcedAt === null || now >= this.announcedAt + lag.newKeyMs) return true;
    this.attemptsWhileNew += 1;
    return this.attemptsWhileNew % 2 === 0;
  }

  /** Records a use, at most once per quarter of an hour. */
  recordUse(use: LastUsed): void {
    if (this.lastUsed === null || use.at - this.lastUsed.at >= lastUsedSpanMs) this.lastUsed = use;
  }
}
