import type { z } from 'zod';
import type { DestinationKind, KeptDestination } from '../domain/destination.ts';
import type { Partition } from '../domain/partition.ts';
import type { Secret } from '../domain/secret.ts';

/** Whose key is replaced; known before the new key exists. */
export interface RotatedKey {
  readonly rotationId: string;
  readonly accountId: string;
  readonly partition: Partition;
  readonly userName: string;
  /** With its path, as IAM tells it: asked whether this user itself can read the place. */
  readonly userArn: string;
  /** The old key: a place that holds any other key is somebody else's. */
  readonly replacesKeyId: string;
}

/** A new access key on its way; the secret is revealed on the one line that hands it over. */
export interface DeliveredKey extends RotatedKey {
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

/** What a place says of a key; `why` says why it is not known, or what it holds instead. */
export interface Holding {
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly why: string | null;
}

/** An input for one part of a target. */
export interface PlaceField {
  readonly name: string;
  readonly label: string;
  readonly hint: string;
  readonly optional: boolean;
  /** What may be chosen; null: a line of text. */
  readonly choices: readonly PlaceChoice[] | null;
  /** What stands there in a new form; null: nothing. */
  readonly initial: string | null;
}

export interface PlaceChoice {
  readonly value: string;
  readonly label: string;
  readonly description: string;
}

/** What a person typed or chose, by the names of the fields; null: left empty. */
export type Typed = Readonly<Record<string, string | null>>;

/** What was typed as a target, or what is wrong by field, in words that say what to type instead. */
export type PlaceRead<Target> =
  | {
      readonly ok: true;
      readonly target: Target;
      /** The account that a typed ARN names; null when none did. */
      readonly accountId: string | null;
      /** Where it is, to be held against the connection's partition; null for what is not in AWS. */
      readonly region: string | null;
      /** Addresses in it that must be looked at before they are used. */
      readonly urls: readonly { readonly field: string; readonly url: string }[];
    }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** How people make and change targets of a kind. */
export interface PlaceForm<Target> {
  readonly fields: readonly PlaceField[];
  /** `before`: what is changed, of which an address left empty stays; null for a new one. */
  read(typed: Typed, before: Target | null): PlaceRead<Target>;
  /** A target as it would be typed; addresses are left out, since they may hold a token. */
  typed(target: Target): Typed;
}

/** What can be said of a kind of place without calling anything. */
export interface DestinationFacts<Target> {
  readonly kind: DestinationKind;
  /** For people: “AWS Secrets Manager”. */
  readonly label: string;
  /** True when a connection writes there. */
  readonly needsConnection: boolean;
  /** True when a second person must agree to it, whatever the user. */
  readonly needsSecondPerson: boolean;
  readonly schema: z.ZodType<Target>;
  /** Where, in words; never a secret. */
  describe(target: Target): string;
  /** Ready snippets that read the destination, by tool; none contains a secret. Empty where nothing can be read. */
  snippets(target: Target): readonly Snippet[];
}

/** What can be said of a kind, with how people make places of it. */
export interface PlaceKind<Target> extends DestinationFacts<Target> {
  readonly form: PlaceForm<Target>;
  /** Everything that is approved, as pairs of a label and a value; for admins alone: addresses are whole. */
  details(target: Target): readonly (readonly [label: string, value: string])[];
}

export interface Snippet {
  readonly tool: string;
  readonly text: string;
}

/** A kind of place, with its calls. Errors are answers here, and never carry the secret. */
export interface DestinationPlace<Target> extends DestinationFacts<Target> {
  /** Whether we may write there, and whether the rotated user itself may read it (a warning). Changes nothing. */
  preflight(target: Target, about: RotatedKey, signal: AbortSignal): Promise<Preflight>;
  /** The same key twice leaves the same result. Neighbouring fields are never wiped. */
  write(target: Target, key: DeliveredKey, signal: AbortSignal): Promise<Written>;
  /** Whether it holds this key now. */
  holds(target: Target, accessKeyId: string, signal: AbortSignal): Promise<Holding>;
  /** Goes back to what was there before, when a person asks; null where it cannot. */
  readonly restore: ((target: Target, before: string, signal: AbortSignal) => Promise<Written>) | null;
}

/** Opens the place of a kept destination, with the credentials of its connection. */
export interface Destinations {
  open(destination: KeptDestination): Promise<DestinationPlace<Readonly<Record<string, unknown>>>>;
}

/** What a redeploy hook answered. */
export type HookAnswer =
  | { readonly answer: 'healthy' }
  /** It works, or its answer is lost: ask again with the same call at `retryAt`. */
  | { readonly answer: 'waiting'; readonly why: string; readonly retryAt: number }
  /** It says that the consumers do not run with the new key, or cannot be asked. */
  | { readonly answer: 'failed'; readonly why: string; readonly mend: string };

/** Tells a consumer's deployment that a new key lies in its place, and hears whether it runs with it. */
export interface RedeployHooks {
  /** The same rotation again is the same call: it asks, and starts nothing twice. */
  call(
    url: string,
    about: RotatedKey & { readonly accessKeyId: string; readonly destination: string },
    signal: AbortSignal,
  ): Promise<HookAnswer>;
}
