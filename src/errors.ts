/** What kind of failure this is; decides nothing but how it is worded and logged. */
export type ErrorCode =
  | 'invalid' // what was typed or sent cannot be used
  | 'not_found'
  | 'forbidden' // this person may not do this
  | 'conflict' // somebody or something else was first
  | 'expired' // asked too late
  | 'denied_by_aws'
  | 'throttled'
  | 'unreachable' // AWS, Slack or the database could not be reached; nothing is known
  | 'needs_person'
  | 'internal';

export interface RekeyErrorOptions {
  /** One sentence: what the reader can do now. */
  readonly next?: string;
  /** For the log only; never shown. */
  readonly cause?: unknown;
  /** The input it is about, by its name in the forms: it is shown there when it is in front of the person. */
  readonly field?: string;
}

/**
 * The one error that people may read. `message` says what happened in a sentence for people and carries no
 * secret; `next` says what to do. Whatever is not a RekeyError is shown as a reference number only.
 */
export class RekeyError extends Error {
  readonly code: ErrorCode;
  readonly next: string | undefined;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options: RekeyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RekeyError';
    this.code = code;
    this.next = options.next;
    this.field = options.field;
  }
}

/** True for a lost compare-and-swap: the row was changed or removed since it was read. */
export function isConflict(error: unknown): error is RekeyError {
  return error instanceof RekeyError && error.code === 'conflict';
}
