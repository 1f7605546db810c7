/** A longer text is hostile, and not kept. */
const LONGEST = 1_024;

/** Remembers what a function made of texts, since the same texts come again and again. Bounded: when full, it starts anew. */
export class Remembered<Value> {
  readonly #most: number;
  readonly #make: (text: string) => Value;
  readonly #known = new Map<string, Entry<Value>>();
  #last: Entry<Value> | null = null;

  constructor(most: number, make: (text: string) => Value) {
    this.#most = most;
    this.#make = make;
  }

  of(text: string): Value {
    // To compare a text is cheaper than to find it.
    if (this.#last?.text === text) return this.#last.value;
    const entry = this.#known.get(text) ?? this.#add(text);
    if (text.length <= LONGEST) this.#last = entry;
    return entry.value;
  }

  #add(text: string): Entry<Value> {
    const entry = { text, value: this.#make(text) };
    if (text.length > LONGEST) return entry;
    if (this.#known.size >= this.#most) this.#known.clear();
    this.#known.set(text, entry);
    return entry;
  }
}

/** Made once for each text: to note the last one makes nothing new. */
interface Entry<Value> {
  readonly text: string;
  readonly value: Value;
}
