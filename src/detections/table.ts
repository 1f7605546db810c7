/** As JSON: value, when it was first and last seen (ms), how often. */
export type TableRow = readonly [value: string, first: number, last: number, count: number];
export type TableJson = { readonly added: number; readonly rows: readonly TableRow[] };

/** Up to this many values, looking through a list is faster than a map, and ten thousand keys have many small tables. */
const SMALL = 8;

interface Row {
  readonly value: string;
  first: number;
  last: number;
  count: number;
}

/**
 * What a key was seen with, such as its networks: a bounded list of values, each with its times and how often. The
 * value that was not seen for longest makes room.
 */
export class Table {
  readonly #most: number;
  readonly #rows: Row[] = [];
  #index: Map<string, Row> | null = null;
  /** The row found last: the next is mostly the same. */
  #hint: Row | undefined;
  #added = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** How many values were ever new, those that made room included. */
  get added(): number {
    return this.#added;
  }

  get values(): readonly string[] {
    return this.#rows.map(({ value }) => value);
  }

  /** How often the value was seen, 0 when it is not known. */
  count(value: string): number {
    return this.#find(value)?.count ?? 0;
  }

  /** When the value was first seen; null when it is not known. */
  firstSeen(value: string): number | null {
    return this.#find(value)?.first ?? null;
  }

  /** When the value was last seen; null when it is not known. */
  lastSeen(value: string): number | null {
    return this.#find(value)?.last ?? null;
  }

  /** How many of the values that are known came up after a time. */
  addedSince(since: number): number {
    return this.#rows.filter(({ first }) => first > since).length;
  }

  see(value: string, at: number): void {
    const row = this.#find(value);
    if (row === undefined) {
      this.#add({ value, first: at, last: at, count: 1 });
      this.#added += 1;
      return;
    }
    row.count += 1;
    if (at > row.last) row.last = at;
    else if (at < row.first) row.first = at;
  }

  /** Makes all values count as known for long. */
  age(): void {
    for (const row of this.#rows) row.first = 0;
  }

  toJSON(): TableJson {
    const rows = this.#rows.map(({ value, first, last, count }): TableRow => [value, first, last, count]);
    return { added: this.#added, rows };
  }

  static from(most: number, { added, rows }: TableJson): Table {
    const table = new Table(most);
    for (const [value, first, last, count] of rows) table.#add({ value, first, last, count });
    table.#added = added;
    return table;
  }

  #find(value: string): Row | undefined {
    if (this.#hint?.value === value) return this.#hint;
    const row =
      this.#index === null ? this.#rows.find((each) => each.value === value) : this.#index.get(value);
    if (row !== undefined) this.#hint = row;
    return row;
  }

  #add(row: Row): void {
    if (this.#rows.length < this.#most) this.#rows.push(row);
    else {
      const place = this.#oldest();
      this.#index?.delete(this.#rows[place]?.value ?? '');
      this.#rows[place] = row;
    }
    this.#hint = row;
    if (this.#index !== null) this.#index.set(row.value, row);
    else if (this.#rows.length > SMALL) this.#index = new Map(this.#rows.map((each) => [each.value, each]));
  }

  #oldest(): number {
    let oldest = 0;
    for (const [place, { last }] of this.#rows.entries()) {
      if (last < (this.#rows[oldest]?.last ?? 0)) oldest = place;
    }
    return oldest;
  }
}
