import { RekeyError } from '../errors.ts';
import type { Clock } from '../ports/world.ts';

/**
 * One answer of Slack's, asked again when it is older than `ageMs`. Whoever asks meanwhile waits for the same; a failure
 * is remembered for `troubleMs`, so that a crowd of questions does not become a crowd of calls.
 */
export class Remembered<T> {
  readonly #ask: () => Promise<T>;
  readonly #clock: Clock;
  readonly #ageMs: number;
  readonly #troubleMs: number;
  #kept: { readonly value: T; readonly at: number } | null = null;
  #trouble: { readonly error: RekeyError; readonly until: number } | null = null;
  #asking: Promise<T> | null = null;

  constructor(ask: () => Promise<T>, clock: Clock, times: { ageMs: number; troubleMs: number }) {
    this.#ask = ask;
    this.#clock = clock;
    this.#ageMs = times.ageMs;
    this.#troubleMs = times.troubleMs;
  }

  async get(): Promise<T> {
    const now = this.#clock.now();
    if (this.#kept !== null && Math.abs(now - this.#kept.at) < this.#ageMs) return this.#kept.value;
    if (this.#trouble !== null && now < this.#trouble.until) throw this.#trouble.error;
    this.#asking ??= this.#askNow().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #askNow(): Promise<T> {
    try {
      const value = await this.#ask();
      this.#kept = { value, at: this.#clock.now() };
      this.#trouble = null;
      return value;
    } catch (error) {
      if (error instanceof RekeyError) {
        this.#trouble = { error, until: this.#clock.now() + this.#troubleMs };
      }
      throw error;
    }
  }
}
