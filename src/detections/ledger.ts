import { DIMENSIONS, SIZES, type Dimension } from './dimensions.ts';

/** What seeing a value did: it was there, it was added, or it was put where another was. */
export type Seen = 'known' | 'added' | 'replaced';

/** The numbers of a value: when it was first and last seen (ms), how often, and of which kind it is. */
export const FIRST = 0;
export const LAST = 1;
export const COUNT = 2;
const KIND = 3;
const NUMBERS = 4;

/** Room for so many values at first: ordinary keys have no more. */
const ROOM = 32;
/** Up to this many values, to look through them is faster than a map for each kind. */
const SMALL = 48;

/** Copied for each ledger: to grow by single values costs several times as much, and leaves garbage behind. */
const NO_VALUES: readonly string[] = Array.from({ length: ROOM }, () => '');
const NO_NUMBERS: readonly number[] = Array.from({ length: ROOM * NUMBERS }, () => 0.5);
const KIND_COUNT = DIMENSIONS.length;
const NONE_OF_A_KIND: readonly number[] = Array.from({ length: 2 * KIND_COUNT }, () => 0);

const KINDS = Object.fromEntries(DIMENSIONS.map((dimension, kind) => [dimension, kind])) as Readonly<
  Record<Dimension, number>
>;

/**
 * What a key was seen with, such as its networks: values of several kinds, of each kind a bounded number, each with its
 * times and how often. The value of a kind that was not seen for longest makes room for another. All lie in two lists:
 * ten thousand keys with an object for each value, and a box for each of its numbers, are millions of things that the
 * collection of garbage has to visit, and each is another place of memory to go to.
 */
export class Ledger {
  #values: string[] = [...NO_VALUES];
  #numbers: number[] = [...NO_NUMBERS];
  #count = 0;
  /** By kind: how many there are; then, by kind: how many were ever new. */
  readonly #sizes: number[] = [...NONE_OF_A_KIND];
  /** By kind: where a value is. Made once there are many. */
  #index: readonly Map<string, number>[] | null = null;

  /** How many values of a kind there are. */
  size(dimension: Dimension): number {
    return this.#sizes[KINDS[dimension]] ?? 0;
  }

  /** How many values of a kind were ever new, those that made room included. */
  added(dimension: Dimension): number {
    return this.#sizes[KIND_COUNT + KINDS[dimension]] ?? 0;
  }

  /** The values of a kind. */
  values(dimension: Dimension): string[] {
    return this.#placesOf(KINDS[dimension]).map((place) => this.#values[place] ?? '');
  }

  /** One of the numbers of a value; null when the value is not known. */
  number(dimension: Dimension, value: string, which: number): number | null {
    const place = this.#find(KINDS[dimension], value);
    return place < 0 ? null : this.#at(place, which);
  }

  /** Notes that a value was seen: `times` times, all at this time or before. */
  see(dimension: Dimension, value: string, at: number, times = 1): Seen {
    const kind = KINDS[dimension];
    const place = this.#find(kind, value);
    if (place < 0) {
      this.#sizes[KIND_COUNT + kind] = this.added(dimension) + 1;
      return this.put(dimension, value, [at, at, times]);
    }
    this.#numbers[place * NUMBERS + COUNT] = this.#at(place, COUNT) + times;
    if (at > this.#at(place, LAST)) this.#numbers[place * NUMBERS + LAST] = at;
    else if (at < this.#at(place, FIRST)) this.#numbers[place * NUMBERS + FIRST] = at;
    return 'known';
  }

  /** Adds a value that is not there, with its numbers. */
  put(
    dimension: Dimension,
    value: string,
    numbers: readonly [first: number, last: number, count: number],
  ): Seen {
    const kind = KINDS[dimension];
    const isFull = this.size(dimension) >= SIZES[dimension];
    const place = isFull ? this.#oldest(kind) : this.#newPlace(kind);
    if (isFull) this.#index?.[kind]?.delete(this.#values[place] ?? '');
    this.#values[place] = value;
    [FIRST, LAST, COUNT].forEach((which) => (this.#numbers[place * NUMBERS + which] = numbers[which] ?? 0));
    this.#numbers[place * NUMBERS + KIND] = kind;
    if (this.#index !== null) this.#index[kind]?.set(value, place);
    else if (this.#count > SMALL) this.#makeIndex();
    return isFull ? 'replaced' : 'added';
  }

  /** Takes up how many values of a kind were ever new. */
  recallAdded(dimension: Dimension, added: number): void {
    this.#sizes[KIND_COUNT + KINDS[dimension]] = added;
  }

  /** Makes all values count as known for long. */
  age(): void {
    for (let place = 0; place < this.#count; place += 1) this.#numbers[place * NUMBERS + FIRST] = 0;
  }

  #at(place: number, which: number): number {
    return this.#numbers[place * NUMBERS + which] ?? 0;
  }

  /** Where a value is; below 0 when it is not there. */
  #find(kind: number, value: string): number {
    if (this.#index !== null) return this.#index[kind]?.get(value) ?? -1;
    for (let place = 0; place < this.#count; place += 1) {
      if (this.#values[place] === value && this.#at(place, KIND) === kind) return place;
    }
    return -1;
  }

  #placesOf(kind: number): number[] {
    const places: number[] = [];
    for (let place = 0; place < this.#count; place += 1)
      if (this.#at(place, KIND) === kind) places.push(place);
    return places;
  }

  #oldest(kind: number): number {
    return this.#placesOf(kind).reduce((oldest, place) =>
      this.#at(place, LAST) < this.#at(oldest, LAST) ? place : oldest,
    );
  }

  #newPlace(kind: number): number {
    if (this.#count === this.#values.length) {
      this.#values = [...this.#values, ...this.#values];
      this.#numbers = [...this.#numbers, ...this.#numbers];
    }
    this.#sizes[kind] = (this.#sizes[kind] ?? 0) + 1;
    this.#count += 1;
    return this.#count - 1;
  }

  #makeIndex(): void {
    const index = DIMENSIONS.map(() => new Map<string, number>());
    for (let place = 0; place < this.#count; place += 1) {
      index[this.#at(place, KIND)]?.set(this.#values[place] ?? '', place);
    }
    this.#index = index;
  }
}
