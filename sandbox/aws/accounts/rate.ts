import { AwsError } from '../aws-error.ts';

/** How often something was called in the last second, by whatever shares a limit. */
export class Rates {
  private readonly clock: () => number;
  private readonly calls = new Map<string, number[]>();

  constructor(clock: () => number) {
    this.clock = clock;
  }

  /** Counts a call; `Throttling` when the limit of the last second is used up (such a call does not count). */
  count(key: string, perSecond: number): void {
    const now = this.clock();
    const recent = (this.calls.get(key) ?? []).filter((at) => at > now - 1_000 && at <= now);
    this.calls.set(key, recent);
    if (recent.length >= perSecond) throw new AwsError('Throttling', 400, 'Rate exceeded');
    recent.push(now);
  }
}
