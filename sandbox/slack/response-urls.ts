import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Where a response_url writes to, and for whom. */
export interface ResponseTarget {
  readonly userId: string;
  readonly channelId: string;
  /** The message the interaction came from; a command has none. */
  readonly original: { readonly ts: string; readonly ephemeral: boolean } | undefined;
}

export const RESPONSE_URL = { uses: 5, lifeMs: 30 * 60 * 1_000 } as const;

interface Issued extends ResponseTarget {
  readonly expires: number;
  left: number;
}

/** response_urls: five uses within thirty minutes. */
export class ResponseUrls {
  readonly #clock: Clock;
  readonly #origin: string;
  readonly #issued = new Map<string, Issued>();

  constructor(clock: Clock, origin: string) {
    this.#clock = clock;
    this.#origin = origin;
  }

  issue(target: ResponseTarget): string {
    const key = randomBytes(16).toString('hex');
    this.#issued.set(key, {
      ...target,
      expires: this.#clock.now() + RESPONSE_URL.lifeMs,
      left: RESPONSE_URL.uses,
    });
    return `${this.#origin}/response/${key}`;
  }

  /** Uses one up. */
  use(key: string): ResponseTarget | 'no_such_url' | 'expired_url' | 'used_url' {
    const issued = this.#issued.get(key);
    if (issued === undefined) return 'no_such_url';
    if (this.#clock.now() > issued.expires) return 'expired_url';
    if (issued.left === 0) return 'used_url';
    issued.left -= 1;
    return issued;
  }
}
