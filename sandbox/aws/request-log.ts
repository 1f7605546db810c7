/** One request as it is remembered: who, what and how it ended, never a secret, a signature or a parameter. */
export interface LoggedRequest {
  /** Milliseconds. */
  readonly at: number;
  readonly service: string | null;
  readonly action: string | null;
  readonly region: string | null;
  /** Null unless the request was authenticated. */
  readonly accountId: string | null;
  /** As claimed, proved or not; null without a readable signature. */
  readonly accessKeyId: string | null;
  /** Null unless the request was authenticated. */
  readonly principalArn: string | null;
  readonly userAgent: string;
  /** Null when the client got no answer. */
  readonly status: number | null;
  readonly errorCode: string | null;
}

const kept = 10_000;

/** The latest requests, oldest first; at most 10,000 are kept. */
export class RequestLog implements Iterable<LoggedRequest> {
  private entries: LoggedRequest[] = [];

  add(entry: LoggedRequest): void {
    this.entries.push(entry);
    if (this.entries.length > kept) this.entries.shift();
  }

  get length(): number {
    return this.entries.length;
  }

  /** The requests of one action. */
  of(action: string): readonly LoggedRequest[] {
    return this.entries.filter((entry) => entry.action === action);
  }

  at(index: number): LoggedRequest | undefined {
    return this.entries.at(index);
  }

  clear(): void {
    this.entries = [];
  }

  [Symbol.iterator](): Iterator<LoggedRequest> {
    return this.entries.values();
  }
}
