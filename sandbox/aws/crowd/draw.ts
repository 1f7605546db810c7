/** Draws by a seed: the same seed gives the same draws, in the same order, on every machine (mulberry32). */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  whole(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  one<T>(from: readonly T[]): T {
    const drawn = from[this.whole(0, from.length - 1)];
    if (drawn === undefined) throw new RangeError('There is nothing to draw from.');
    return drawn;
  }

  /** As many different ones, in the order they are drawn. */
  some<T>(from: readonly T[], count: number): T[] {
    const left = [...from];
    return Array.from({ length: Math.min(count, left.length) }, () => {
      const [drawn] = left.splice(this.whole(0, left.length - 1), 1);
      if (drawn === undefined) throw new RangeError('There is nothing to draw from.');
      return drawn;
    });
  }
}
