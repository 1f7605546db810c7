/** Others are to be shut off, too: what comes after the changes were sent waits until theirs were. */
export interface Pace {
  /** The changes were sent. */
  done(): void;
  giveWay(): Promise<void>;
}

export const ALONE: Pace = { done: () => undefined, giveWay: () => Promise.resolve() };

/** For one turn at what is not urgent: what each of its steps waits for, not for longer than a while in all. */
export type Patience = () => () => Promise<void>;
