/** As JSON: value, when it was first and last seen (ms), how often. */
export type TableRow = readonly [value: string, first: number, last: number, count: number];
export type TableJson = { readonly added: number; readonly rows: readonly TableRow[] };

/** Below this many values, looking through a list is faster than a map, and ten thousand keys have many small tables. */
const SMALL = 8;

/**
 * What a key was seen with, such as its networks: a bounded list of values, each with its times and how often. The
 * value that was not seen for longest makes room.
 */
export class Table {
  readonly #most: number;
  readonly #values: string[] = [];
  readonly #first: number[] = [];
  readonly #last: number[] = [];
  readonly #counts: number[] = [];
  #index: Map<string, number> | null = null;
  /** Where the last value was found: the next is mostly the same. */
  #hint = 0;
  #added = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#values.length;
  }

  /** How many values were ever new, those that made room included. */
  get added(): number {
    return this.#added;
  }

  get values(): readonly string[] {
    return this.#values;
  }

  /** How often the value was seen, 0 when it is not known. */
  count(value: string): number {
    return this.#counts[this.#find(value)] ?? 0;
  }

  /** When the value was first seen; null when it is not known. */
  firstSeen(value: string): number | null {
    return this.#first[this.#find(value)] ?? null;
  }

  /** When the value was last seen; null when it is not known. */
  lastSeen(value: string): number | null {
    return this.#last[this.#find(value)] ?? null;
  }

  see(value: string, at: number): void {
    const place = this.#find(value);
    if (place < 0) {
      this.#add([value, at, at, 1]);
      this.#added += 1;
      return;
    }
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    if (at > (this.#last[place] ?? 0)) this.#last[place] = at;
    else if (at < (this.#first[place] ?? 0)) this.#first[place] = at;
  }

  /** Makes all values count as known for long. */
  age(): void {
    this.#first.fill(0);
  }

  toJSON(): TableJson {
    const rows = this.#values.map((value, place): TableRow => [
      value,
      this.#first[place] ?? 0,
      this.#last[place] ?? 0,
      this.#counts[place] ?? 0,
    ]);
    return { added: this.#added, rows };
  }

  static from(most: number, { added, rows }: TableJson): Table {
    const table = new Table(most);
    for (const row of rows) table.#add(row);
    table.#added = added;
    return table;
  }

  #find(value: string): number {
    if (this.#values[this.#hint] === value) return this.#hint;
    const place = this.#index === null ? this.#values.indexOf(value) : (this.#index.get(value) ?? -1);
    if (place >= 0) this.#hint = place;
    return place;
  }

  #add([value, first, last, count]: TableRow): void {
    let place = this.#values.length;
    if (place >= this.#most) {
      place = this.#oldest();
      this.#index?.delete(this.#values[place] ?? '');
    }
    this.#values[place] = value;
    this.#first[place] = first;
    this.#last[place] = last;
    this.#counts[place] = count;
    this.#hint = place;
    if (this.#index !== null) this.#index.set(value, place);
    else if (this.#values.length > SMALL) {
      this.#index = new Map(this.#values.map((each, where) => [each, where]));
    }
  }

  #oldest(): number {
    let oldest = 0;
    for (let place = 1; place < this.#last.length; place += 1) {
      if ((this.#last[place] ?? 0) < (this.#last[oldest] ?? 0)) oldest = place;
    }
    return oldest;
  }
}
