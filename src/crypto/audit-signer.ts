import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { RekeyError } from '../errors.ts';
import type { AuditSigner } from '../ports/audit.ts';
import { deriveKey } from './master-key.ts';
import type { MasterKey } from './master-key.ts';

/**
 * Signs by HMAC-SHA-256 (RFC 2104) under keys derived from the master keys for this purpose alone. `masterKeys` come
 * newest first: the first signs, the others only check. Throws RekeyError `internal` without a master key.
 */
export function createAuditSigner(masterKeys: readonly MasterKey[]): AuditSigner {
  const [newest] = masterKeys;
  if (newest === undefined) throw new RekeyError('internal', 'There is no master key to sign with.');
  const keys = new Map(masterKeys.map(({ id, key }) => [id, signingKey(key)]));
  const newestKey = signingKey(newest.key);
  return {
    keyId: newest.id,
    sign: (bytes) => hmac(newestKey, bytes),
    signBy(keyId, bytes) {
      const key = keys.get(keyId);
      return key === undefined ? null : hmac(key, bytes);
    },
  };
}

function signingKey(masterKey: KeyObject): KeyObject {
  const bytes = deriveKey(masterKey, 'sign the audit log');
  try {
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

function hmac(key: KeyObject, bytes: Uint8Array): string {
  return createHmac('sha256', key).update(bytes).digest('hex');
}
