import { createSecretKey, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { RekeyError } from '../errors.ts';

/** Bytes in a master key: what AES-256 and HKDF-SHA-256 take. */
const KEY_BYTES = 32;

const NEXT =
  'Make a key with `openssl rand -base64 32`; with several, put the newest first, separated by commas.';

/** A key that wraps data keys. The bytes live in a KeyObject, which neither prints nor serialises. */
export interface MasterKey {
  /** A fingerprint of 16 hex digits, derived one way; safe to store and to show. */
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Reads base64 master keys of 32 bytes, comma separated, newest first. Throws RekeyError `invalid` that names a
 * bad entry by its position and never repeats it.
 */
export function parseMasterKeys(text: string): MasterKey[] {
  const entries = text.split(',').map((entry) => entry.trim());
  const positions = new Map<string, number>();
  return entries.map((entry, index) => {
    const masterKey = parseOne(entry, `Master key ${index + 1} of ${entries.length}`);
    const twin = positions.get(masterKey.id);
    if (twin !== undefined) {
      throw new RekeyError('invalid', `Master keys ${twin} and ${index + 1} are the same.`, { next: NEXT });
    }
    positions.set(masterKey.id, index + 1);
    return masterKey;
  });
}

/** A new random master key, as the base64 text that {@link parseMasterKeys} reads. */
export function generateMasterKeyText(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** 32 bytes for one purpose, by HKDF-SHA-256 (RFC 5869). Different purposes give unrelated keys. */
export function deriveKey(key: KeyObject, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `rekey.v1 ${purpose}`, KEY_BYTES));
}

function parseOne(entry: string, label: string): MasterKey {
  if (entry === '') throw new RekeyError('invalid', `${label} is empty.`, { next: NEXT });
  const bytes = Buffer.from(entry, 'base64');
  try {
    if (bytes.toString('base64') !== entry) {
      throw new RekeyError('invalid', `${label} is not base64.`, { next: NEXT });
    }
    if (bytes.length !== KEY_BYTES) {
      const message = `${label} has ${bytes.length} bytes; it must have ${KEY_BYTES}.`;
      throw new RekeyError('invalid', message, { next: NEXT });
    }
    if (bytes.every((byte) => byte === 0)) {
      throw new RekeyError('invalid', `${label} is all zeros, not a random key.`, { next: NEXT });
    }
    const key = createSecretKey(bytes);
    return { id: deriveKey(key, 'master key id').toString('hex', 0, 8), key };
  } finally {
    bytes.fill(0);
  }
}
