import { RekeyError } from '../errors.ts';

/** The command line was wrong: the program ends with 2 instead of 1. */
export class UsageError extends RekeyError {
  constructor(message: string, next?: string) {
    super('invalid', message, next === undefined ? {} : { next });
    this.name = 'UsageError';
  }
}

/** True for a wrong command line, also as `parseArgs` of node:util reports it. */
export function isUsageError(error: unknown): error is Error {
  if (error instanceof UsageError) return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}
