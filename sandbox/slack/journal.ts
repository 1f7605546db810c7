import type { Clock } from './clock.ts';
import type { Json } from './json.ts';

/** Something that left the bot: a Web API call, a post to a response_url, or an acknowledgement. */
export interface Received {
  readonly at: number;
  /** The method's name, or `response_url`, or `ack`. */
  readonly method: string;
  readonly args: Json;
  /** The body as it came, for searches through everything that left the bot. */
  readonly raw: string;
  readonly status: number;
  readonly ok: boolean;
  readonly error?: string;
}

export type DeliveryKind = 'command' | 'interaction' | 'suggestion' | 'event';

/** Something that Slack sent to the bot. */
export interface Sent {
  readonly at: number;
  readonly via: 'socket' | 'http';
  readonly kind: DeliveryKind;
  readonly body: Json;
  /** 0 for the first time, then the number of the retry. */
  readonly retry: number;
}

/** Something Slack refuses, or that a bot ought never to do. */
export interface Defect {
  readonly at: number;
  readonly what: string;
  readonly detail?: unknown;
}

/** What happened, in order, and who wants to hear of it. */
export class Journal {
  readonly received: Received[] = [];
  readonly sent: Sent[] = [];
  readonly defects: Defect[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  record(call: Omit<Received, 'at'>): void {
    this.received.push({ at: this.#clock.now(), ...call });
  }

  delivered(delivery: Omit<Sent, 'at'>): void {
    this.sent.push({ at: this.#clock.now(), ...delivery });
  }

  defect(what: string, detail?: unknown): void {
    this.defects.push({ at: this.#clock.now(), what, ...(detail === undefined ? {} : { detail }) });
  }

  /** Calls the listener after every change of what some person's client shows; answers how to stop it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
