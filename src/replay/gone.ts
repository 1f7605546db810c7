import { Ids } from './ids.ts';

/** How many lots of ids are remembered. */
const REMEMBERED = 6;

/** Ids of events that went, lot by lot: the oldest lot makes room, and its memory serves the next. */
export class Gone {
  readonly #size: number;
  readonly #lots: Lot[] = [];
  readonly #asked = new Ids(1);

  /** `size`: how many ids a lot has as a rule. */
  constructor(size: number) {
    this.#size = size;
  }

  /** Remembers the ids in these places, which went together. */
  add(ids: Ids, places: Uint32Array): void {
    const oldest = this.#lots.length < REMEMBERED ? undefined : this.#lots.shift();
    const lot =
      oldest !== undefined && oldest.places >= places.length
        ? oldest
        : new Lot(Math.max(this.#size, places.length));
    lot.fill(ids, places);
    this.#lots.push(lot);
  }

  has(id: string): boolean {
    this.#asked.set(0, id);
    return this.#lots.some((lot) => lot.has(this.#asked));
  }
}

/** Ids, found by their hashes; sorted in only once one is asked for: in ordered files none ever is. */
class Lot {
  readonly places: number;
  readonly #ids: Ids;
  #count = 0;
  /** By hash, one more than the place of an id; 0 where there is none. At least half of it is empty. */
  readonly #byHash: Uint32Array;
  #isSorted = false;

  constructor(places: number) {
    this.places = places;
    this.#ids = new Ids(places);
    this.#byHash = new Uint32Array(2 ** Math.ceil(Math.log2(2 * places + 2)));
  }

  /** Takes these ids in the place of those it had. */
  fill(ids: Ids, places: Uint32Array): void {
    for (const [place, there] of places.entries()) this.#ids.copy(place, ids, there);
    this.#count = places.length;
    this.#isSorted = false;
  }

  /** Whether it has the id in the first place of `ids`. */
  has(ids: Ids): boolean {
    if (!this.#isSorted) this.#sort();
    for (let at = ids.hash(0); ; at += 1) {
      const place = (this.#byHash[at & (this.#byHash.length - 1)] ?? 0) - 1;
      if (place < 0) return false;
      if (this.#ids.isSame(place, ids, 0)) return true;
    }
  }

  #sort(): void {
    this.#byHash.fill(0);
    const last = this.#byHash.length - 1;
    for (let place = 0; place < this.#count; place += 1) {
      let at = this.#ids.hash(place) & last;
      while (this.#byHash[at] !== 0) at = (at + 1) & last;
      this.#byHash[at] = place + 1;
    }
    this.#isSorted = true;
  }
}
