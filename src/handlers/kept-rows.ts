import type { z } from 'zod';
import type { Stores, Write } from '../ports/stores.ts';

type Settings = Pick<Stores, 'settings'>;

/** A row with the text it was read from, which its next change must find. */
export interface Kept<Row> {
  readonly row: Row;
  readonly text: string;
}

/**
 * Rows of one kind that are few at a time, kept as JSON in the settings under a prefix. Every change is a compare-and-swap
 * of a row's text.
 */
export class KeptRows<Row> {
  readonly #prefix: string;
  readonly #shape: z.ZodType<Row>;
  readonly #nameOf: (row: Row) => string;

  /** `nameOf`: what tells a row from others of its kind. */
  constructor(prefix: string, shape: z.ZodType<Row>, nameOf: (row: Row) => string) {
    this.#prefix = prefix;
    this.#shape = shape;
    this.#nameOf = nameOf;
  }

  /** Null when there is none. */
  async read({ settings }: Settings, name: string): Promise<Kept<Row> | null> {
    const text = await settings.get(this.#prefix + name);
    return text === null ? null : this.#of(text);
  }

  /** All of them, or those whose names begin so, by name. */
  async all({ settings }: Settings, beginning: string = ''): Promise<Kept<Row>[]> {
    const rows = await settings.startingWith(this.#prefix + beginning);
    return rows.map(({ value }) => this.#of(value));
  }

  /** Puts a row there whatever there was. */
  set({ settings }: Settings, row: Row, at: number): Write {
    return settings.set(this.#prefix + this.#nameOf(row), JSON.stringify(row), at);
  }

  /** Puts a row in the place of exactly the text that was read, null for none; a `conflict` when it is another by now. */
  put({ settings }: Settings, before: string | null, row: Row, at: number): Write {
    return settings.replace(this.#prefix + this.#nameOf(row), before, JSON.stringify(row), at);
  }

  /** Forgets exactly this one; a `conflict` when it is another by now. */
  forget({ settings }: Settings, { row, text }: Kept<Row>, at: number): Write[] {
    const key = this.#prefix + this.#nameOf(row);
    return [settings.replace(key, text, text, at), settings.remove(key)];
  }

  #of(text: string): Kept<Row> {
    return { row: this.#shape.parse(JSON.parse(text)), text };
  }
}
