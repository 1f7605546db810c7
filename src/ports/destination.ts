import type { z } from 'zod';
import type { DestinationKind, KeptDestination } from '../domain/destination.ts';
import type { Partition } from '../domain/partition.ts';
import type { Secret } from '../domain/secret.ts';

/** A new access key on its way; the secret is revealed on the one line that hands it over. */
export interface DeliveredKey {
  readonly rotationId: string;
  readonly accountId: string;
  readonly partition: Partition;
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
}

/** What a preflight found: asked before a key exists. */
export type Preflight =
  | { readonly answer: 'yes'; readonly warnings: readonly string[] }
  | { readonly answer: 'no'; readonly why: string; readonly mend: string }
  | { readonly answer: 'unknown'; readonly why: string };

/** What a write left behind. `before` is what a restore goes back to; never a secret. */
export type Written =
  | { readonly ok: true; readonly before: string | null }
  /** `retryAt`: its own rate rule, or a failure that may pass. */
  | {
      readonly ok: false;
      readonly why: string;
      readonly mend: string;
      readonly final: boolean;
      readonly retryAt: number | null;
    };

/** A kind of place, with its calls. Errors are answers here, and never carry the secret. */
export interface DestinationPlace<Target> {
  readonly kind: DestinationKind;
  /** For people: “AWS Secrets Manager”. */
  readonly label: string;
  readonly schema: z.ZodType<Target>;
  /** True when a second person must agree to it, whatever the user. */
  readonly needsSecondPerson: boolean;
  /** Where, in words; never a secret. */
  describe(target: Target): string;
  /** Whether we may write there, and whether the rotated user itself may read it (a warning). Changes nothing. */
  preflight(
    target: Target,
    about: Omit<DeliveredKey, 'secretAccessKey' | 'accessKeyId'>,
    signal: AbortSignal,
  ): Promise<Preflight>;
  /** The same key twice leaves the same result. Neighbouring fields are never wiped. */
  write(target: Target, key: DeliveredKey, signal: AbortSignal): Promise<Written>;
  /** Whether it holds this key now. */
  holds(
    target: Target,
    accessKeyId: string,
    signal: AbortSignal,
  ): Promise<{ readonly answer: 'yes' | 'no' | 'unknown'; readonly why: string | null }>;
  /** Goes back to what was there before, when a person asks; null where it cannot. */
  readonly restore: ((target: Target, before: string, signal: AbortSignal) => Promise<Written>) | null;
  /** Ready snippets that read the destination, by tool; none contains a secret. */
  snippets(target: Target): readonly { readonly tool: string; readonly text: string }[];
}

/** Opens the place of a kept destination, with the credentials of its connection. */
export interface Destinations {
  open(destination: KeptDestination): Promise<DestinationPlace<Readonly<Record<string, unknown>>>>;
}
