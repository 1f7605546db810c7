import { createHash } from 'node:crypto';

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const secretAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Prefixes of the unique ids in use here (IAM User Guide, "Unique identifiers"). */
export type IdPrefix = 'AKIA' | 'ASIA' | 'AIDA' | 'AROA' | 'AGPA' | 'ANPA';

/** Makes every id, secret and chance of one world; the same seed gives the same sequence. */
export class Identifiers {
  private readonly seed: number;
  private counter = 0;

  constructor(seed: number) {
    this.seed = seed;
  }

  /**
   * A key id of today's format: the ten bytes behind the prefix begin with a set bit and the account number in 40 bits
   * (published by Aidan Steele, 2020, and Tal Be'ery, 2023).
   */
  accessKeyId(prefix: 'AKIA' | 'ASIA', accountId: string): string {
    const random = this.bytes(5);
    const head = (1n << 47n) | (BigInt(accountId) << 7n) | BigInt((random[0] ?? 0) & 0x7f);
    return prefix + toBase32((head << 32n) | BigInt(random.readUInt32BE(1)), 16);
  }

  /** 40 characters of `[A-Za-z0-9+/]`. */
  secretAccessKey(): string {
    return this.text(secretAlphabet, 40);
  }

  /** The opaque token of a session. */
  sessionToken(): string {
    return this.bytes(180).toString('base64');
  }

  /** A unique id of 21 characters. */
  uniqueId(prefix: IdPrefix): string {
    return prefix + this.text(base32, 17);
  }

  /** An account number of twelve digits that does not begin with 0. */
  accountId(): string {
    return this.text('123456789', 1) + this.text('0123456789', 11);
  }

  requestId(): string {
    const hex = this.bytes(16).toString('hex');
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  /** A number from 0 up to 1. */
  chance(): number {
    return this.bytes(4).readUInt32BE(0) / 2 ** 32;
  }

  private text(alphabet: string, length: number): string {
    const bytes = this.bytes(length * 2);
    return Array.from({ length }, (_, index) =>
      alphabet.charAt(bytes.readUInt16BE(index * 2) % alphabet.length),
    ).join('');
  }

  private bytes(count: number): Buffer {
    const blocks: Buffer[] = [];
    for (let have = 0; have < count; have += 32) {
      this.counter += 1;
      blocks.push(createHash('sha256').update(`${this.seed}/${this.counter}`).digest());
    }
    return Buffer.concat(blocks).subarray(0, count);
  }
}

function toBase32(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest >>= 5n) text = base32.charAt(Number(rest & 31n)) + text;
  return text;
}

/** The account inside a key id, or null for ids of the old format (fifth character A to P) and for anything else. */
export function accountOfKeyId(accessKeyId: string): string | null {
  if (!/^(AKIA|ASIA)[Q-Z2-7][A-Z2-7]{15}$/.test(accessKeyId)) return null;
  let value = 0n;
  for (const character of accessKeyId.slice(4, 14)) value = (value << 5n) | BigInt(base32.indexOf(character));
  return (((value >> 2n) & 0x7fffffffff80n) >> 7n).toString().padStart(12, '0');
}
