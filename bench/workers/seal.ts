// Sealing and opening a secret, beside AES-256-GCM of Node.js alone: one key, one nonce, one tag.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { generateMasterKeyText, parseMasterKeys } from '../../src/crypto/master-key.ts';
import { createSealer } from '../../src/crypto/sealer.ts';
import { Secret } from '../../src/domain/secret.ts';
import { answering } from './answering.ts';

export type SealQuestion = { readonly times: number };

/** Pairs a second: to seal and to open again. */
export interface SealAnswer {
  readonly sealer: number;
  readonly cipher: number;
}

const TEXT = 'x'.repeat(40);
const secret = new Secret(TEXT);
const sealer = createSealer(parseMasterKeys(generateMasterKeyText()));

function sealAndOpen(): number {
  return sealer.open(sealer.seal(secret, 'bench'), 'bench').length;
}

function cipherOnly(): number {
  const [key, nonce] = [randomBytes(32), randomBytes(12)];
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const boxed = Buffer.concat([cipher.update(TEXT, 'utf8'), cipher.final()]);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce);
  decipher.setAuthTag(cipher.getAuthTag());
  return Buffer.concat([decipher.update(boxed), decipher.final()]).length;
}

function perSecond(times: number, run: () => number): number {
  let length = 0;
  const began = performance.now();
  for (let at = 0; at < times; at += 1) length += run();
  const took = performance.now() - began;
  if (length !== times * TEXT.length) throw new Error('Not what was sealed');
  return (times * 1_000) / took;
}

answering(({ times }: SealQuestion): Promise<SealAnswer> =>
  Promise.resolve({ sealer: perSecond(times, sealAndOpen), cipher: perSecond(times, cipherOnly) }),
);
