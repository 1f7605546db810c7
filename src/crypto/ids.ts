import { randomFillSync } from 'node:crypto';
import type { Clock, Ids } from '../ports/world.ts';

/** Crockford's base 32 in lower case: no i, l, o, u. Its order is that of ASCII, so ids sort as numbers do. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 10;
const RANDOM_BYTES = 10;
const EXTERNAL_ID_BYTES = 20;
/** Drawn at a time: asking for a few bytes takes as long as for these. */
const POOL_BYTES = 2_048;

/**
 * Ids of 26 characters laid out as a ULID: 48 bits of time in milliseconds, then 80 random bits (two ids of the
 * same millisecond are in no order). `random(n)` gives n unpredictable bytes; another one is for tests only.
 */
export function createIds(clock: Pick<Clock, 'now'>, random: (bytes: number) => Uint8Array = pooled()): Ids {
  return {
    next: () => timeDigits(clock.now()) + base32(random(RANDOM_BYTES)),
    externalId: () => `rekey-${base32(random(EXTERNAL_ID_BYTES))}`,
  };
}

/** Unpredictable bytes, each handed out once. */
function pooled(): (bytes: number) => Uint8Array {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  return (bytes) => {
    if (used + bytes > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    used += bytes;
    const drawn = pool.slice(used - bytes, used);
    pool.fill(0, used - bytes, used);
    return drawn;
  };
}

function timeDigits(ms: number): string {
  let rest = Math.max(0, Math.floor(ms));
  let digits = '';
  for (let place = 0; place < TIME_DIGITS; place += 1) {
    digits = ALPHABET.charAt(rest % 32) + digits;
    rest = Math.floor(rest / 32);
  }
  return digits;
}

/** Five bits a character; exact for lengths that are a multiple of five bytes. */
function base32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xfff;
    held += 8;
    while (held >= 5) {
      held -= 5;
      text += ALPHABET.charAt((bits >> held) & 31);
    }
  }
  return text;
}
