import type { Clock } from './clock.ts';

/** Slack's tiers in calls a minute; `post` is chat.postMessage's one a second and channel. */
export type Tier = 'tier1' | 'tier2' | 'tier3' | 'tier4' | 'post' | 'none';

const PER_MINUTE: Readonly<Record<Exclude<Tier, 'post' | 'none'>, number>> = {
  tier1: 1,
  tier2: 20,
  tier3: 50,
  tier4: 100,
};

/** Sliding windows by method and token; the real limits allow some burst, these none. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #calls = new Map<string, number[]>();
  enabled: boolean;

  constructor(clock: Clock, enabled: boolean) {
    this.#clock = clock;
    this.enabled = enabled;
  }

  /** Counts a call; answers the seconds to wait when it is one too many. */
  count(tier: Tier, key: string): number | undefined {
    if (!this.enabled || tier === 'none') return undefined;
    const [most, windowMs] = tier === 'post' ? [1, 1_000] : [PER_MINUTE[tier], 60_000];
    const now = this.#clock.now();
    const recent = (this.#calls.get(key) ?? []).filter((at) => now - at < windowMs);
    const oldest = recent[0];
    if (recent.length >= most && oldest !== undefined) return Math.ceil((oldest + windowMs - now) / 1_000);
    this.#calls.set(key, [...recent, now]);
    return undefined;
  }
}
