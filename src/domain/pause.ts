/** A stop, by a person, of something Rekey does by itself. */
export interface Stop {
  /** Slack user id. */
  readonly by: string;
  /** In that person's words; at most {@link PAUSE_WHY_LENGTH} characters. */
  readonly why: string;
  /** ms. */
  readonly at: number;
}

/** A stop of everything by which Rekey changes AWS, but for containment and its undo. */
export type Pause = Stop;

export const PAUSE_WHY_LENGTH = 200;
