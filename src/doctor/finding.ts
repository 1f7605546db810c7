import { RekeyError } from '../errors.ts';

/** One line of the report. No field ever holds a secret. */
export interface Finding {
  readonly verdict: 'ok' | 'warning' | 'failed';
  /** What was looked at. */
  readonly what: string;
  readonly found: string;
  /** How to mend it; null for what is well. */
  readonly mend: string | null;
}

export function ok(what: string, found: string): Finding {
  return { verdict: 'ok', what, found, mend: null };
}

export function warning(what: string, found: string, mend: string): Finding {
  return { verdict: 'warning', what, found, mend };
}

export function failed(what: string, found: string, mend: string): Finding {
  return { verdict: 'failed', what, found, mend };
}

/** What a check that threw comes to: our own words, or the class of an error whose words may hold anything. */
export function failure(what: string, error: unknown): Finding {
  return error instanceof RekeyError
    ? failed(what, error.message, error.next ?? 'Try again; the log of the running Rekey may say more.')
    : failed(
        what,
        `This check broke (${error instanceof Error ? error.name : 'no error'}).`,
        'This is a defect in Rekey; please report it.',
      );
}

/** The finding as a terminal shows it: the verdict first, in a word. */
export function shown({ verdict, what, found, mend }: Finding): string {
  const indent = ' '.repeat(9);
  const body = `${what}: ${found}`.replaceAll('\n', `\n${indent}`);
  return `${verdict.padEnd(9)}${body}\n${mend === null ? '' : `${indent}to mend: ${mend}\n`}`;
}
