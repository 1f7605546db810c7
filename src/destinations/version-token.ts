import { createHash } from 'node:crypto';

/**
 * The token by which a delivery can be repeated, made from the rotation and the new key: the same for each try of one
 * key, another one for another key. In the form of a UUID, which every service that takes tokens accepts.
 */
export function deliveryToken(key: { readonly rotationId: string; readonly accessKeyId: string }): string {
  const hex = createHash('sha256').update(`rekey.v1/${key.rotationId}/${key.accessKeyId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
