import type { DeliveryKind } from './journal.ts';
import type { Json } from './json.ts';

/** How the bot took a delivery. */
export type Ack =
  | { readonly outcome: 'ack'; readonly ms: number; readonly payload: unknown; readonly noRetry: boolean }
  /** Nothing within the three seconds. */
  | { readonly outcome: 'timeout'; readonly ms: number }
  /** Answered with another status than 200. */
  | { readonly outcome: 'refused'; readonly ms: number; readonly status: number; readonly noRetry: boolean }
  /** Nobody there: no socket, or the connection failed. */
  | { readonly outcome: 'unreachable'; readonly ms: number };

export interface Delivery {
  readonly kind: DeliveryKind;
  readonly body: Json;
  readonly retry?: { readonly number: number; readonly reason: string };
}

/** A way from Slack to the bot. */
export interface Transport {
  readonly via: 'socket' | 'http';
  send(delivery: Delivery): Promise<Ack>;
}
