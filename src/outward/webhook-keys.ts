import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { Secret } from '../domain/secret.ts';
import type { PublishedKey, WebhookSigner } from '../ports/outward.ts';

/** A new private key for what goes to webhooks: Ed25519, PKCS #8 in base64. Made once, and sealed by its keeper. */
export function newWebhookKey(): Secret {
  const { privateKey } = generateKeyPairSync('ed25519');
  return new Secret(privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'));
}

/** Signs with these keys, newest first: while a new key is made known, receivers may check by either. */
export function openWebhookSigner(privateKeys: readonly Secret[]): WebhookSigner {
  const opened = privateKeys.map((secret) =>
    createPrivateKey({ key: Buffer.from(secret.reveal(), 'base64'), format: 'der', type: 'pkcs8' }),
  );
  return {
    keys: opened.map(published),
    sign: ({ id, at, body }) =>
      opened
        .map((key) => `v1a,${sign(null, Buffer.from(`${id}.${at}.${body}`), key).toString('base64')}`)
        .join(' '),
  };
}

function published(key: KeyObject): PublishedKey {
  // The 32 bytes of the key are the last ones of its SubjectPublicKeyInfo (RFC 8410).
  const raw = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const id = createHash('sha256').update(raw).digest('hex').slice(0, 8);
  return { id, publicKey: `whpk_${raw.toString('base64')}` };
}
