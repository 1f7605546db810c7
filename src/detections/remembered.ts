/** A longer text is hostile, and not kept. */
const LONGEST = 1_024;

/** Remembers what a function made of texts, since the same texts come again and again. Bounded: when full, it starts anew. */
export class Remembered<Value> {
  readonly #most: number;
  readonly #make: (text: string) => Value;
  readonly #known = new Map<string, Value>();
  #last: { readonly text: string; readonly value: Value } | null = null;

  constructor(most: number, make: (text: string) => Value) {
    this.#most = most;
    this.#make = make;
  }

  of(text: string): Value {
    // To compare a text is cheaper than to find it.
    if (this.#last?.text === text) return this.#last.value;
    const known = this.#known.get(text);
    const value = known !== undefined || this.#known.has(text) ? (known as Value) : this.#add(text);
    if (text.length <= LONGEST) this.#last = { text, value };
    return value;
  }

  #add(text: string): Value {
    const made = this.#make(text);
    if (text.length > LONGEST) return made;
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(text, made);
    return made;
  }
}
