/** Words of 32 bits that an id takes. */
const WORDS = 4;
/** Where the eight groups of four digits of an id begin. */
const [A, B, C, D, E, F, G, H] = [0, 4, 9, 14, 19, 24, 28, 32] as const;
const DASHES = [8, 13, 18, 23] as const;
const DASH = 0x2d;
const LENGTH = 36;
/** The digits, by their character codes; -1 for what is none. Ids are compared as texts, so capitals are none. */
const DIGITS = Int8Array.from({ length: 256 }, (_, code) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(code)),
);
const TEXT = Buffer.alloc(LENGTH, '-');

/**
 * Ids, each in a place of its own. An id as AWS makes them (a UUID in small letters) takes 16 bytes that lie outside of
 * the heap, and no text; any other is kept as the text it is. They compare as their texts do.
 */
export class Ids {
  #words: Uint32Array;
  readonly #others = new Map<number, string>();

  /** `places`: how many there are, all empty. */
  constructor(places: number) {
    this.#words = new Uint32Array(places * WORDS);
  }

  /** Makes more places, behind those there are. */
  grow(places: number): void {
    const words = new Uint32Array(places * WORDS);
    words.set(this.#words);
    this.#words = words;
  }

  set(place: number, id: string): void {
    if (this.#others.size > 0) this.#others.delete(place);
    if (!pack(id, this.#words, place * WORDS)) this.#others.set(place, id);
  }

  /** Takes over the id of another place. */
  copy(place: number, from: Ids, there: number): void {
    const other = from.#others.size > 0 ? from.#others.get(there) : undefined;
    if (this.#others.size > 0) this.#others.delete(place);
    if (other !== undefined) this.#others.set(place, other);
    for (let word = 0; word < WORDS; word += 1) {
      this.#words[place * WORDS + word] = from.#words[there * WORDS + word] ?? 0;
    }
  }

  at(place: number): string {
    return this.#others.get(place) ?? unpack(this.#words, place * WORDS);
  }

  /** Below 0 when the id in `a` comes before that in `b`, 0 when they are the same. */
  compare(a: number, b: number): number {
    if (this.#others.size > 0 && (this.#others.has(a) || this.#others.has(b))) {
      const [x, y] = [this.at(a), this.at(b)];
      return x < y ? -1 : x > y ? 1 : 0;
    }
    for (let word = 0; word < WORDS; word += 1) {
      const way = (this.#words[a * WORDS + word] ?? 0) - (this.#words[b * WORDS + word] ?? 0);
      if (way !== 0) return way;
    }
    return 0;
  }

  /** True when the id in `place` is that of another place. */
  isSame(place: number, as: Ids, there: number): boolean {
    if (this.#others.size > 0 || as.#others.size > 0) {
      if (this.#others.get(place) !== as.#others.get(there)) return false;
      if (this.#others.has(place)) return true;
    }
    for (let word = 0; word < WORDS; word += 1) {
      if (this.#words[place * WORDS + word] !== as.#words[there * WORDS + word]) return false;
    }
    return true;
  }

  /** A number of 32 bits that is the same for the same id. */
  hash(place: number): number {
    const other = this.#others.size > 0 ? this.#others.get(place) : undefined;
    let hash = 0x811c9dc5;
    if (other !== undefined) {
      for (let at = 0; at < other.length; at += 1) hash = mixed(hash, other.charCodeAt(at));
      return hash >>> 0;
    }
    for (let word = 0; word < WORDS; word += 1) hash = mixed(hash, this.#words[place * WORDS + word] ?? 0);
    return hash >>> 0;
  }
}

function mixed(hash: number, value: number): number {
  const mix = Math.imul(hash ^ value, 0x9e3779b1);
  return mix ^ (mix >>> 15);
}

/** Writes an id as four words; false when it is none that fits. */
function pack(id: string, into: Uint32Array, from: number): boolean {
  if (id.length !== LENGTH) return false;
  for (const dash of DASHES) if (id.charCodeAt(dash) !== DASH) return false;
  const [a, b, c, d] = [four(id, A), four(id, B), four(id, C), four(id, D)];
  const [e, f, g, h] = [four(id, E), four(id, F), four(id, G), four(id, H)];
  if ((a | b | c | d | e | f | g | h) < 0) return false;
  into[from] = (a << 16) | b;
  into[from + 1] = (c << 16) | d;
  into[from + 2] = (e << 16) | f;
  into[from + 3] = (g << 16) | h;
  return true;
}

/** Four digits as a number; below 0 when one of them is none. */
function four(id: string, at: number): number {
  return (digit(id, at) << 12) | (digit(id, at + 1) << 8) | (digit(id, at + 2) << 4) | digit(id, at + 3);
}

function digit(id: string, at: number): number {
  return DIGITS[id.charCodeAt(at)] ?? -1;
}

function unpack(words: Uint32Array, from: number): string {
  const [a = 0, b = 0, c = 0, d = 0] = words.subarray(from, from + WORDS);
  write(a >>> 16, A);
  write(a, B);
  write(b >>> 16, C);
  write(b, D);
  write(c >>> 16, E);
  write(c, F);
  write(d >>> 16, G);
  write(d, H);
  return TEXT.toString('latin1');
}

/** Writes the lower 16 bits as four digits. */
function write(value: number, at: number): void {
  TEXT[at] = character((value >>> 12) & 15);
  TEXT[at + 1] = character((value >>> 8) & 15);
  TEXT[at + 2] = character((value >>> 4) & 15);
  TEXT[at + 3] = character(value & 15);
}

function character(digit: number): number {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}
