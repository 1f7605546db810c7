import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto';
import type { CipherKey, KeyObject } from 'node:crypto';
import type { SealedBox } from '../domain/records.ts';
import { Secret } from '../domain/secret.ts';
import { RekeyError } from '../errors.ts';
import type { Sealer } from '../ports/world.ts';
import { deriveKey } from './master-key.ts';
import type { MasterKey } from './master-key.ts';

const CIPHER = 'aes-256-gcm';
const DATA_KEY_BYTES = 32;
/** The nonce and tag lengths NIST SP 800-38D recommends for GCM. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** What a ciphertext is; bound into it, so that a wrapped key never opens as a secret or the reverse. */
type Purpose = 'data key' | 'secret';

/**
 * Seals with AES-256-GCM under a random data key per secret. The data key is wrapped, also by AES-256-GCM, under
 * a key derived from the newest master key. `masterKeys` come newest first; the older ones only open and rewrap.
 *
 * Both parts are base64 of: format (1 byte), nonce (12), tag (16), ciphertext. Throws RekeyError `internal`
 * without a master key, and as {@link Sealer} says.
 */
export function createSealer(masterKeys: readonly MasterKey[]): Sealer {
  const [newest] = masterKeys;
  if (newest === undefined) throw new RekeyError('internal', 'There is no master key to seal with.');
  const newestId = newest.id;
  const wrappingKeys = new Map(masterKeys.map(({ id, key }) => [id, wrappingKey(key)]));

  function wrap(dataKey: Buffer, identity: string): Pick<SealedBox, 'masterKeyId' | 'wrappedKey'> {
    const key = wrappingKeyOf(newestId);
    return { masterKeyId: newestId, wrappedKey: encrypt(key, dataKey, 'data key', identity) };
  }

  function wrappingKeyOf(masterKeyId: string): KeyObject {
    const key = wrappingKeys.get(masterKeyId);
    if (key === undefined) throw unknownMasterKey(masterKeyId);
    return key;
  }

  /** Hands the data key to `use` and wipes it afterwards. */
  function withDataKey<T>(box: SealedBox, identity: string, use: (dataKey: Buffer) => T): T {
    const dataKey = decrypt(wrappingKeyOf(box.masterKeyId), box.wrappedKey, 'data key', identity);
    try {
      return use(dataKey);
    } finally {
      dataKey.fill(0);
    }
  }

  return {
    masterKeyId: newestId,

    seal(secret, identity) {
      const dataKey = randomBytes(DATA_KEY_BYTES);
      const plain = Buffer.from(wellFormed(secret.reveal()), 'utf8');
      try {
        const ciphertext = encrypt(dataKey, plain, 'secret', identity);
        return { ...wrap(dataKey, identity), ciphertext };
      } finally {
        dataKey.fill(0);
        plain.fill(0);
      }
    },

    open(box, identity) {
      return withDataKey(box, identity, (dataKey) => {
        const plain = decrypt(dataKey, box.ciphertext, 'secret', identity);
        try {
          return new Secret(plain.toString('utf8'));
        } finally {
          plain.fill(0);
        }
      });
    },

    rewrap(box, identity) {
      return withDataKey(box, identity, (dataKey) => ({
        ...wrap(dataKey, identity),
        ciphertext: box.ciphertext,
      }));
    },
  };
}

/** The master key itself encrypts nothing: other purposes derive their own keys from it. */
function wrappingKey(masterKey: KeyObject): KeyObject {
  const bytes = deriveKey(masterKey, 'wrap data keys');
  try {
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

function encrypt(key: CipherKey, plain: Buffer, purpose: Purpose, identity: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associatedData(purpose, identity));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), body]).toString('base64');
}

function decrypt(key: CipherKey, text: string, purpose: Purpose, identity: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  // Buffer skips what is not base64; the comparison refuses such text.
  if (bytes.toString('base64') !== text || bytes.length < HEADER_BYTES) throw changed();
  if (bytes[0] !== FORMAT) throw unknownFormat();
  const nonce = bytes.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(purpose, identity));
  decipher.setAuthTag(bytes.subarray(1 + NONCE_BYTES, HEADER_BYTES));
  const body = decipher.update(bytes.subarray(HEADER_BYTES));
  try {
    // GCM is a stream cipher: `update` gave all of the plaintext, `final` only checks the tag.
    decipher.final();
    return body;
  } catch {
    body.fill(0);
    throw changed();
  }
}

function associatedData(purpose: Purpose, identity: string): Buffer {
  return Buffer.from(`rekey.v1 ${purpose}\0${identity}`, 'utf8');
}

/** Half a surrogate pair would not survive UTF-8: better refused than sealed as something else. */
function wellFormed(text: string): string {
  if (!text.isWellFormed()) {
    throw new RekeyError('invalid', 'The secret has characters that are not valid Unicode.', {
      next: 'Paste it again.',
    });
  }
  return text;
}

function unknownMasterKey(masterKeyId: string): RekeyError {
  const shown = /^[0-9a-f]{16}$/.test(masterKeyId) ? masterKeyId : 'of an unknown form';
  return new RekeyError(
    'internal',
    `A stored secret is sealed under master key ${shown}, which is not here.`,
    {
      next: 'Put that key back, after the newest, in REKEY_MASTER_KEY or the key file; or replace the credentials.',
    },
  );
}

function unknownFormat(): RekeyError {
  return new RekeyError('internal', 'A stored secret is sealed in a format this version does not know.', {
    next: 'Run the version of Rekey that wrote it, or a newer one.',
  });
}

function changed(): RekeyError {
  return new RekeyError(
    'internal',
    'A stored secret does not open: it was changed or moved to another row.',
    {
      next: 'Restore the database from a backup, or replace the credentials.',
    },
  );
}
