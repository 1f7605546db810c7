/** The processes of Rekey on one database. */
export interface Instances {
  /**
   * The ids (`instanceId`) of those that are alive, this one among them, in order, as the database says now. One that
   * was killed or stands still counts for half a minute more. Throws RekeyError `unreachable`.
   */
  alive(): Promise<readonly string[]>;
}

/** How the calls to one account are divided among the instances. Nothing here waits or throws. */
export interface CallShare {
  /** Among how many, this one included; what was known last when the database does not answer. */
  readonly instances: number;
  /**
   * Among how many the calls of an API to an account (`cloudtrail 111122223333`) are divided at this moment: those that
   * make such calls, this one included, which hereby says that it is about to. Until the others know that, it is all
   * that are alive, so that together they never make twice as many as one may.
   */
  sharers(use: string): number;
  /** AWS throttled a budget of this process: the others are told. */
  throttled(budget: string): void;
  /** Calls back when AWS throttled a budget of another instance. */
  onThrottled(listener: (budget: string) => void): void;
}

/** A process that shares with nobody. */
export const UNSHARED: CallShare = {
  instances: 1,
  sharers: () => 1,
  throttled: () => undefined,
  onThrottled: () => undefined,
};
