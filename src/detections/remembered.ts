/** Remembers what a function made of texts, since the same texts come again and again. Bounded: when full, it starts anew. */
export class Remembered<Value> {
  readonly #most: number;
  readonly #make: (text: string) => Value;
  readonly #known = new Map<string, Value>();

  constructor(most: number, make: (text: string) => Value) {
    this.#most = most;
    this.#make = make;
  }

  of(text: string): Value {
    const known = this.#known.get(text);
    if (known !== undefined || this.#known.has(text)) return known as Value;
    const made = this.#make(text);
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(text, made);
    return made;
  }
}
