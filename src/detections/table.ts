import type { Dimension } from './dimensions.ts';
import { COUNT, FIRST, LAST, type Ledger } from './ledger.ts';

/** As JSON: value, when it was first and last seen (ms), how often. */
export type TableRow = readonly [value: string, first: number, last: number, count: number];
export type TableJson = { readonly added: number; readonly rows: readonly TableRow[] };

/** What a key was seen with, of one kind: a look into its ledger. */
export class Table {
  readonly #ledger: Ledger;
  readonly #dimension: Dimension;

  constructor(ledger: Ledger, dimension: Dimension) {
    this.#ledger = ledger;
    this.#dimension = dimension;
  }

  get size(): number {
    return this.#ledger.size(this.#dimension);
  }

  get values(): readonly string[] {
    return this.#ledger.values(this.#dimension);
  }

  /** How many values were ever new, those that made room included. */
  get added(): number {
    return this.#ledger.added(this.#dimension);
  }

  /** How often the value was seen, 0 when it is not known. */
  count(value: string): number {
    return this.#ledger.number(this.#dimension, value, COUNT) ?? 0;
  }

  /** When the value was first seen; null when it is not known. */
  firstSeen(value: string): number | null {
    return this.#ledger.number(this.#dimension, value, FIRST);
  }

  /** When the value was last seen; null when it is not known. */
  lastSeen(value: string): number | null {
    return this.#ledger.number(this.#dimension, value, LAST);
  }

  /** How many of the values that are known came up after a time. */
  addedSince(since: number): number {
    return this.values.filter((value) => (this.firstSeen(value) ?? 0) > since).length;
  }

  toJSON(): TableJson {
    const rows = this.values.map((value): TableRow => [
      value,
      this.firstSeen(value) ?? 0,
      this.lastSeen(value) ?? 0,
      this.count(value),
    ]);
    return { added: this.added, rows };
  }
}

/** A look at each kind. */
export class Tables implements Readonly<Record<Dimension, Table>> {
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  of(dimension: Dimension): Table {
    return new Table(this.#ledger, dimension);
  }

  get addresses(): Table {
    return this.of('addresses');
  }
  get prefixes(): Table {
    return this.of('prefixes');
  }
  get operators(): Table {
    return this.of('operators');
  }
  get countries(): Table {
    return this.of('countries');
  }
  get agents(): Table {
    return this.of('agents');
  }
  get regions(): Table {
    return this.of('regions');
  }
  get services(): Table {
    return this.of('services');
  }
  get actions(): Table {
    return this.of('actions');
  }
  get refused(): Table {
    return this.of('refused');
  }
}
