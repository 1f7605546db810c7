/** A process on the database, with the keys it signs with. */
export interface SigningInstance {
  readonly id: string;
  /**
   * By connection whose own key is being replaced: the key whose secret this process could open last. Null for one that
   * does not say.
   */
  readonly signsWith: Readonly<Record<string, string>> | null;
}

/** The processes of Rekey on one database. */
export interface Instances {
  /** The ids of this process and of every other that may live, as `signers`. Throws RekeyError `unreachable`. */
  living(): Promise<readonly string[]>;
  /**
   * This process, as of now, and every other that may live, in order of their ids, as the database says. One that was
   * killed or stands still is among them for a minute more: nobody may take it for dead while it could still sign.
   * Throws RekeyError `unreachable`.
   */
  signers(): Promise<readonly SigningInstance[]>;
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
