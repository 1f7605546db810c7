import type { AuditRow, AuditSigner } from '../ports/audit.ts';
import { checkSignature, rowBytes } from './chain.ts';
import type { Findings } from './findings.ts';
import { diagnose, SUSPECTS, wrongText, type Gap, type Suspect } from './suspects.ts';

/** This many wrong rows in a row, up to the end, are a chain that somebody made again. */
const REWRITTEN = 3;

/** Where a walk begins: the place before the first row, and its HMAC (null: not known). */
export interface Start {
  readonly seq: number;
  readonly hmac: string | null;
}

/** Checks rows one after another, by (seq, id), in bounded memory. */
export class Walk {
  readonly #signer: AuditSigner;
  readonly #findings: Findings;
  readonly #start: Start;
  readonly #suspects: Suspect[] = [];
  readonly #gaps: Gap[] = [];
  /** What the HMAC of the row before may have been; empty when nobody can tell. */
  #previous: readonly string[];
  #badSince: { seq: number; count: number } | null = null;
  /** The last row that was taken. */
  last: { readonly seq: number; readonly hmac: string | null };
  right = 0;
  /** Rows by the key that signed them, of keys that are not configured. */
  readonly unknownKeys: Map<string, number> = new Map();

  constructor(signer: AuditSigner, start: Start, findings: Findings) {
    this.#signer = signer;
    this.#findings = findings;
    this.#start = start;
    this.#previous = start.hmac === null ? [] : [start.hmac];
    this.last = start;
  }

  take(row: AuditRow): void {
    const { id, seq, hmac, keyId } = row;
    if (seq === null || !Number.isSafeInteger(seq) || seq <= this.#start.seq) {
      const place = seq !== null && Number.isSafeInteger(seq) ? `place ${seq}` : 'a place that is no number';
      this.#findings.add('foreign', null, id, `Entry ${id} claims ${place}, which no entry can have.`);
      return;
    }
    if (seq === this.last.seq) {
      this.#findings.add('duplicate', seq, id, `Entry ${id} is a second one at place ${seq}.`);
      return;
    }
    if (seq > this.last.seq + 1) this.#gap(this.last.seq + 1, seq - 1);
    this.last = { seq, hmac };
    if (hmac === null || keyId === null) {
      this.#wrong({ row, seq, hmac: '', keyId: this.#signer.keyId, previous: this.#previous });
      return;
    }
    const checks = this.#previous.map((each) =>
      checkSignature(this.#signer, keyId, rowBytes(seq, each, keyId, row), hmac),
    );
    const unknown =
      checks.length > 0
        ? checks.includes('unknown key')
        : this.#signer.signBy(keyId, new Uint8Array()) === null;
    if (unknown) {
      this.unknownKeys.set(keyId, (this.unknownKeys.get(keyId) ?? 0) + 1);
      this.#previous = [hmac];
    } else if (checks.includes('right')) {
      this.right += 1;
      this.#badSince = null;
      this.#previous = [hmac];
    } else {
      this.#wrong({ row, seq, hmac, keyId, previous: this.#previous });
    }
  }

  /** After the last row: names what the wrong ones are. */
  finish(): void {
    if (this.#badSince !== null && this.#badSince.count >= REWRITTEN) {
      const { seq } = this.#badSince;
      const text = `From place ${seq} to the end no entry has a right HMAC: the chain was made again without the key.`;
      this.#findings.add('rewritten', seq, null, text);
    }
    this.right += diagnose(this.#signer, this.#suspects, this.#gaps, this.#findings);
  }

  #gap(first: number, last: number): void {
    const which =
      first === last ? `The entry at place ${first} is` : `The entries at places ${first} to ${last} are`;
    this.#findings.add('missing', first, null, `${which} missing.`);
    if (this.#gaps.length < SUSPECTS) this.#gaps.push({ first, last, previous: this.#previous });
    this.#previous = [];
  }

  #wrong(suspect: Suspect): void {
    const { row, seq, hmac, keyId, previous } = suspect;
    // What it should have been: when only the HMAC was changed, the next row still follows that.
    const meant = previous.flatMap(
      (each) => this.#signer.signBy(keyId, rowBytes(seq, each, keyId, row)) ?? [],
    );
    this.#previous = [hmac, ...meant];
    this.#badSince = { seq: this.#badSince?.seq ?? seq, count: (this.#badSince?.count ?? 0) + 1 };
    if (this.#suspects.length < SUSPECTS) this.#suspects.push(suspect);
    else this.#findings.add('changed', seq, row.id, wrongText(row.id, seq));
  }
}
