import { RekeyError } from '../errors.ts';
import type { AuditHead } from '../ports/audit.ts';

/** Hex digits of the HMAC that are printed: 128 bits, which nobody meets by trying. */
const PRINTED_DIGITS = 32;

/** An earlier head as somebody wrote it down. */
export interface PrintedHead {
  readonly seq: number;
  /** The beginning of its HMAC, hex. */
  readonly prefix: string;
}

/** The head in the form that is posted and that `--head` takes: `1234:ab12…`. */
export function printHead({ seq, hmac }: Pick<AuditHead, 'seq' | 'hmac'>): string {
  return `${seq}:${hmac.slice(0, PRINTED_DIGITS)}`;
}

/** Reads a printed head; an ellipsis at its end is allowed. Throws RekeyError `invalid`. */
export function parseHead(text: string): PrintedHead {
  const found = /^(\d{1,15}):([0-9a-f]{8,64})(?:…|\.\.\.)?$/.exec(text.trim().toLowerCase());
  const seq = Number(found?.[1]);
  const prefix = found?.[2];
  if (prefix === undefined || seq < 1) {
    throw new RekeyError('invalid', 'That is not an audit head.', {
      next: 'Copy it from the alert channel: the entry number, a colon, and at least 8 digits, such as 1234:ab12cd34.',
    });
  }
  return { seq, prefix };
}
