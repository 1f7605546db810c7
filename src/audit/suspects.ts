import type { AuditRow, AuditSigner } from '../ports/audit.ts';
import { checkSignature, rowBytes } from './chain.ts';
import type { Findings } from './findings.ts';

/** How many wrong rows are looked at closer; every one is tried at the place of every other. */
export const SUSPECTS = 20;

/** A row whose HMAC is not the one its place calls for. */
export interface Suspect {
  readonly row: AuditRow;
  readonly seq: number;
  readonly hmac: string;
  readonly keyId: string;
  /** What the HMAC before it may have been; empty after a gap. */
  readonly previous: readonly string[];
}

/** Places without a row. */
export interface Gap {
  readonly first: number;
  readonly last: number;
  readonly previous: readonly string[];
}

/**
 * Tells rows that were changed from those that were moved whole, and from those that are right and only follow a
 * wrong one. Answers how many are right.
 */
export function diagnose(
  signer: AuditSigner,
  suspects: readonly Suspect[],
  gaps: readonly Gap[],
  findings: Findings,
): number {
  const hmacs = suspects.map(({ hmac }) => hmac);
  const places = [
    ...suspects.map(({ seq, previous }) => ({ seq, previous })),
    ...gaps.map(({ first, previous }) => ({ seq: first, previous })),
  ];
  const fits = (suspect: Suspect, seq: number, previous: readonly string[]): boolean =>
    [...previous, ...hmacs].some((each) => {
      const bytes = rowBytes(seq, each, suspect.keyId, suspect.row);
      return checkSignature(signer, suspect.keyId, bytes, suspect.hmac) === 'right';
    });
  let right = 0;
  for (const suspect of suspects) {
    const { row, seq, previous } = suspect;
    if (fits(suspect, seq, previous)) {
      right += 1;
      continue;
    }
    const home = places.find((place) => place.seq !== seq && fits(suspect, place.seq, place.previous));
    if (home !== undefined) {
      findings.add(
        'moved',
        seq,
        row.id,
        `Entry ${row.id} stands at place ${seq}; it was made for place ${home.seq}.`,
      );
    } else if (previous.length > 0) {
      findings.add('changed', seq, row.id, wrongText(row.id, seq));
    } else {
      const text = `Entry ${row.id} at place ${seq} cannot be checked: the one before it is missing.`;
      findings.add('missing', seq, row.id, text);
    }
  }
  return right;
}

export function wrongText(id: string, seq: number): string {
  return `Entry ${id} at place ${seq} was changed, moved, or written without the key.`;
}
