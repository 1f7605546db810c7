import type { Rotation } from './rotation.ts';
import type { KeyUse } from './key-use.ts';

/** All that the one message of a rotation shows. Holds no secret. */
export interface RotationCard {
  readonly rotation: Rotation;
  /** What the account is called; null where nothing connects it any more. */
  readonly accountName: string | null;
  /** The connection whose own key this is; null for any other key. */
  readonly ownConnectionName: string | null;
  /** What destinations are called, by id. */
  readonly destinationNames: ReadonlyMap<string, string>;
  /** Who used the old key since the cut-over; null when it was not looked at yet. */
  readonly oldUse: KeyUse | null;
  /** Who uses the new key; null when it was not looked at yet. */
  readonly newUse: KeyUse | null;
  /** Why nothing may change now (the global pause); null when it may. */
  readonly paused: string | null;
  readonly now: number;
}

/** How a destination is read, for those who use the key. */
export interface ReadyToRead {
  readonly destinationId: string;
  /** In words: “AWS Secrets Manager, `app/key` in eu-central-1”. */
  readonly where: string;
  /** By tool; none contains a secret. Empty where nothing can be read. */
  readonly snippets: readonly { readonly tool: string; readonly text: string }[];
}

/** One thing that happened, in the thread of the card. */
export interface RotationLine {
  readonly at: number;
  /** The Slack user who did it; null for Rekey itself. */
  readonly by: string | null;
  /** A sentence; what stands between backticks is shown as code. */
  readonly what: string;
  /** User groups to be mentioned under it. */
  readonly mentions?: readonly string[];
}

/**
 * What a person saw of a rotation when they pressed a button: its `stateAt`. The version would not do, since it counts
 * every look and lease, too, between which nothing changed for a person.
 */
export function hasMovedOn(rotation: Pick<Rotation, 'stateAt'>, seenStateAt: number): boolean {
  return rotation.stateAt !== seenStateAt;
}

/** Whether a card drawn of `after` says anything else than one of `before`: leases and looks change nothing on it. */
export function looksOther(before: Rotation, after: Rotation): boolean {
  return seenOf(before) !== seenOf(after);
}

function seenOf(rotation: Rotation): string {
  const { state, stateAt, block, newKeyId, change, orphans, deliveries, wait, approvals } = rotation;
  const { deactivatedAt, cutoverAt, trouble, nextAt, intents } = rotation;
  return JSON.stringify([
    [state, stateAt, block, newKeyId, change, orphans, deliveries, wait, approvals],
    [deactivatedAt, cutoverAt, trouble?.why ?? null, intents.map(({ outcome }) => outcome)],
    // Only there it says when at the earliest it goes on.
    state === 'quiet' ? nextAt : null,
  ]);
}
