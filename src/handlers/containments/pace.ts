/** Others are to be shut off, too: what comes after the changes were sent waits until theirs were. */
export interface Pace {
  /** The changes were sent. */
  done(): void;
  giveWay(): Promise<void>;
}

export const ALONE: Pace = { done: () => undefined, giveWay: () => Promise.resolve() };
