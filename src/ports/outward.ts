/** What became of a request to a URL that a person typed. Nothing in `why` is from the answer or the address. */
export type OutwardAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The seconds of a Retry-After header, as ms; null when there is none. */
      readonly retryAfterMs: number | null;
      /** At most 16 KB; null when it was longer or not text. May repeat what was sent: never shown or logged. */
      readonly body: string | null;
    }
  /** Nothing was sent: the address is not one to use. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Whether it arrived is not known. */
  | { readonly kind: 'unreachable'; readonly why: string };

/** The one way to a URL that a person typed: its address is checked, redirects are not followed, TLS is required. */
export interface Outward {
  /** Why an address cannot be used, in words for whoever typed it; null when it can. Nothing is sent. */
  addressProblem(url: string): Promise<string | null>;
  post(
    request: {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    },
    signal: AbortSignal,
  ): Promise<OutwardAnswer>;
}

/** A public key of ours as receivers take it. */
export interface PublishedKey {
  /** Short, made from the key: tells keys apart, and proves nothing. */
  readonly id: string;
  /** `whpk_` and the 32 bytes of an Ed25519 public key in base64, as Standard Webhooks writes it. */
  readonly publicKey: string;
}

/** Signs what goes to webhooks, with every key of ours that is in force. */
export interface WebhookSigner {
  /** Newest first. */
  readonly keys: readonly PublishedKey[];
  /** The value of `webhook-signature`: one `v1a,…` per key, separated by blanks. `at` in whole seconds. */
  sign(message: { readonly id: string; readonly at: number; readonly body: string }): string;
}
