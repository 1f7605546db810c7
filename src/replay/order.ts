/** Below 0 when `a` comes before `b`, 0 when either may. */
type Compare = (a: number, b: number) => number;

/** What is out of place by at most so many places is put there by itself: most of what comes late comes a second late. */
const NEAR = 32;

/**
 * A list of numbers that is sorted again and again as more come, in memory that is made once. What is in order already
 * costs one look; numbers that may come in either order stay as they are.
 */
export class Order {
  #numbers: Uint32Array;
  #spare: Uint32Array;
  length = 0;
  /** How many of the first are in order. */
  #sorted = 0;

  /** `size`: how many are expected at most; there is room for twice as many when that does not do. */
  constructor(size: number) {
    this.#numbers = new Uint32Array(size);
    this.#spare = new Uint32Array(size);
  }

  push(value: number): void {
    if (this.length === this.#numbers.length) {
      const more = new Uint32Array(2 * this.length);
      more.set(this.#numbers);
      this.#numbers = more;
      this.#spare = new Uint32Array(more.length);
    }
    this.#numbers[this.length] = value;
    this.length += 1;
  }

  /** The number at a place in the list; 0 beyond its end. */
  at(nth: number): number {
    return this.#numbers[nth] ?? 0;
  }

  /** The first numbers, without copying them: to be read before anything is done to the list. */
  first(count: number): Uint32Array {
    return this.#numbers.subarray(0, Math.min(count, this.length));
  }

  removeFirst(count: number): void {
    this.#numbers.copyWithin(0, count, this.length);
    this.length = Math.max(0, this.length - count);
    this.#sorted = Math.max(0, this.#sorted - count);
  }

  /** Keeps those for which `isKept` holds, asked of each and the one that stood before it. */
  keep(isKept: (value: number, before: number | null) => boolean): void {
    let [kept, before]: [number, number | null] = [0, null];
    for (let nth = 0; nth < this.length; nth += 1) {
      const value = this.at(nth);
      if (isKept(value, before)) {
        this.#numbers[kept] = value;
        kept += 1;
      }
      before = value;
    }
    this.#sorted = this.#sorted === this.length ? kept : 0;
    this.length = kept;
  }

  /** What is near its place is put there; then a merge sort over the runs that are in order. */
  sort(compare: Compare): void {
    for (let nth = Math.max(1, this.#sorted); nth < this.length; nth += 1) this.#putNear(nth, compare);
    let ends = this.#runs(compare);
    while (ends.length > 1) {
      const merged: number[] = [];
      let from = 0;
      for (let run = 0; run < ends.length; run += 2) {
        const middle = ends[run] ?? this.length;
        const to = ends[run + 1] ?? middle;
        this.#merge(from, middle, to, compare);
        merged.push(to);
        from = to;
      }
      [this.#numbers, this.#spare] = [this.#spare, this.#numbers];
      ends = merged;
    }
    this.#sorted = this.length;
  }

  /** Puts a number where it belongs, if all before it are in order and that is near; else leaves it. */
  #putNear(nth: number, compare: Compare): void {
    const value = this.at(nth);
    const nearest = Math.max(0, nth - NEAR);
    let to = nth;
    while (to > nearest && compare(this.at(to - 1), value) > 0) to -= 1;
    if (to === nth || (to > 0 && to === nearest && compare(this.at(to - 1), value) > 0)) return;
    for (let place = nth; place > to; place -= 1) this.#numbers[place] = this.at(place - 1);
    this.#numbers[to] = value;
  }

  /** Where the runs end that are in order. */
  #runs(compare: Compare): number[] {
    const ends: number[] = [];
    for (let nth = Math.max(1, this.#sorted); nth < this.length; nth += 1) {
      if (compare(this.at(nth - 1), this.at(nth)) > 0) ends.push(nth);
    }
    ends.push(this.length);
    return ends;
  }

  /** Merges two runs that lie next to each other into the spare memory. */
  #merge(from: number, middle: number, to: number, compare: Compare): void {
    let [left, right] = [from, middle];
    for (let nth = from; nth < to; nth += 1) {
      const isLeft = right >= to || (left < middle && compare(this.at(left), this.at(right)) <= 0);
      this.#spare[nth] = isLeft ? this.at(left) : this.at(right);
      if (isLeft) left += 1;
      else right += 1;
    }
  }
}
