import type { AuditCheckpoint, AuditHead, AuditRow, AuditSigner } from '../ports/audit.ts';

/** The form of what is signed; another form gets another number, and rows of the old one are still checked by it. */
const VERSION = 1;

/** What stands before the first row. */
export const GENESIS = '';

/** The columns that are signed: all of what an entry says, as the text it is kept as, in this order. */
type Content = Omit<AuditRow, 'seq' | 'hmac' | 'keyId'>;

function bytesOf(kind: 'row' | 'head' | 'checkpoint', fields: readonly unknown[]): Uint8Array {
  // JSON of a list: no two lists of texts, numbers and nulls have the same one.
  const text = Buffer.from(JSON.stringify([`rekey audit ${kind}`, ...fields]), 'utf8');
  return Buffer.concat([Buffer.of(VERSION), text]);
}

/** What is signed of a row: its place, the HMAC of the row before it, the key, and every column. */
export function rowBytes(seq: number, previous: string, keyId: string, row: Content): Uint8Array {
  return bytesOf('row', [
    seq,
    previous,
    keyId,
    row.id,
    row.at,
    row.doer,
    row.verb,
    row.phase,
    row.outcome,
    row.entityKind,
    row.entityId,
    row.why,
    row.detail,
    row.correlationId,
  ]);
}

export function headBytes(head: Omit<AuditHead, 'mac'>): Uint8Array {
  return bytesOf('head', [head.seq, head.hmac, head.version, head.at, head.keyId]);
}

export function checkpointBytes(checkpoint: Omit<AuditCheckpoint, 'mac'>): Uint8Array {
  const { seq, hmac, removed, at, doer, keyId } = checkpoint;
  return bytesOf('checkpoint', [seq, hmac, removed, at, doer, keyId]);
}

/** The HMAC of a row that is signed now. */
export function chainHmac(signer: AuditSigner, previous: string, seq: number, row: Content): string {
  return signer.sign(rowBytes(seq, previous, signer.keyId, row));
}

/** Whether a stored signature is right; `unknown key` when it was made by a key that is not configured. */
export type Signature = 'right' | 'wrong' | 'unknown key';

export function checkSignature(
  signer: AuditSigner,
  keyId: string,
  bytes: Uint8Array,
  mac: string,
): Signature {
  const made = signer.signBy(keyId, bytes);
  if (made === null) return 'unknown key';
  return made === mac ? 'right' : 'wrong';
}
